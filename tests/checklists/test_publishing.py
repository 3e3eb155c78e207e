"""Publishing: versions are numbered, never changed, and the one in force on a day is found."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from checklists import queries
from checklists.catalogue import SHIPPED_CATALOGUE, checklist_document, document_sha256, load_catalogue
from checklists.catalogue_entries import Catalogue
from checklists.models import ChecklistItem, ChecklistVersion, ImmutableVersion
from checklists.publishing import publish_catalogue, publish_checklist, retire_version
from grid.permissions import ANONYMOUS, SYSTEM, Role
from server.db import db
from server.errors import Forbidden, NotFound, RuleViolated
from tests.factories import actor_of, make_grid
from tests.queries import counted_queries

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
CODE = "fire_safety"

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def document(catalogue: Catalogue) -> dict[str, Any]:
    return checklist_document(catalogue, CODE)


@pytest.fixture
def changed(document: dict[str, Any]) -> dict[str, Any]:
    other = copy.deepcopy(document)
    other["pass_mark"] = 77
    return other


def publish(document: dict[str, Any], effective_on: date = TODAY, now: datetime = NOW) -> ChecklistVersion:
    return publish_checklist(document, effective_on, SYSTEM, now).version


def count(model: type[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_checklist_is_published_whole_with_a_row_for_each_item(document: dict[str, Any]) -> None:
    version = publish(document)
    db.session.expire_all()
    stored = queries.get_version(version.id)
    assert (stored.checklist_code, stored.number, stored.effective_on) == (CODE, 1, TODAY)
    assert stored.document == document
    assert stored.sha256 == document_sha256(stored.document) == document_sha256(document)
    codes = [item["code"] for indicator in document["indicators"] for item in indicator["items"]]
    assert [item.item_code for item in stored.items] == codes
    extinguishers = next(item for item in stored.items if item.item_code == "FIRE-04")
    assert extinguishers.definition["evidence"]["photos"] == "always"
    assert (extinguishers.weight, extinguishers.is_veto, extinguishers.deduction) == (3, False, 0.2)
    assert extinguishers.indicator_code == "EQUIPMENT"


def test_the_same_document_again_is_the_same_version(document: dict[str, Any]) -> None:
    first = publish_checklist(document, TODAY, SYSTEM, NOW)
    again = publish_checklist(copy.deepcopy(document), TODAY + timedelta(9), SYSTEM, NOW + timedelta(days=1))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.version.id == first.version.id
    assert again.version.effective_on == TODAY
    assert count(ChecklistVersion) == 1


def test_a_changed_document_is_the_next_version_and_leaves_the_first_alone(
    document: dict[str, Any], changed: dict[str, Any]
) -> None:
    first = publish(document)
    second = publish(changed, TODAY + timedelta(1))
    assert (second.number, second.document["pass_mark"]) == (2, 77)
    db.session.expire_all()
    assert queries.get_version(first.id).document == document


def test_going_back_to_an_earlier_document_is_a_version_of_its_own(
    document: dict[str, Any], changed: dict[str, Any]
) -> None:
    publish(document)
    publish(changed)
    assert publish(document).number == 3


def test_the_first_version_may_begin_in_the_past(document: dict[str, Any]) -> None:
    assert publish(document, date(2025, 1, 1)).effective_on == date(2025, 1, 1)


@pytest.mark.parametrize("days", [-1, -400])
def test_a_later_version_may_not_change_what_was_already_reported(
    document: dict[str, Any], changed: dict[str, Any], days: int
) -> None:
    publish(document, date(2025, 1, 1))
    with pytest.raises(RuleViolated) as caught:
        publish(changed, TODAY + timedelta(days))
    assert caught.value.code == "effective_too_early"
    assert [error.field for error in caught.value.errors] == ["effective_on"]
    assert count(ChecklistVersion) == 1


def test_a_later_version_may_not_begin_before_the_one_it_replaces(
    document: dict[str, Any], changed: dict[str, Any]
) -> None:
    publish(document, TODAY + timedelta(10))
    with pytest.raises(RuleViolated):
        publish(changed, TODAY + timedelta(9))
    assert publish(changed, TODAY + timedelta(10)).number == 2


def test_today_is_the_residents_day_not_the_servers(
    document: dict[str, Any], changed: dict[str, Any]
) -> None:
    late = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # already the 21st in Shanghai
    publish(document, TODAY, late)
    with pytest.raises(RuleViolated):
        publish(changed, TODAY, late)
    assert publish(changed, date(2026, 11, 21), late).number == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: d.update(pass_mark=120), "pass_mark"),
        (lambda d: d.pop("formula"), "formula"),
        (lambda d: d.update(surprise=1), "surprise"),
        (lambda d: d["indicators"][0]["items"][0].update(weight="heavy"), "indicators.0.items.0.weight"),
        (lambda d: d["indicators"][0]["items"].append(d["indicators"][0]["items"][0]), "indicators"),
        (lambda d: d.update(format=2), "format"),
        (lambda d: d["groups"].pop("FIRE"), "groups"),
        (lambda d: d["policies"].pop("001"), "policies"),
        (lambda d: d["marks"].pop("policy"), "marks"),
    ],
)
def test_an_unsound_document_is_refused_with_the_field_that_is_wrong(
    document: dict[str, Any], change: Any, field: str
) -> None:
    change(document)
    with pytest.raises(RuleViolated) as caught:
        publish(document)
    assert caught.value.code == "document_unsound"
    assert field in [error.field for error in caught.value.errors]
    assert count(ChecklistVersion) == 0


def test_only_those_who_may_publish_checklists_publish_and_retire(document: dict[str, Any]) -> None:
    grid = make_grid()
    for actor in (
        ANONYMOUS,
        actor_of(Role.TOWNSHIP_MANAGER, grid["township"]),
        actor_of(Role.AUDITOR, grid["district"]),
    ):
        with pytest.raises(Forbidden):
            publish_checklist(document, TODAY, actor, NOW)
        with pytest.raises(Forbidden):
            retire_version(CODE, 1, actor, NOW)
    admin = actor_of(Role.DISTRICT_ADMIN, grid["district"])
    assert publish_checklist(document, TODAY, admin, NOW).version.published_by == admin.account_id


# --- immutability ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("document", {}),
        ("sha256", "0" * 64),
        ("number", 7),
        ("effective_on", date(2020, 1, 1)),
        ("checklist_code", "other"),
        ("published_at", NOW + timedelta(1)),
    ],
)
def test_nothing_of_a_published_version_can_be_changed(
    document: dict[str, Any], name: str, value: Any
) -> None:
    version = publish(document)
    setattr(version, name, value)
    with pytest.raises(ImmutableVersion):
        db.session.flush()


def test_an_item_of_a_published_version_cannot_be_changed(document: dict[str, Any]) -> None:
    version = publish(document)
    queries.list_items(version.id)[0].weight = 99
    with pytest.raises(ImmutableVersion):
        db.session.flush()


def test_neither_a_version_nor_an_item_can_be_deleted(document: dict[str, Any]) -> None:
    version = publish(document)
    db.session.delete(queries.list_items(version.id)[0])
    with pytest.raises(ImmutableVersion):
        db.session.flush()
    db.session.rollback()
    version = publish(document)
    db.session.delete(version)
    with pytest.raises(ImmutableVersion):
        db.session.flush()


@pytest.mark.parametrize("model", [ChecklistVersion, ChecklistItem])
def test_bulk_statements_do_not_get_around_it(document: dict[str, Any], model: type[Any]) -> None:
    publish(document)
    with pytest.raises(ImmutableVersion):
        db.session.execute(sa.delete(model))
    with pytest.raises(ImmutableVersion):
        db.session.execute(
            sa.update(model).values(position=1)
            if model is ChecklistItem
            else sa.update(model).values(number=3)
        )
    assert count(model) > 0


def test_a_version_is_retired_once_and_again_is_harmless(document: dict[str, Any]) -> None:
    publish(document)
    retired = retire_version(CODE, 1, SYSTEM, NOW)
    assert retire_version(CODE, 1, SYSTEM, NOW + timedelta(1)).retired_at == NOW
    retired.retired_at = None
    with pytest.raises(ImmutableVersion):
        db.session.flush()


def test_retiring_a_version_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        retire_version(CODE, 3, SYSTEM, NOW)


def test_a_retired_document_comes_back_as_a_new_version(document: dict[str, Any]) -> None:
    publish(document)
    retire_version(CODE, 1, SYSTEM, NOW)
    assert publish(document).number == 2


# --- which is in force ----------------------------------------------------------------------------------------


def test_the_version_in_force_changes_on_the_day_the_next_one_begins(
    document: dict[str, Any], changed: dict[str, Any]
) -> None:
    publish(document, date(2026, 1, 1))
    publish(changed, date(2026, 12, 1))

    def number(on: date) -> int | None:
        version = queries.find_version_in_force(CODE, on)
        return version.number if version else None

    assert number(date(2025, 12, 31)) is None
    assert number(date(2026, 1, 1)) == number(date(2026, 11, 30)) == 1
    assert number(date(2026, 12, 1)) == number(date(2030, 1, 1)) == 2


def test_of_two_versions_of_one_day_the_later_one_is_in_force(
    document: dict[str, Any], changed: dict[str, Any]
) -> None:
    publish(document)
    publish(changed)
    version = queries.find_version_in_force(CODE, TODAY)
    assert version is not None
    assert version.number == 2
    assert {item.version_id for item in queries.list_items_in_force(queries.ItemSearch(), TODAY)} == {
        version.id
    }


def test_an_item_is_found_as_the_version_in_force_has_it(document: dict[str, Any]) -> None:
    publish(document, date(2026, 1, 1))
    lighter = copy.deepcopy(document)
    lighter["indicators"][0]["items"][0]["weight"] = 1.5
    publish(lighter, date(2026, 12, 1))
    assert queries.get_item("FIRE-01", date(2026, 6, 1)).weight == 3
    assert queries.get_item("FIRE-01", date(2026, 12, 24)).weight == 1.5
    assert queries.find_item("FIRE-01", date(2025, 6, 1)) is None
    with pytest.raises(NotFound):
        queries.get_item("FIRE-77", TODAY)


def test_an_item_that_a_new_version_dropped_is_no_longer_found(document: dict[str, Any]) -> None:
    publish(document, date(2026, 1, 1))
    shorter = copy.deepcopy(document)
    shorter["indicators"] = shorter["indicators"][1:]
    publish(shorter, TODAY)
    assert queries.find_item("FIRE-01", TODAY) is None
    assert queries.find_item("FIRE-01", date(2026, 6, 1)) is not None


def test_checklists_are_listed_with_what_is_in_force_and_what_comes(
    catalogue: Catalogue, document: dict[str, Any], changed: dict[str, Any]
) -> None:
    publish(document, date(2026, 1, 1))
    publish(changed, date(2027, 1, 1))
    publish(checklist_document(catalogue, "group_renting"), date(2027, 1, 1))
    db.session.expunge_all()
    with counted_queries() as queries_sent:
        fire, renting = queries.list_checklists(TODAY)
        assert (fire.code, fire.in_force and fire.in_force.number, fire.latest.number) == (CODE, 1, 2)
        assert (renting.code, renting.in_force, renting.latest.number) == ("group_renting", None, 1)
        assert fire.latest.document["pass_mark"] == 77
    assert queries_sent.number == 2


# --- searching items ----------------------------------------------------------------------------------------------


@pytest.fixture
def everything(app: Flask, catalogue: Catalogue) -> None:
    publish_catalogue(catalogue, TODAY, SYSTEM, NOW)


def found(words: str = "", **more: Any) -> list[str]:
    return [item.item_code for item in queries.list_items_in_force(queries.ItemSearch(words, **more), TODAY)]


@pytest.mark.usefixtures("everything")
def test_an_item_of_several_checklists_is_listed_once() -> None:
    codes = found()
    assert codes == sorted(set(codes))
    assert codes.count("FIRE-03") == 1
    assert len(codes) > 130


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("井盖", "CLEAN-06"),
        ("MANHOLE", "CLEAN-06"),
        ("飞线", "EBIKE-02"),
        ("楼道 鞋柜", "CORR-01"),
        ("lift trapped", "LIFT-03"),
    ],
)
def test_items_are_found_by_words_of_either_language_and_by_keywords(words: str, code: str) -> None:
    assert code in found(words)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("words", ["没有这样的词", "井盖 飞线", "井%盖", "_____", "\\"])
def test_words_that_do_not_occur_find_nothing(words: str) -> None:
    assert found(words) == []


@pytest.mark.usefixtures("everything")
def test_the_public_sees_only_items_that_residents_may_report() -> None:
    codes = found(is_for_residents=True)
    assert "CORR-01" in codes
    assert "WASTE-05" not in codes
    assert "SAT-02" not in codes
    assert "WASTE-05" in found("督导员")


@pytest.mark.usefixtures("everything")
def test_items_are_narrowed_by_group_and_by_checklist() -> None:
    assert {code.split("-")[0] for code in found(group_code="LIFT")} == {"LIFT"}
    assert "CLEAN-01" not in found(checklist_code=CODE)
    assert "CORR-01" in found(checklist_code=CODE)


@pytest.mark.usefixtures("everything")
def test_pages_follow_one_another_without_gap() -> None:
    whole = found()
    search = queries.ItemSearch()
    pages: list[str] = []
    while True:
        page = queries.list_items_in_force(search, TODAY, after=pages[-1] if pages else None, limit=40)
        if not page:
            break
        pages += [item.item_code for item in page]
    assert pages == whole


@pytest.mark.usefixtures("everything")
def test_searching_costs_the_same_for_one_item_and_for_all() -> None:
    with counted_queries() as one:
        assert len(found("manhole")) == 1
    with counted_queries() as everything_sent:
        assert len(found()) > 100
    assert one.number == everything_sent.number == 2


@pytest.mark.usefixtures("everything")
def test_first_page_tiles_come_in_their_order_and_each_leads_to_items() -> None:
    groups = queries.list_groups_in_force(TODAY)
    assert [group["code"] for group in groups][:3] == ["WASTE", "RENO", "CLEAN"]
    assert len(groups) == len({group["tile_order"] for group in groups})
    for group in groups:
        assert found(group_code=group["code"], is_for_residents=True)


# --- the whole catalogue, and the command -----------------------------------------------------------------------------


def test_the_whole_catalogue_is_published_and_again_changes_nothing(catalogue: Catalogue) -> None:
    first = publish_catalogue(catalogue, TODAY, SYSTEM, NOW)
    again = publish_catalogue(catalogue, TODAY, SYSTEM, NOW + timedelta(days=1))
    assert len(first) == len(catalogue.checklists) == count(ChecklistVersion)
    assert all(result.is_new for result in first)
    assert not any(result.is_new for result in again)


def test_a_checklist_that_the_catalogue_lacks_is_not_found_and_nothing_is_published(
    catalogue: Catalogue,
) -> None:
    with pytest.raises(NotFound):
        publish_catalogue(catalogue, TODAY, SYSTEM, NOW, checklist_codes=[CODE, "no_such_list"])
    assert count(ChecklistVersion) == 0


def test_the_command_validates_the_shipped_catalogue(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["checklists", "validate"])
    assert result.exit_code == 0
    assert "civilised_community" in result.output


def test_the_command_tells_every_problem_of_a_broken_catalogue(app: Flask, tmp_path: Path) -> None:
    for path in SHIPPED_CATALOGUE.rglob("*.yaml"):
        copied = tmp_path / path.relative_to(SHIPPED_CATALOGUE)
        copied.parent.mkdir(exist_ok=True)
        copied.write_text(
            path.read_text(encoding="utf-8").replace("loop: micro", "loop: tiny"), encoding="utf-8"
        )
    result = app.test_cli_runner().invoke(args=["checklists", "validate", str(tmp_path)])
    assert result.exit_code == 1
    assert "items/fire.yaml:" in result.output
    assert "items/clean.yaml:" in result.output
    assert "must be one of self, micro, small, large" in result.output


def test_the_command_publishes_and_says_what_was_new(app: Flask) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["checklists", "publish", "--effective-on", "2026-01-01"])
    assert first.exit_code == 0, first.output
    assert first.output.count("已发布") == count(ChecklistVersion) == 8
    assert "2026-01-01" in first.output
    again = runner.invoke(args=["checklists", "publish", "--code", CODE])
    assert again.output.count("未变化") == 1
    assert count(ChecklistVersion) == 8


def test_the_command_refuses_an_unknown_checklist_in_one_line(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["checklists", "publish", "--code", "nonsense"])
    assert result.exit_code == 1
    assert "nonsense" in result.output
    assert count(ChecklistVersion) == 0
