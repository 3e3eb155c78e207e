"""A role outside its area or organisation gets 403 or 404 and learns nothing: swept over every route that names a thing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cases.models import Case
from grid.models import Account, Organisation
from grid.permissions import Role
from server.db import db, new_id
from tests.api.test_inspections import Desk
from tests.contracts.test_documents import parameters_of
from tests.contracts.test_routes import protected
from tests.factories import headers_of, make_account, make_organisation

# Checklists belong to nobody's area.
SHARED = {"/api/v1/checklists/<string:code>/versions/<int(min=1, max=1000000):number>/retirement"}
# What some routes must be asked with before they look for the thing at all.
_CHECKLIST = {"checklist": "fire_safety"}
QUERIES = {
    "compliance": _CHECKLIST,
    "series": _CHECKLIST,
    "explain": _CHECKLIST,
    "table": _CHECKLIST,
    "worst": _CHECKLIST,
    "original": {"reason": "sweep over all routes"},
}


class World(Desk):
    """One township full of things, each named where a route names it."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self.photo_id = self.photo()
        self.inspection_id = new_id()
        failing = self.answer("CORR-01", "fail", photo_ids=[self.photo_id], note="不可外传的内容")
        assert self.put(self.body(failing, self.answer("PACT-01")), self.inspection_id).status_code == 201
        report = {"community_id": str(self.community.id), "text": "不可外传的内容", "item_code": "CORR-01"}
        self.report_id = new_id()
        assert client.put(f"/api/v1/reports/{self.report_id}", json=report).status_code == 201
        self.manager = headers_of(Role.TOWNSHIP_MANAGER, self.area("township"))
        self.clerk: Account = make_account(Role.DISPATCHER, self.area("township"))
        self.names = self._names()

    def _names(self) -> dict[str, str]:
        case = db.session.scalars(sa.select(Case).order_by(Case.number)).first()
        company = db.session.scalars(sa.select(Organisation)).first()
        assert case is not None
        assert company is not None
        return {
            "account_id": str(self.clerk.id),
            "post_id": str(self._first("SELECT id FROM posts WHERE account_id = :id", id=self.clerk.id)),
            "code": self.area("township").code,
            "area_code": self.area("township").code,
            "case_id": str(case.id),
            "community_id": str(self.community.id),
            "inspection_id": str(self.inspection_id),
            "organisation_id": str(company.id),
            "photo_id": self.photo_id,
            "report_id": str(self.report_id),
            "round_id": self._round(),
            "rule_id": self._rule(str(company.id)),
            "session_id": str(
                self._first("SELECT id FROM sign_in_sessions WHERE account_id = :id", id=self.account.id)
            ),
        }

    def _first(self, query: str, **values: Any) -> Any:
        statement = sa.text(query).bindparams(*(sa.bindparam(name, type_=sa.Uuid) for name in values))
        return db.session.execute(statement.columns(id=sa.Uuid), values).scalar_one()

    def _round(self) -> str:
        now = datetime.now(UTC)
        body = {
            "name": "不可外传的一轮",
            "kind": "routine",
            "checklist_version_id": str(self.version.id),
            "community_ids": [str(self.community.id)],
            "inspector_ids": [str(self.account.id)],
            "starts_at": (now + timedelta(days=1)).isoformat(),
            "ends_at": (now + timedelta(days=30)).isoformat(),
        }
        response = self.client.post("/api/v1/rounds", json=body, headers=self.manager)
        assert response.status_code == 201, response.get_json()
        return str(response.get_json()["id"])

    def _rule(self, organisation_id: str) -> str:
        body = {"area_code": self.area("township").code, "organisation_id": organisation_id}
        response = self.client.post("/api/v1/routing-rules", json=body, headers=self.manager)
        assert response.status_code == 201, response.get_json()
        return str(response.get_json()["id"])

    def address(self, rule: str) -> str:
        """The route's address with this township's things in it."""
        return re.sub(r"<(?:[^<>]*:)?([a-z_]+)>", lambda match: self.names.get(match[1], "1"), rule)


@pytest.fixture
def world(client: Any) -> World:
    return World(client)


def naming(app: Flask) -> list[tuple[str, str]]:
    return [(method, rule) for method, rule, _ in protected(app) if "<" in rule and rule not in SHARED]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
def test_people_of_the_next_township_learn_nothing(app: Flask, client: Any, world: World, role: Role) -> None:
    elsewhere = world.area("other_township")
    headers = headers_of(role, elsewhere, make_organisation("property_company", elsewhere))
    for method, rule in naming(app):
        asked: dict[str, Any] = {
            "query_string": QUERIES.get(rule.rsplit("/", 1)[1] if method == "GET" else "", {})
        }
        if method != "GET":
            asked["json"] = {}
        response = client.open(
            world.address(rule), method=method, headers=headers | {"If-Match": '"1"'}, **asked
        )
        text = response.get_data(as_text=True)
        name = f"{role} {method} {rule} → {response.status_code} {text[:300]}"
        assert response.status_code in (403, 404, 422), name
        assert "不可外传" not in text, name
        assert world.community.name not in text, name
        if method == "GET":
            assert response.status_code in (403, 404), name


def test_another_company_in_the_same_township_sees_none_of_its_cases(client: Any, world: World) -> None:
    township = world.area("township")
    headers = headers_of(Role.HANDLER, township, make_organisation("property_company", township))
    case = world.names["case_id"]
    assert client.get(f"/api/v1/cases/{case}", headers=headers).status_code == 404
    assert client.get("/api/v1/cases", headers=headers).get_json()["items"] == []
    step = client.post(
        f"/api/v1/cases/{case}/actions", json={"action": "start"}, headers=headers | {"If-Match": '"1"'}
    )
    assert step.status_code == 404
    for size in ("", "/thumbnail", "/display"):
        assert client.get(f"/api/v1/photos/{world.photo_id}{size}", headers=headers).status_code == 404


def test_lists_of_the_next_township_hold_nothing_of_this_one(app: Flask, client: Any, world: World) -> None:
    headers = headers_of(Role.TOWNSHIP_MANAGER, world.area("other_township"))
    for method, rule, access in protected(app):
        if method != "GET" or "<" in rule or access.permission is None:
            continue
        taken = {each["name"] for each in parameters_of(app, method, rule)}
        query = {"community_id": str(world.community.id), "checklist_version_id": str(world.version.id)}
        for narrowed in ({}, {"area": world.area("township").code}, query):
            # An export as the kind of file that can be read here.
            wanted = narrowed | {"format": "csv"}
            asked = {name: value for name, value in wanted.items() if name in taken}
            text = client.get(rule, headers=headers, query_string=asked).get_data(as_text=True)
            assert "不可外传" not in text, f"{rule} {asked}"
            assert world.community.name not in text, f"{rule} {asked}"


def test_nobody_in_particular_sees_a_photo_that_is_not_public(client: Any, world: World) -> None:
    for size in ("", "/thumbnail", "/display"):
        assert client.get(f"/api/v1/photos/{world.photo_id}{size}").status_code in (401, 404)
