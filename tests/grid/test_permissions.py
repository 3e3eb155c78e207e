from __future__ import annotations

import uuid

import pytest

from grid.permissions import (
    ANONYMOUS,
    ROLE_PERMISSIONS,
    SYSTEM,
    Actor,
    Grant,
    Permission,
    Reach,
    Role,
    may,
    reach_of,
    require,
)
from server.errors import Forbidden, NotFound

HERE, INSIDE, ELSEWHERE = "/1/11/", "/1/11/111/", "/1/12/"
COMPANY, OTHER_COMPANY = uuid.uuid4(), uuid.uuid4()


def holder(role: Role, path: str = HERE, organisation: uuid.UUID | None = None) -> Actor:
    return Actor(uuid.uuid4(), "示例", (Grant(role, path, organisation),))


def test_every_role_has_its_row() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)


def test_a_post_reaches_everything_below_its_area_and_nothing_beside_it() -> None:
    actor = holder(Role.DISPATCHER)
    assert may(actor, Permission.DISPATCH_CASES, INSIDE)
    assert not may(actor, Permission.DISPATCH_CASES, ELSEWHERE)
    assert not may(actor, Permission.DISPATCH_CASES, "/1/")


def test_an_area_whose_code_begins_alike_is_not_below() -> None:
    assert not may(holder(Role.DISPATCHER, "/1/11/"), Permission.READ_CASES, "/1/110/")


def test_a_handler_reaches_only_what_the_own_organisation_holds() -> None:
    actor = holder(Role.HANDLER, HERE, COMPANY)
    assert may(actor, Permission.HANDLE_CASES, INSIDE, COMPANY)
    assert not may(actor, Permission.HANDLE_CASES, INSIDE, OTHER_COMPANY)
    assert not may(actor, Permission.HANDLE_CASES, ELSEWHERE, COMPANY)
    assert not may(actor, Permission.HANDLE_CASES, INSIDE, None)


def test_a_handler_without_an_organisation_reaches_nothing() -> None:
    assert reach_of(holder(Role.HANDLER), Permission.HANDLE_CASES).is_empty


def test_outsiders_learn_nothing_and_the_powerless_are_told_so() -> None:
    with pytest.raises(NotFound):
        require(holder(Role.DISPATCHER, ELSEWHERE), Permission.READ_CASES, INSIDE)
    with pytest.raises(Forbidden):
        require(holder(Role.RESIDENT), Permission.READ_CASES, INSIDE)
    require(holder(Role.AUDITOR), Permission.READ_CASES, INSIDE)


def test_nobody_reaches_nothing_and_the_system_everything() -> None:
    assert all(reach_of(ANONYMOUS, permission).is_empty for permission in Permission)
    assert reach_of(SYSTEM, Permission.MANAGE_CASES) == Reach(is_everything=True)


def test_an_auditor_changes_nothing() -> None:
    assert all(str(permission).startswith(("read_", "see_")) for permission in ROLE_PERMISSIONS[Role.AUDITOR])


def test_no_single_post_both_handles_and_checks() -> None:
    for role, permissions in ROLE_PERMISSIONS.items():
        assert not {Permission.HANDLE_CASES, Permission.CHECK_CASES} <= set(permissions), role
