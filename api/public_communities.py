"""A community's public page 小区公示 over HTTP: for everybody who reads the notice board's code, without signing in."""

from __future__ import annotations

import io
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import segno
from flask import Response

from api.authentication import public
from api.blueprint import ApiBlueprint
from api.client_settings import public_origin
from api.compliance import figures_of
from api.instant_cursors import decode_instant_cursor, instant_key
from api.limits import PUBLIC_READ, limiter
from api.paging import page
from api.schemas.public_communities import (
    PROBLEMS_EXAMPLE,
    PUBLIC_COMMUNITY_EXAMPLE,
    WHY_EXAMPLE,
    ProblemQuerySchema,
    PublicCommunitySchema,
    PublicProblemPageSchema,
    WhyQuerySchema,
    WhySchema,
)
from api.targets import target_answer
from cases.public_problems import (
    ProblemState,
    PublicProblem,
    count_problems,
    find_problems,
    list_problems,
)
from cases.released_photos import ReleasedPhoto, list_released_among
from checklists.community_overview import CommunityOverview, overview_of_days
from checklists.compliance import CauseKind, PairStatus, Segment
from checklists.explain import AnswerBehind, answers_behind
from checklists.rate_queries import CommunityRates
from checklists.stored_segments import unbroken_since
from grid import communities, organisations
from grid.areas import list_ancestors
from grid.models import Community
from grid.organisation_kinds import ORGANISATION_KINDS
from inspections.item_words import ItemWords, words_of
from inspections.timeline import STAGE_TEXTS, stage_of_state
from plans.target_catalogue import shipped_targets
from plans.target_entries import Measured, Metric
from plans.targets import lineage_of, target_in_force
from server import clock
from server.errors import NotFound

blueprint = ApiBlueprint(
    "public-communities",
    __name__,
    url_prefix="/public/communities",
    description="小区公示 / a community's public page",
)

_WEEKS_SHOWN = 12
_PROBLEMS_SHOWN = 6
_SVG = {"type": "string", "description": "SVG"}


@blueprint.route("/<uuid:community_id>")
@public
@limiter.limit(PUBLIC_READ)
@blueprint.response(200, PublicCommunitySchema, example=PUBLIC_COMMUNITY_EXAMPLE)
def get_public_community(community_id: uuid.UUID) -> dict[str, Any]:
    """What anybody may know of a community: its rates today and over twelve weeks, its problems, who serves it.

    Problems are filed cases; what nobody has accepted yet is not among them, nor anybody's words or names.
    """
    community, now = communities.get_public_community(community_id), clock.now()
    today = clock.local_day(now)
    overviews = overview_of_days(
        community.id, [today - timedelta(weeks=weeks) for weeks in range(_WEEKS_SHOWN, -1, -1)]
    )
    buildings = [building.name for building in communities.list_buildings(community.id)]
    problems, _ = list_problems(community.id, ProblemState.OPEN, buildings, now, _PROBLEMS_SHOWN)
    counts = count_problems(community.id, now)
    return {
        **{name: getattr(community, name) for name in ("id", "name", "address", "is_synthetic", "area")},
        "areas": list_ancestors(community.area),
        "buildings": buildings,
        "as_of": today,
        "rate": figures_of(overviews[-1].rate),
        "series": [{"on": each.as_of, "value": each.rate.share.value} for each in overviews],
        "checklists": [_checklist(each, community, today) for each in overviews[-1].checklists],
        "open_count": counts.open,
        "resolved_count": counts.resolved,
        "problems": _problems(problems),
        "organisations": _notice_board(community),
    }


@blueprint.route("/<uuid:community_id>/problems")
@public
@limiter.limit(PUBLIC_READ)
@blueprint.arguments(ProblemQuerySchema, location="query")
@blueprint.response(200, PublicProblemPageSchema, example=PROBLEMS_EXAMPLE)
def list_public_problems(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """A community's problems, the newest first: open ones, or those solved within a year."""
    community, now = communities.get_public_community(community_id), clock.now()
    buildings = [building.name for building in communities.list_buildings(community.id)]
    after = decode_instant_cursor(query["cursor"])
    rows, next_key = list_problems(community.id, query["state"], buildings, now, query["limit"], after)
    return page(_problems(rows), instant_key(*next_key) if next_key else None)


@blueprint.route("/<uuid:community_id>/why")
@public
@limiter.limit(PUBLIC_READ)
@blueprint.arguments(WhyQuerySchema, location="query")
@blueprint.response(200, WhySchema, example=WHY_EXAMPLE)
def explain_to_public(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """Why a community's rate is what it is: each item that fails today, since when and by when, with released photos."""
    community, now = communities.get_public_community(community_id), clock.now()
    today = clock.local_day(now)
    (overview,) = overview_of_days(community.id, [today])
    chosen = _chosen(overview, query["checklist"]) if query["checklist"] else None
    pairs = chosen.pairs if chosen else overview.items
    failing = {code: each for code, each in pairs.items() if each.status is PairStatus.FAIL}
    return {
        "as_of": today,
        "checklist": chosen.version if chosen else None,
        "rate": figures_of(chosen.items if chosen else overview.rate),
        "items": _failing_items(
            failing,
            _failing_since(community.id, [chosen] if chosen else overview.checklists),
            _veto_items(overview, chosen),
        ),
    }


@blueprint.route("/<uuid:community_id>/qr.svg")
@public
@limiter.limit(PUBLIC_READ)
@blueprint.response(200, _SVG, content_type="image/svg+xml")
def get_qr_code(community_id: uuid.UUID) -> Response:
    """The code for the notice board: it leads to the community's page at this server's public address (PUBLIC_URL)."""
    community = communities.get_public_community(community_id)
    code = segno.make(f"{public_origin()}/c/{community.id}", error="m", micro=False)
    picture = io.BytesIO()
    code.save(picture, kind="svg", scale=8, border=4, dark="#000", light="#fff", title=community.name)
    response = Response(picture.getvalue(), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _checklist(rates: CommunityRates, community: Community, today: date) -> dict[str, Any]:
    assert rates.version is not None
    measured = Measured(Metric.ITEM_RATE, rates.version.checklist_code)
    catalogue = shipped_targets()
    target = target_in_force(catalogue.targets, measured, lineage_of(community.area_path), today)
    return {
        "checklist": rates.version,
        "name_zh": rates.version.name_zh,
        "name_en": rates.version.name_en,
        "item_rate": figures_of(rates.items),
        "standing": rates.standing,
        "target": target_answer(target, catalogue) if target else None,
    }


def _notice_board(community: Community) -> list[dict[str, Any]]:
    serving = [each.organisation for each in organisations.list_services([community.id], clock.now())]
    return [
        {
            "kind": each.kind,
            "kind_zh": ORGANISATION_KINDS[each.kind].zh,
            "kind_en": ORGANISATION_KINDS[each.kind].en,
            "name": each.name,
            "service_phone": each.service_phone,
        }
        for each in serving
        if each.is_active
    ]


def _problems(problems: Sequence[PublicProblem]) -> list[dict[str, Any]]:
    words = words_of({each.item_code for each in problems})
    return [_problem(each, words.get(each.item_code or "")) for each in problems]


def _problem(problem: PublicProblem, words: ItemWords | None) -> dict[str, Any]:
    told = ("case_id", "item_code", "building", "opened_at", "resolved_at", "due_at", "is_overdue")
    return {
        **{each: getattr(problem, each) for each in told},
        **_named(words),
        **_stage(problem),
        "report_count": problem.report_count,
        "photos": problem.photos,
    }


def _named(words: ItemWords | None) -> dict[str, Any]:
    if words is None:
        return {"item_group": None, "criterion": None, "tile": None}
    return {"item_group": words.group_code, "criterion": words.criterion, "tile": words.tile}


def _stage(problem: PublicProblem | None) -> dict[str, Any]:
    if problem is None:
        return {"stage": None, "stage_text": None}
    stage = stage_of_state(problem.state)
    return {"stage": stage, "stage_text": STAGE_TEXTS[stage]}


def _chosen(overview: CommunityOverview, checklist_code: str) -> CommunityRates:
    for rates in overview.checklists:
        if rates.version is not None and rates.version.checklist_code == checklist_code:
            return rates
    raise NotFound("没有这份检查表，或今天未生效", "There is no such checklist in force today")


def _veto_items(overview: CommunityOverview, chosen: CommunityRates | None) -> set[str]:
    asked = [chosen] if chosen else overview.checklists
    items = (item for rates in asked if rates.version for item in rates.version.items)
    return {item.item_code for item in items if item.terms.is_veto}


def _failing_since(community_id: uuid.UUID, asked: Sequence[CommunityRates]) -> dict[str, datetime]:
    """Since when each item has failed without a break; of several checklists that ask for it, the longest; one query."""
    failing = {
        (rates.version.checklist_code, community_id, code): segment
        for rates in asked
        if rates.version
        for code, segment in rates.pairs.items()
        if segment.status is PairStatus.FAIL
    }
    found: dict[str, datetime] = {}
    for (_, _, code), since in unbroken_since(failing).items():
        found[code] = min(since, found.get(code, since))
    return found


def _failing_items(
    failing: dict[str, Segment], since: Mapping[str, datetime], vetoes: Collection[str]
) -> list[dict[str, Any]]:
    """Failing items with the cases and answers behind them; the number of queries does not grow with theirs."""
    case_ids = {each for segment in failing.values() for each in _cases_behind(segment)}
    problems = find_problems(case_ids, (), clock.now())
    answers = answers_behind([cause for segment in failing.values() for cause in segment.causes])
    photos = list_released_among({each for answer in answers.values() for each in answer.photo_ids})
    words = words_of(failing.keys())
    return [
        _failing_item(
            code,
            segment,
            words[code],
            [problems[each] for each in _cases_behind(segment) if each in problems],
            _photos_of(segment, answers, photos),
        )
        | {"since": since[code], "is_veto": code in vetoes}
        for code, segment in failing.items()
    ]


def _failing_item(
    code: str,
    segment: Segment,
    words: ItemWords,
    behind: Sequence[PublicProblem],
    photos: list[ReleasedPhoto],
) -> dict[str, Any]:
    """Of several cases the one that is due first speaks for the item."""
    first = min(behind, key=lambda each: (each.due_at is None, each.due_at or each.opened_at), default=None)
    shown = {
        each.release_id: each for each in [*(photo for case in behind for photo in case.photos), *photos]
    }
    return {
        "item_code": code,
        **_named(words),
        "occurrences": segment.occurrences,
        **_stage(first),
        "due_at": first.due_at if first else None,
        "is_overdue": any(each.is_overdue for each in behind),
        "photos": list(shown.values()),
    }


def _cases_behind(segment: Segment) -> list[uuid.UUID]:
    return [uuid.UUID(cause.id) for cause in segment.causes if cause.kind is CauseKind.CASE]


def _photos_of(segment: Segment, answers: Any, photos: dict[uuid.UUID, ReleasedPhoto]) -> list[ReleasedPhoto]:
    """The released photos of the answers behind a segment."""
    behind: list[AnswerBehind] = [
        answers[cause.inspection_id, cause.id] for cause in segment.causes if cause.kind is CauseKind.ANSWER
    ]
    return [photos[each] for answer in behind for each in answer.photo_ids if each in photos]
