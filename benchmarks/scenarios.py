"""What is asked: each of the product's five questions as ready-made requests, bytes for the wire."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.seeding import CAPABILITY, CHECKLIST, Ground, Item, Place, seed_photos
from server.db import new_id

PHOTOS_A_REPORT = 1
FAILS_AN_INSPECTION = 3
# The rate alone, and as the desk's first screens show it.
_BREAKDOWNS = [f"compliance?checklist={CHECKLIST}{by}" for by in ("", "&by=indicator", "&by=child_area")]
# What fails and what was left out, 50 pairs each, with their answers, cases and photos.
_EXPLANATIONS = [
    f"compliance/explain?checklist={CHECKLIST}{status}" for status in ("", "&status=stale,unassessed")
]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of request; `is_once_only` where each has a name of its own and is stored."""

    name: str
    requests: Sequence[bytes]
    expected_statuses: frozenset[int]
    is_once_only: bool = False


def bare_requests() -> Scenario:
    """The yardstick's only route."""
    return Scenario("bare Flask route", [_request("GET", "/")], frozenset({200}))


def make_scenarios(ground: Ground, writes: int, now: datetime) -> list[Scenario]:
    """All five; `writes` is how many reports are prepared, and a third as many inspections."""
    return [
        Scenario("report intake", _reports(ground, writes, now), frozenset({201}), is_once_only=True),
        Scenario(
            "inspection intake (60 answers)",
            _inspections(ground, writes // 3, now),
            frozenset({201}),
            is_once_only=True,
        ),
        Scenario("case list (50 rows)", _case_lists(ground), frozenset({200})),
        Scenario("area rates", _rates(ground, _BREAKDOWNS), frozenset({200})),
        Scenario("explain", _rates(ground, _EXPLANATIONS), frozenset({200})),
    ]


def _reports(ground: Ground, number: int, now: datetime) -> list[bytes]:
    """Residents who never signed in, each with a photo, all over the district."""
    photo_ids = seed_photos(number * PHOTOS_A_REPORT, None, now)
    requests = []
    for index in range(number):
        place = ground.places[(index * 29) % len(ground.places)]
        item = ground.items[(index * 11) % len(ground.items)]
        body = {
            "text": "楼道里堆了很多杂物，请尽快处理",
            "item_code": item.code,
            "photo_ids": [str(photo_id) for photo_id in photo_ids[index : index + 1]],
            "community_id": str(place.id),
            "building": f"{index % 12 + 1}号楼",
            "observed_at": now.isoformat(),
            "device_sent_at": now.isoformat(),
        }
        requests.append(_put("reports", body, {"Upload-Capability": CAPABILITY}))
    return requests


def _inspections(ground: Ground, number: int, now: datetime) -> list[bytes]:
    """Whole visits: every item of the community answered, three of them failing, photos where they are asked for."""
    bearer = {"Authorization": f"Bearer {ground.tokens['inspector']}"}
    places = [ground.places[(index * 23) % len(ground.places)] for index in range(number)]
    answers = [_answers(ground.items_in(place), index, now) for index, place in enumerate(places)]
    wanted = sum(len(answer["photo_ids"]) for each in answers for answer in each)
    photo_ids = iter(seed_photos(wanted, ground.inspector_id, now))
    for answer in (answer for each in answers for answer in each):
        answer["photo_ids"] = [str(next(photo_ids)) for _ in answer["photo_ids"]]
    return [
        _put("inspections", _inspection(ground, place, given, now), bearer)
        for place, given in zip(places, answers, strict=True)
    ]


def _answers(items: Sequence[Item], index: int, now: datetime) -> list[dict[str, Any]]:
    """Sixty at most; photo places are counted first and filled in later."""
    answers = []
    fails = {(index + step * 17) % len(items) for step in range(FAILS_AN_INSPECTION)}
    for position, item in enumerate(items):
        result = "fail" if position in fails else "pass"
        is_shown = item.photos == "always" or (item.photos == "on_fail" and result == "fail")
        answers.append(
            {
                "item_code": item.code,
                "result": result,
                "occurrences": 1 if result == "fail" and item.counts_occurrences else None,
                "observed_at": now.isoformat(),
                "photo_ids": [""] * (item.min_photos if is_shown else 0),
                "note": "已现场查看" if result == "fail" else "",
                "building": f"{index % 12 + 1}号楼" if result == "fail" else "",
            }
        )
    return answers


def _inspection(ground: Ground, place: Place, answers: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    return {
        "community_id": str(place.id),
        "checklist_version_id": str(ground.version_id),
        "status": "submitted",
        "answers": answers,
        "started_at": now.isoformat(),
        "device_sent_at": now.isoformat(),
    }


def _case_lists(ground: Ground) -> list[bytes]:
    """As the desk asks: the newest, one township's, the open ones, one item's."""
    bearer = {"Authorization": f"Bearer {ground.tokens['manager']}"}
    queries = ["", f"&area={ground.township_code}", "&state=handling", f"&item_code={ground.items[0].code}"]
    return [_request("GET", f"/api/v1/cases?limit=50{query}", bearer) for query in queries]


def _rates(ground: Ground, addresses: Sequence[str]) -> list[bytes]:
    """Of the district and of one township."""
    bearer = {"Authorization": f"Bearer {ground.tokens['manager']}"}
    areas = [ground.district_code, ground.township_code]
    return [
        _request("GET", f"/api/v1/areas/{area}/{address}", bearer) for area in areas for address in addresses
    ]


def _put(noun: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
    name: uuid.UUID = new_id()
    return _request("PUT", f"/api/v1/{noun}/{name}", headers, json.dumps(body, ensure_ascii=False).encode())


def _request(
    method: str, address: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> bytes:
    lines = [f"{method} {address} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")
