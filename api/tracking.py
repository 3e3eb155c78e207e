"""Following a report over HTTP, by its tracking code alone."""

from __future__ import annotations

from typing import Any

from api.authentication import current_actor, public
from api.blueprint import ApiBlueprint
from api.limits import ANONYMOUS_WRITE, PUBLIC_READ, limiter
from api.reports import phone_keys
from api.schemas.photos import UploaderHeadersSchema
from api.schemas.tracking import (
    NOT_FIXED_EXAMPLE,
    RATING_EXAMPLE,
    TRACKING_EXAMPLE,
    NotFixedSchema,
    RatingSchema,
    TrackingSchema,
)
from inspections.tracking import Tracking, rate_report, say_not_fixed
from inspections.tracking import get_tracking as read_tracking
from server import clock
from server.db import transaction

blueprint = ApiBlueprint(
    "tracking", __name__, url_prefix="/tracking", description="进度查询 / following a report by its code"
)


@blueprint.route("/<string:code>")
@public
@limiter.limit(PUBLIC_READ)
@blueprint.response(200, TrackingSchema, example=TRACKING_EXAMPLE)
def get_tracking(code: str) -> Tracking:
    """What became of a report: a timeline in residents' words, with nobody's personal data.

    A mistyped code is told as such (422, mistyped_code), an unknown one is 404.
    """
    return read_tracking(code, _secret(), clock.now())


@blueprint.route("/<string:code>/not-fixed", methods=["POST"])
@public
@limiter.limit(ANONYMOUS_WRITE)
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.arguments(NotFixedSchema, example=NOT_FIXED_EXAMPLE)
@blueprint.response(200, TrackingSchema, example=TRACKING_EXAMPLE)
def report_not_fixed(headers: dict[str, Any], body: dict[str, Any], code: str) -> Tracking:
    """The reporter's "not fixed": reopens the closed case by itself and counts as rework.

    409 while the case is not closed; refused once the time for it has passed (then report it anew). With an
    `answer_id` of the phone's own the same again is answered and not taken twice.
    """
    now = clock.now()
    with transaction():
        say_not_fixed(
            code,
            _secret(),
            body["text"],
            body["photo_ids"],
            current_actor(),
            now,
            capability=headers["capability"],
            answer_id=body["answer_id"],
        )
        return read_tracking(code, _secret(), now)


@blueprint.route("/<string:code>/rating", methods=["PUT"])
@public
@limiter.limit(ANONYMOUS_WRITE)
@blueprint.arguments(RatingSchema, example=RATING_EXAMPLE)
@blueprint.response(200, TrackingSchema, example=TRACKING_EXAMPLE)
def rate_report_by_code(body: dict[str, Any], code: str) -> Tracking:
    """The reporter's rating of a closing, in three points, once; the same again changes nothing."""
    now = clock.now()
    with transaction():
        rate_report(code, _secret(), body["score"].value, body["note"], now)
        return read_tracking(code, _secret(), now)


def _secret() -> bytes:
    return phone_keys().lookup.encode()
