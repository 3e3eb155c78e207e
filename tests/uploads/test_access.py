from __future__ import annotations

import uuid

import pytest

from grid.permissions import ANONYMOUS, SYSTEM, Actor, Grant, Role
from uploads.access import PhotoPlace, may_see_original, may_see_photo
from uploads.models import PhotoOwnerKind

HERE, ELSEWHERE = "/310151/310151101/", "/310151/310151102/"
COMPANY, OTHER_COMPANY = uuid.UUID(int=1), uuid.UUID(int=2)


def person(role: Role, area_path: str = HERE, organisation_id: uuid.UUID | None = None) -> Actor:
    return Actor(uuid.UUID(int=9), "somebody", (Grant(role, area_path, organisation_id),))


def place(
    kind: PhotoOwnerKind = PhotoOwnerKind.CASE, organisation_id: uuid.UUID | None = COMPANY
) -> PhotoPlace:
    return PhotoPlace(kind, HERE + "310151101001/", organisation_id)


def test_whoever_reads_cases_here_sees_their_photos() -> None:
    assert may_see_photo(person(Role.DISPATCHER), [place()])
    assert may_see_photo(person(Role.AUDITOR, "/310151/"), [place()])


def test_whoever_reads_cases_elsewhere_does_not() -> None:
    assert not may_see_photo(person(Role.DISPATCHER, ELSEWHERE), [place()])
    assert not may_see_original(person(Role.TOWNSHIP_MANAGER, ELSEWHERE), [place()])


def test_a_handler_sees_the_photos_of_cases_the_organisation_holds() -> None:
    assert may_see_photo(person(Role.HANDLER, HERE, COMPANY), [place()])
    assert not may_see_photo(person(Role.HANDLER, HERE, OTHER_COMPANY), [place()])


@pytest.mark.parametrize("kind", [PhotoOwnerKind.REPORT, PhotoOwnerKind.INSPECTION])
def test_a_handler_sees_reports_and_inspections_only_through_the_case(kind: PhotoOwnerKind) -> None:
    handler = person(Role.HANDLER, HERE, COMPANY)

    assert not may_see_photo(handler, [place(kind)])
    assert may_see_photo(handler, [place(kind), place(PhotoOwnerKind.CASE)])


def test_a_photo_shown_nowhere_is_seen_by_no_role() -> None:
    assert not may_see_photo(person(Role.DISTRICT_ADMIN, "/"), [])


@pytest.mark.parametrize("actor", [ANONYMOUS, Actor(uuid.UUID(int=5))])
def test_nobody_and_residents_see_no_photos_of_others(actor: Actor) -> None:
    assert not may_see_photo(actor, [place(kind) for kind in PhotoOwnerKind])


@pytest.mark.parametrize(
    ("role", "is_entitled"),
    [
        (Role.DISPATCHER, True),
        (Role.TOWNSHIP_MANAGER, True),
        (Role.AUDITOR, True),
        (Role.INSPECTOR, False),
        (Role.INFORMATION_OFFICER, False),
        (Role.HANDLER, False),
        (Role.EVALUATOR, False),
    ],
)
def test_originals_are_for_those_entitled(role: Role, is_entitled: bool) -> None:
    assert may_see_original(person(role, HERE, COMPANY), [place()]) is is_entitled


def test_being_entitled_elsewhere_does_not_open_an_original_here() -> None:
    actor = Actor(uuid.UUID(int=9), "", (Grant(Role.INSPECTOR, HERE), Grant(Role.DISPATCHER, ELSEWHERE)))

    assert may_see_photo(actor, [place()])
    assert not may_see_original(actor, [place()])


def test_jobs_see_everything() -> None:
    assert may_see_original(SYSTEM, [place()])
