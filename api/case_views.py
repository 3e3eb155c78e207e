"""What the API shows of a case: one line of a list, or the whole file for whoever asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from api.languages import pick
from api.photo_flags import flags_by_photo
from api.photo_views import shown_photo
from api.signed_addresses import Purpose, signed_address
from cases.actions import list_offers
from cases.case_tallies import count_reports, list_covers
from cases.clock_form import pending_from_json
from cases.deadlines import Stop, Stretch
from cases.event_chain import Head, verify_chain
from cases.history import link_of
from cases.item_terms import find_terms_of_items
from cases.models import Case, CaseEvent
from cases.queries import names_of_actors, organisations_named
from cases.routing_rules import suggest_routing
from cases.stored_case import limit_of, reading_of
from cases.terms import UNDER_WAY_STATES, Action, State
from cases.titles import title_of
from cases.wording import ACTION_NAMES
from cases.workflow import Offer
from grid.models import Organisation
from grid.permissions import Actor
from server.clock import local_day
from server.db import db
from uploads.releases import list_released

_ROUTED_STATES = (State.REPORTED, State.FILED)


def case_lines(cases: Sequence[Case], now: datetime) -> list[dict[str, Any]]:
    """Cases as lists show them; three queries for what a line shows beside the row."""
    ids = [case.id for case in cases]
    covers, counts, titles = list_covers(ids), count_reports(ids), titles_of(cases, now)
    return [_line(case, titles[case.id], covers.get(case.id), counts.get(case.id, 0), now) for case in cases]


def titles_of(cases: Iterable[Case], now: datetime) -> dict[uuid.UUID, str]:
    """What the cases are called in the asker's language, by id; one query."""
    told = list(cases)
    terms = find_terms_of_items({case.item_code for case in told if case.item_code}, local_day(now))
    return {case.id: pick(*title_of(case.title, terms.get(case.item_code or ""))) for case in told}


def _line(
    case: Case, title: str, cover: uuid.UUID | None, report_count: int, now: datetime
) -> dict[str, Any]:
    return {
        **{name: getattr(case, name) for name in _LINE_FIELDS},
        "title": title,
        "community": case.community,
        "organisation": case.organisation,
        "is_overdue": is_overdue(case, now),
        "pending_request": pending_from_json(case.pending),
        "report_count": report_count,
        "cover": None
        if cover is None
        else {"photo_id": cover, "thumbnail_url": signed_address(Purpose.THUMBNAIL, cover)},
    }


_LINE_FIELDS = (
    "id",
    "number",
    "revision",
    "item_code",
    "building",
    "place",
    "latitude",
    "longitude",
    "origin",
    "state",
    "loop",
    "opened_at",
    "filed_at",
    "handled_at",
    "closed_at",
    "deadline_raw",
    "deadline_effective",
    "calendar_is_provisional",
    "return_count",
    "rework_count",
    "reopen_count",
    "is_with_joint_office",
    "appeal",
    "is_exempt",
)
_WHOLE_FIELDS = (
    "text",
    "verification",
    "clock_started_at",
    "loop_path",
    "loop_due_at",
    "merged_into_id",
    "after_photo_ids",
    "ratings",
)


def is_overdue(case: Case, now: datetime) -> bool:
    """Filed, still with its holder, and past the effective deadline."""
    due = case.deadline_effective
    return case.state in UNDER_WAY_STATES and due is not None and due < now


def case_file(case: Case, actor: Actor, now: datetime, *, seen_until: int | None = None) -> dict[str, Any]:
    """The whole file of a case loaded by `cases.queries`, with what the actor may do with it now.

    `seen_until` is the last event that the actor may know of; history, photos and ratings end there.
    """
    offers = list_offers(case, actor, now)
    whole = _whole(case, actor, now, offers)
    return whole if seen_until is None else _cut_off(whole, seen_until)


def _cut_off(whole: dict[str, Any], seen_until: int) -> dict[str, Any]:
    return whole | {
        "events": [each for each in whole["events"] if each["seq"] <= seen_until],
        "photos": [each for each in whole["photos"] if each["event_seq"] <= seen_until],
        "ratings": [],
    }


def _whole(case: Case, actor: Actor, now: datetime, offers: list[Offer]) -> dict[str, Any]:
    return {
        **case_lines([case], now)[0],
        **{name: getattr(case, name) for name in _WHOLE_FIELDS},
        "limit": limit_of(case),
        "stops": _stops(case),
        "is_clock_stopped": _is_clock_stopped(case),
        "photos": _photos(case, actor),
        "events": _events(case),
        "history": _history(case),
        "reports": case.reports,
        "actions": [_offer(offer) for offer in offers],
        "suggested_routing": _suggestion(case, offers, now),
    }


def _history(case: Case) -> dict[str, Any]:
    """Whether the chain of events is whole, checked now."""
    head = Head(case.event_count, case.head_hash)
    faults = verify_chain(case.id, [link_of(event) for event in case.events], head)
    return {"is_whole": not faults, "last_hash": case.head_hash}


def _photos(case: Case, actor: Actor) -> list[dict[str, Any]]:
    ids = [photo.photo_id for photo in case.photos]
    flags, released = flags_by_photo(ids, actor), list_released(ids)
    return [
        {
            **shown_photo(photo.photo_id, flags),
            "is_released": photo.photo_id in released,
            "kind": photo.kind,
            "event_seq": photo.event_seq,
            "added_at": photo.added_at,
        }
        for photo in case.photos
    ]


def _is_clock_stopped(case: Case) -> bool:
    reading = reading_of(case)
    return reading is not None and reading.is_stopped


def _stops(case: Case) -> list[dict[str, Any]]:
    reading = reading_of(case)
    return [_stop(stretch) for stretch in reading.stretches] if reading else []


def _stop(stretch: Stretch) -> dict[str, Any]:
    adjustment = stretch.adjustment
    shown = {
        "reason": adjustment.reason,
        "due_before": stretch.due_before,
        "due_after": stretch.due_after,
        "until_at": None,
        "planned_until_at": None,
    }
    if isinstance(adjustment, Stop):
        return shown | {
            "kind": adjustment.kind.value,
            "from_at": adjustment.from_at,
            "until_at": adjustment.until_at,
            "planned_until_at": adjustment.planned_until_at,
        }
    return shown | {"kind": "extension", "from_at": adjustment.granted_at}


def _events(case: Case) -> list[dict[str, Any]]:
    people, organisations = names_of_actors(case.events), organisations_named(case)
    return [_event(event, people, organisations) for event in case.events]


def _event(
    event: CaseEvent, people: dict[uuid.UUID, str], organisations: dict[uuid.UUID, Organisation]
) -> dict[str, Any]:
    named = event.data.get("organisation_id") or event.data.get("proposed_organisation_id")
    return {
        "seq": event.seq,
        "at": event.at,
        "action": event.action,
        "role": event.role,
        "actor_name": people.get(event.actor_id) if event.actor_id else None,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "reason": event.reason,
        "organisation": organisations.get(uuid.UUID(named)) if named else None,
        "data": event.data,
        "photo_ids": event.photo_ids,
        "hash": event.hash,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    zh, en = ACTION_NAMES[offer.action]
    return {
        "action": offer.action,
        "name_zh": zh,
        "name_en": en,
        "to_state": offer.to,
        "is_allowed": offer.is_allowed,
        "needs": [need.value for need in offer.needs],
        "refusals": offer.refusals,
    }


def _suggestion(case: Case, offers: list[Offer], now: datetime) -> dict[str, Any] | None:
    """Who should get it, for whoever accepts and dispatches."""
    may_route = any(offer.action in (Action.DISPATCH, Action.FILE) for offer in offers)
    if case.state not in _ROUTED_STATES or not may_route:
        return None
    decision = suggest_routing(case, now)
    found = decision.organisation_id
    return {
        "organisation": db.session.get(Organisation, found) if found else None,
        "loop": decision.loop,
        "rule_id": decision.rule_id,
        "why_zh": decision.why_zh,
        "why_en": decision.why_en,
    }
