"""Publishing checklists: each published version is immutable and pinned by its SHA-256; retiring stops new inspections.

Flushes and never commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from checklists.catalogue import checklist_document, document_sha256
from checklists.catalogue_entries import Catalogue
from checklists.catalogue_schema import ShapeError, load_document
from checklists.derivation import rederive
from checklists.models import ChecklistItem, ChecklistVersion
from checklists.queries import find_latest_version, get_version_by_number
from grid.permissions import Actor, Permission, reach_of
from server.clock import local_day
from server.db import db
from server.errors import FieldError, Forbidden, NotFound, RuleViolated


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing came to: the version that now stands for the document, and whether it is new."""

    version: ChecklistVersion
    is_new: bool


def publish_checklist(
    document: Mapping[str, Any], effective_on: date, actor: Actor, now: datetime
) -> Published:
    """Publish a checklist's document; the same document again is the same version, a changed one the next version.

    The first version may be effective from any day, so that rates of the past can be asked. A later one may neither
    begin before today nor before the one it replaces: figures already reported would change. Rates are derived again in
    the same transaction. Raises Forbidden, RuleViolated (document or date), Conflict (somebody else published meanwhile).
    """
    published = _publish(document, effective_on, actor, now)
    if published.is_new:
        rederive(checklist_codes=[published.version.checklist_code])
    return published


def publish_catalogue(
    catalogue: Catalogue,
    effective_on: date,
    actor: Actor,
    now: datetime,
    *,
    checklist_codes: Collection[str] | None = None,
) -> list[Published]:
    """Publish the named checklists of a catalogue (all by default), all or none; raises as `publish_checklist`, and
    NotFound for a checklist that the catalogue lacks."""
    wanted = sorted(catalogue.checklists if checklist_codes is None else set(checklist_codes))
    unknown = [code for code in wanted if code not in catalogue.checklists]
    if unknown:
        raise NotFound(
            f"目录中没有检查表：{'、'.join(unknown)}", f"The catalogue has no checklist {', '.join(unknown)}"
        )
    results = [_publish(checklist_document(catalogue, code), effective_on, actor, now) for code in wanted]
    changed = [result.version.checklist_code for result in results if result.is_new]
    if changed:
        rederive(checklist_codes=changed)
    return results


def retire_version(checklist_code: str, number: int, actor: Actor, now: datetime) -> ChecklistVersion:
    """From now on no new inspection uses this version; what was inspected with it stays. Again is harmless.

    Raises Forbidden, NotFound.
    """
    _require_publisher(actor)
    version = get_version_by_number(checklist_code, number)
    if version.retired_at is None:
        version.retired_at = now
        db.session.flush()
    return version


def _publish(document: Mapping[str, Any], effective_on: date, actor: Actor, now: datetime) -> Published:
    _require_publisher(actor)
    _require_sound(document)
    latest = find_latest_version(document["code"])
    sha256 = document_sha256(document)
    if latest is not None and latest.sha256 == sha256 and latest.retired_at is None:
        return Published(latest, is_new=False)
    if latest is not None:
        _require_later(effective_on, latest, local_day(now))
    version = ChecklistVersion(
        checklist_code=document["code"],
        number=1 if latest is None else latest.number + 1,
        document=dict(document),
        sha256=sha256,
        effective_on=effective_on,
        published_at=now,
        published_by=actor.account_id,
        items=list(_item_rows(document)),
    )
    db.session.add(version)
    db.session.flush()
    return Published(version, is_new=True)


def _require_publisher(actor: Actor) -> None:
    # A checklist belongs to no area; whoever may publish anywhere may publish it.
    if reach_of(actor, Permission.PUBLISH_CHECKLISTS).is_empty:
        raise Forbidden()


def _require_sound(document: Mapping[str, Any]) -> None:
    try:
        load_document(document)
    except ShapeError as error:
        raise RuleViolated(
            "检查表内容有误",
            "The checklist's document is not sound",
            code="document_unsound",
            errors=[
                FieldError(".".join(map(str, place)), "document_unsound", f"内容有误：{reason}", reason)
                for place, reason in error.problems
            ],
        ) from error


def _require_later(effective_on: date, latest: ChecklistVersion, today: date) -> None:
    earliest = max(latest.effective_on, today)
    if effective_on >= earliest:
        return
    zh = f"生效日期不能早于 {earliest.isoformat()}，否则会改变已公布的达标率"
    en = f"Must not be before {earliest.isoformat()}: rates already reported would change"
    raise RuleViolated(
        zh, en, code="effective_too_early", errors=[FieldError("effective_on", "effective_too_early", zh, en)]
    )


def _item_rows(document: Mapping[str, Any]) -> Iterator[ChecklistItem]:
    asked = [(indicator["code"], item) for indicator in document["indicators"] for item in indicator["items"]]
    for position, (indicator_code, item) in enumerate(asked, 1):
        yield ChecklistItem(
            item_code=item["code"],
            indicator_code=indicator_code,
            position=position,
            weight=item["weight"],
            is_veto=item["is_veto"],
            deduction=item["deduction"]["per_occurrence"] if item["deduction"] else None,
            applicability=item["applies_when"],
            criterion_zh=item["criterion"]["zh"],
            criterion_en=item["criterion"]["en"],
            group_code=item["group"],
            answered_by=item["answered_by"],
            has_tile=item["tile"] is not None,
            search_text=_search_text(item, document["groups"][item["group"]]),
            definition=item,
        )


def _search_text(item: Mapping[str, Any], group: Mapping[str, Any]) -> str:
    """The item's own words and its group's name; the group's keywords would lead to all of its items alike."""
    texts = [item["code"], *group["name"].values(), *item["criterion"].values(), *item["hint"].values()]
    if item["tile"] is not None:
        texts += [item["tile"]["zh"], item["tile"]["en"], *item["tile"]["keywords"]]
    return "\n".join(texts).lower()
