"""Who may do what, and where: the one table that every route is checked against.

A permission is given by a role through a post; the post's area (and, for handlers, its organisation) bounds it.
Rules only: loading posts is `grid/posts.py`, asking the questions over HTTP is `api/authentication.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.errors import Forbidden, NotFound


class Role(StrEnum):
    RESIDENT = "resident"  # 居民
    INFORMATION_OFFICER = "information_officer"  # 信息员, at the neighbourhood's information point
    INSPECTOR = "inspector"  # 网格监督员
    HANDLER = "handler"  # 处置人员
    DISPATCHER = "dispatcher"  # 派遣员; also accepts and files 受理、立案 until a township splits the posts
    EVALUATOR = "evaluator"  # 第三方测评员
    TOWNSHIP_MANAGER = "township_manager"  # 街镇管理员
    DISTRICT_ADMIN = "district_admin"  # 区管理员
    AUDITOR = "auditor"  # 督查; reads everything in the area, changes nothing


class Permission(StrEnum):
    READ_GRID = "read_grid"
    MANAGE_AREAS = "manage_areas"
    MANAGE_COMMUNITIES = "manage_communities"
    MANAGE_ORGANISATIONS = "manage_organisations"
    READ_ACCOUNTS = "read_accounts"
    MANAGE_ACCOUNTS = "manage_accounts"
    PUBLISH_CHECKLISTS = "publish_checklists"
    READ_ROUNDS = "read_rounds"
    MANAGE_ROUNDS = "manage_rounds"
    INSPECT = "inspect"
    READ_INSPECTIONS = "read_inspections"
    REPORT_AS_STAFF = "report_as_staff"
    READ_REPORTS = "read_reports"
    READ_CASES = "read_cases"
    TRIAGE_CASES = "triage_cases"
    VERIFY_REPORTS = "verify_reports"  # 核实, before filing
    DISPATCH_CASES = "dispatch_cases"
    HANDLE_CASES = "handle_cases"
    CHECK_CASES = "check_cases"  # 核查, before closing
    MANAGE_CASES = "manage_cases"  # approvals, forced closing, appeals, reopening what was not filed
    MANAGE_ROUTING = "manage_routing"
    READ_COMPLIANCE = "read_compliance"
    SEE_ORIGINAL_PHOTOS = "see_original_photos"
    SEE_CONTACTS = "see_contacts"  # a reporter's phone number in clear
    UPLOAD_PHOTOS = "upload_photos"
    SEE_PHOTO_FLAGS = "see_photo_flags"  # what is odd about a photo as evidence
    RELEASE_PHOTOS = "release_photos"  # to the public


class Scope(StrEnum):
    """How far a permission reaches: everything in the post's area, or only what the post's organisation holds."""

    AREA = "area"
    ORGANISATION = "organisation"


P, R, S = Permission, Role, Scope
_STAFF_READING: Mapping[Permission, Scope] = {P.READ_GRID: S.AREA, P.READ_COMPLIANCE: S.AREA}
_FIELD_WORK: Mapping[Permission, Scope] = {
    **_STAFF_READING,
    P.READ_ROUNDS: S.AREA,
    P.INSPECT: S.AREA,
    P.READ_INSPECTIONS: S.AREA,
    P.REPORT_AS_STAFF: S.AREA,
    P.READ_CASES: S.AREA,
    P.VERIFY_REPORTS: S.AREA,
    P.CHECK_CASES: S.AREA,
    P.UPLOAD_PHOTOS: S.AREA,
    P.SEE_PHOTO_FLAGS: S.AREA,
}
_DESK_WORK: Mapping[Permission, Scope] = {
    **_STAFF_READING,
    P.READ_ROUNDS: S.AREA,
    P.READ_INSPECTIONS: S.AREA,
    P.REPORT_AS_STAFF: S.AREA,
    P.READ_REPORTS: S.AREA,
    P.READ_CASES: S.AREA,
    P.TRIAGE_CASES: S.AREA,
    P.DISPATCH_CASES: S.AREA,
    P.SEE_CONTACTS: S.AREA,
    P.SEE_ORIGINAL_PHOTOS: S.AREA,
    P.UPLOAD_PHOTOS: S.AREA,
    P.SEE_PHOTO_FLAGS: S.AREA,
    P.RELEASE_PHOTOS: S.AREA,
}
_MANAGEMENT: Mapping[Permission, Scope] = {
    **_DESK_WORK,
    P.VERIFY_REPORTS: S.AREA,
    P.CHECK_CASES: S.AREA,
    P.MANAGE_CASES: S.AREA,
    P.MANAGE_COMMUNITIES: S.AREA,
    P.MANAGE_ORGANISATIONS: S.AREA,
    P.READ_ACCOUNTS: S.AREA,
    P.MANAGE_ACCOUNTS: S.AREA,
    P.MANAGE_ROUNDS: S.AREA,
    P.MANAGE_ROUTING: S.AREA,
}

ROLE_PERMISSIONS: Mapping[Role, Mapping[Permission, Scope]] = {
    R.RESIDENT: {},
    R.INFORMATION_OFFICER: _FIELD_WORK,
    R.INSPECTOR: _FIELD_WORK,
    R.HANDLER: {
        P.READ_GRID: S.AREA,
        P.READ_CASES: S.ORGANISATION,
        P.HANDLE_CASES: S.ORGANISATION,
        P.UPLOAD_PHOTOS: S.AREA,
    },
    R.DISPATCHER: _DESK_WORK,
    R.EVALUATOR: {
        **_STAFF_READING,
        P.READ_ROUNDS: S.AREA,
        P.INSPECT: S.AREA,
        P.READ_INSPECTIONS: S.AREA,
        P.UPLOAD_PHOTOS: S.AREA,
    },
    R.TOWNSHIP_MANAGER: _MANAGEMENT,
    R.DISTRICT_ADMIN: {**_MANAGEMENT, P.MANAGE_AREAS: S.AREA, P.PUBLISH_CHECKLISTS: S.AREA},
    R.AUDITOR: {
        **_STAFF_READING,
        P.READ_ACCOUNTS: S.AREA,
        P.READ_ROUNDS: S.AREA,
        P.READ_INSPECTIONS: S.AREA,
        P.READ_REPORTS: S.AREA,
        P.READ_CASES: S.AREA,
        P.SEE_ORIGINAL_PHOTOS: S.AREA,
        P.SEE_PHOTO_FLAGS: S.AREA,
    },
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One current post, as the rules see it."""

    role: Role
    area_path: str
    organisation_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking. Nobody signed in is `ANONYMOUS`; jobs act as `SYSTEM`."""

    account_id: uuid.UUID | None = None
    display_name: str = ""
    grants: tuple[Grant, ...] = ()
    session_id: uuid.UUID | None = None
    is_system: bool = False
    must_change_password: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.account_id is None and not self.is_system

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    def grants_with(self, permission: Permission) -> tuple[tuple[Grant, Scope], ...]:
        """The posts that give a permission, each with how far it reaches."""
        found = ((grant, ROLE_PERMISSIONS[grant.role].get(permission)) for grant in self.grants)
        return tuple((grant, scope) for grant, scope in found if scope is not None)


ANONYMOUS = Actor()
SYSTEM = Actor(display_name="系统", is_system=True)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a permission opens to an actor: whole areas by path prefix, and what some organisations hold in theirs."""

    area_paths: tuple[str, ...] = ()
    organisations: tuple[tuple[str, uuid.UUID], ...] = ()
    is_everything: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.is_everything or self.area_paths or self.organisations)

    def covers(self, area_path: str, organisation_id: uuid.UUID | None = None) -> bool:
        """Whether a thing in this area, held by this organisation, is within reach."""
        if self.is_everything or any(area_path.startswith(path) for path in self.area_paths):
            return True
        return any(
            organisation_id == held and area_path.startswith(path) for path, held in self.organisations
        )


def reach_of(actor: Actor, permission: Permission) -> Reach:
    """How far a permission reaches for an actor; empty where no post gives it."""
    if actor.is_system:
        return Reach(is_everything=True)
    areas, organisations = [], []
    for grant, scope in actor.grants_with(permission):
        if scope is Scope.AREA:
            areas.append(grant.area_path)
        elif grant.organisation_id is not None:
            organisations.append((grant.area_path, grant.organisation_id))
    return Reach(tuple(dict.fromkeys(areas)), tuple(dict.fromkeys(organisations)))


def may(
    actor: Actor, permission: Permission, area_path: str, organisation_id: uuid.UUID | None = None
) -> bool:
    """Whether the actor holds the permission for a thing in this area, held by this organisation."""
    return reach_of(actor, permission).covers(area_path, organisation_id)


def require(
    actor: Actor, permission: Permission, area_path: str, organisation_id: uuid.UUID | None = None
) -> None:
    """Raise `NotFound` where the permission does not reach the thing: outsiders learn nothing of it."""
    if may(actor, permission, area_path, organisation_id):
        return
    if reach_of(actor, permission).is_empty:
        raise Forbidden()
    raise NotFound()


def roles_in(actor: Actor, area_path: str) -> frozenset[Role]:
    """The roles an actor holds for a place."""
    return frozenset(grant.role for grant in actor.grants if area_path.startswith(grant.area_path))


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that any of the roles gives, wherever it reaches."""
    return frozenset(permission for role in roles for permission in ROLE_PERMISSIONS[role])
