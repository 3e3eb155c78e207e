"""The public timeline speaks to residents and gives nobody away."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.terms import Action, State
from grid.organisation_kinds import ORGANISATION_KINDS
from inspections.timeline import (
    ORGANISATION_TEXTS,
    STAGE_TEXTS,
    CaseStep,
    PublicStage,
    public_timeline,
    stage_of_state,
    steps_since,
)

START = datetime(2026, 11, 21, 2, 2, tzinfo=UTC)
STATES = list(State)
KINDS = sorted(ORGANISATION_TEXTS)


def steps(*pairs: tuple[str, str] | tuple[str, str, str]) -> list[CaseStep]:
    return [CaseStep(START + timedelta(minutes=n), *pair) for n, pair in enumerate(pairs)]


def stages(*pairs: tuple[str, str] | tuple[str, str, str]) -> list[PublicStage]:
    return [entry.stage for entry in public_timeline(steps(*pairs))]


def test_a_plain_case_reads_from_received_to_resolved() -> None:
    entries = public_timeline(
        steps(
            ("report", "reported"),
            ("file", "filed"),
            ("dispatch", "dispatched"),
            ("start", "handling"),
            ("handle", "handled"),
            ("check_pass", "closed"),
        )
    )
    assert [entry.zh for entry in entries] == [
        "已收到您的上报",
        "已受理",
        "处理中",
        "已处理，待核查",
        "已解决",
    ]
    assert entries[2].at == START + timedelta(minutes=2)


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_workflow_has_words_for_residents(state: str) -> None:
    (entry,) = public_timeline(steps(("any", state)))
    assert entry.stage is stage_of_state(State(state))
    assert entry.zh
    assert entry.en


def test_the_kind_of_organisation_that_works_on_it_is_told() -> None:
    (entry,) = public_timeline(steps(("dispatch", "dispatched", "property_company")))
    assert entry.organisation_kind == "property_company"
    assert entry.zh == "物业处理中"


def test_a_change_of_kind_is_told_and_a_change_within_a_kind_is_not() -> None:
    entries = public_timeline(
        steps(
            ("dispatch", "dispatched", "property_company"),
            ("reassign", "dispatched", "property_company"),
            ("reassign", "dispatched", "urban_enforcement"),
        )
    )
    assert [entry.organisation_kind for entry in entries] == ["property_company", "urban_enforcement"]


@pytest.mark.parametrize(("action", "state"), [("rework", "handling"), ("reopen", "dispatched")])
def test_work_begun_again_is_told(action: str, state: str) -> None:
    assert stages(("check_pass", "closed"), (action, state))[-1] is PublicStage.REDOING


def test_a_report_taken_up_again_after_refusal_is_received_and_not_called_unrepaired() -> None:
    assert stages(("not_file", "not_filed"), ("reopen", "reported"))[-1] is PublicStage.RECEIVED


def test_a_report_that_was_looked_at_on_the_spot_is_not_called_new_again() -> None:
    seen = stages(("open", "reported"), ("ask_verification", "verifying"), ("verify", "reported"))
    assert seen == [PublicStage.RECEIVED, PublicStage.VERIFYING, PublicStage.VERIFIED]


def test_steps_that_change_nothing_for_residents_are_left_out() -> None:
    assert stages(("start", "handling"), ("extend", "handling"), ("edit", "handling")) == [
        PublicStage.HANDLING
    ]


def test_a_state_without_words_is_left_out() -> None:
    assert stages(("report", "reported"), ("x", "a_state_of_tomorrow")) == [PublicStage.RECEIVED]


def test_steps_that_arrive_in_another_order_are_read_by_time() -> None:
    shuffled = list(reversed(steps(("report", "reported"), ("file", "filed"))))
    assert [entry.stage for entry in public_timeline(shuffled)] == [
        PublicStage.RECEIVED,
        PublicStage.ACCEPTED,
    ]


def test_who_comes_later_sees_where_it_stood_and_what_follows() -> None:
    given = steps(("open", "reported"), ("file", "filed"), ("dispatch", "dispatched"))
    since = START + timedelta(minutes=1, seconds=30)
    assert [(step.at, step.to_state) for step in steps_since(given, since)] == [
        (since, "filed"),
        (START + timedelta(minutes=2), "dispatched"),
    ]
    assert steps_since(given, START - timedelta(days=1)) == given


def test_the_organisations_of_the_timeline_are_the_grids_own_kinds() -> None:
    assert set(ORGANISATION_TEXTS) <= set(ORGANISATION_KINDS)


def test_every_stage_has_words_in_both_languages() -> None:
    assert set(STAGE_TEXTS) == set(PublicStage)
    assert all(text.zh and text.en for text in (*STAGE_TEXTS.values(), *ORGANISATION_TEXTS.values()))


SECRETS = st.sampled_from(
    ["王建国", "13812345678", "0193f0e5-0000-7000-8000-000000000001", "3号楼502室", "admin@x"]
)
ANY_TEXT = SECRETS | st.text(max_size=12)
PUBLIC_WORDS = (
    {(text.zh, text.en) for text in STAGE_TEXTS.values()}
    | {(f"{text.zh}处理中", f"Being handled by {text.en}") for text in ORGANISATION_TEXTS.values()}
)  # fmt: skip


@given(
    st.lists(
        st.builds(
            CaseStep,
            at=st.datetimes(timezones=st.just(UTC)),
            action=ANY_TEXT | st.sampled_from(Action),
            to_state=ANY_TEXT | st.sampled_from(STATES),
            organisation_kind=st.none() | ANY_TEXT | st.sampled_from(KINDS),
        ),
        max_size=8,
    )
)
@settings(max_examples=150)
def test_nothing_that_a_person_wrote_gets_into_the_timeline(injected: list[CaseStep]) -> None:
    for entry in public_timeline(injected):
        assert (entry.zh, entry.en) in PUBLIC_WORDS
        assert entry.organisation_kind is None or entry.organisation_kind in ORGANISATION_TEXTS
        assert entry.stage in STAGE_TEXTS
        assert entry.at in {step.at for step in injected}
