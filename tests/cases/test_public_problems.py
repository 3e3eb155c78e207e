"""What the public may know of a case: only filed ones, the block and nothing finer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.public_problems import ProblemState, count_problems, find_problems, list_problems, public_building
from cases.terms import Action
from tests.cases.case_scene import CaseScene
from tests.factories import NOW, make_community

BLOCKS = ("1号楼", "3号楼", "13号")


@pytest.mark.parametrize(
    "told, shown",
    [
        ("3号楼", "3号楼"),
        ("3号楼502室", "3号楼"),
        (" 13号2单元301 ", "13号"),
        ("3号楼王建国家", "3号楼"),
        ("33号楼", None),
        ("502", None),
        ("王建国家", None),
        ("", None),
    ],
)
def test_of_a_communitys_own_blocks_the_name_is_shown_and_nothing_behind_it(told, shown):
    assert public_building(told, BLOCKS) == shown


@pytest.mark.parametrize(
    "told, shown",
    [
        ("3号楼502室", "3号楼"),
        ("12幢", "12幢"),
        ("A3栋西", "A3栋"),
        ("502室", None),
        ("王家", None),
        ("12", None),
    ],
)
def test_where_no_blocks_are_known_what_is_written_like_one_is_shown(told, shown):
    assert public_building(told, ()) == shown


def test_a_block_whose_name_is_a_number_is_not_found_within_another():
    assert public_building("12号", ("1", "2")) is None
    assert public_building("1号", ("1", "2")) == "1"


@pytest.fixture
def scene(session):
    return CaseScene()


def shown(scene, state, **more):
    rows, key = list_problems(scene.community.id, state, (), NOW, more.pop("limit", 50), **more)
    return [row.case_id for row in rows], key


def test_what_nobody_has_filed_is_nobodys_business(scene, session):
    scene.report()
    refused = scene.act(scene.report(), Action.NOT_FILE, scene.dispatcher, reason="不属于受理范围")
    verifying = scene.act(scene.report(), Action.ASK_VERIFICATION, scene.dispatcher)
    forced = scene.filed(place="一")
    scene.act(forced, Action.FORCE_CLOSE, scene.manager, reason="拆迁", authority="〔2026〕8号")
    filed, handled = scene.filed(place="二"), scene.handled(place="三")
    elsewhere, scene.community = scene.community, make_community(scene.areas["neighbourhood"])
    scene.filed()
    scene.community = elsewhere
    assert set(shown(scene, ProblemState.OPEN)[0]) == {filed.id, handled.id}
    assert shown(scene, ProblemState.RESOLVED)[0] == []
    assert count_problems(scene.community.id, NOW).open == 2
    assert find_problems([refused.id, verifying.id, forced.id], (), NOW) == {}


def test_solved_problems_are_shown_for_a_year(scene, session):
    recent, old = scene.closed(place="一"), scene.closed(place="二")
    recent.closed_at, old.closed_at = NOW - timedelta(days=364), NOW - timedelta(days=366)
    session.flush()
    assert shown(scene, ProblemState.RESOLVED)[0] == [recent.id]
    assert count_problems(scene.community.id, NOW).resolved == 1


@pytest.mark.parametrize("state", list(ProblemState))
def test_pages_follow_each_other_without_a_gap(scene, session, state):
    make = scene.filed if state is ProblemState.OPEN else scene.closed
    made = {make(place=f"{number}").id for number in range(5)}
    seen, key = shown(scene, state, limit=2)
    while key is not None:
        more, key = shown(scene, state, limit=2, after=key)
        seen += more
    assert (len(seen), set(seen)) == (5, made)


def test_a_deadline_is_told_while_somebody_is_at_work_on_it(scene, session):
    handling, handled = scene.in_handling(place="一"), scene.handled(place="二")
    late = handling.deadline_effective + timedelta(minutes=1)
    rows = find_problems([handling.id, handled.id], (), late)
    assert (rows[handling.id].due_at, rows[handling.id].is_overdue) == (handling.deadline_effective, True)
    assert (rows[handled.id].due_at, rows[handled.id].is_overdue) == (None, False)
