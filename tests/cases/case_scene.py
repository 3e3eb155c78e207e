"""A township with a community, organisations, a checklist and people of every role: what service tests start from."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases.actions import ActionRequest, act_on_case
from cases.models import Case, CaseOrigin
from cases.opening import (
    InspectionCause,
    NewCase,
    OpenedCase,
    ReporterLink,
    open_case_for_report,
    open_or_join_case,
)
from cases.terms import Action
from checklists.models import ChecklistVersion
from grid.models import Area, Community, Organisation
from grid.permissions import ANONYMOUS, Actor, Role
from server.db import new_id
from tests.factories import NOW, actor_of, make_community, make_grid, make_organisation
from tests.inspections.published import item, publish
from tests.inspections.visits import make_photo

ITEMS = (
    item("CORR-01", handlers=["property_company", "urban_enforcement"]),
    item("FIRE-01", loop="micro", limit={"value": 2, "unit": "work_hour", "provenance": [], "variants": []}),
    item("GREEN-01", limit=None),
)


@dataclass
class CaseScene:
    areas: dict[str, Area] = field(default_factory=make_grid)
    version: ChecklistVersion = field(default_factory=lambda: publish(*ITEMS))
    community: Community = field(init=False)
    property_company: Organisation = field(init=False)
    enforcement: Organisation = field(init=False)

    def __post_init__(self) -> None:
        neighbourhood, township = self.areas["neighbourhood"], self.areas["township"]
        self.community = make_community(neighbourhood)
        self.property_company = make_organisation("property_company", neighbourhood)
        self.enforcement = make_organisation("urban_enforcement", township)
        self.dispatcher = actor_of(Role.DISPATCHER, township)
        self.inspector = actor_of(Role.INSPECTOR, township)
        self.manager = actor_of(Role.TOWNSHIP_MANAGER, township)
        self.handler = actor_of(Role.HANDLER, neighbourhood, self.property_company)

    def report(self, item_code: str | None = "CORR-01", *, now: datetime = NOW, **more: Any) -> Case:
        """A case in `reported`."""
        link = ReporterLink(more.pop("report_id", None) or new_id(), more.pop("account_id", None))
        new = NewCase(self.community.id, item_code, more.pop("origin", CaseOrigin.RESIDENT), **more)
        return open_case_for_report(new, link, ANONYMOUS, now)

    def fail(self, item_code: str = "CORR-01", *, now: datetime = NOW, **more: Any) -> OpenedCase:
        """The case of an inspection's failing answer."""
        observed_at = more.pop("observed_at", now - timedelta(hours=1))
        cause = InspectionCause(new_id(), more.pop("answer_id", None) or new_id(), observed_at)
        new = NewCase(self.community.id, item_code, CaseOrigin.INSPECTION, **more)
        return open_or_join_case(new, cause, self.inspector, now)

    def act(self, case: Case, action: Action, actor: Actor, *, now: datetime = NOW, **more: Any) -> Case:
        revision = more.pop("expected_revision", None)
        return act_on_case(case.id, ActionRequest(action, **more), actor, now, expected_revision=revision)

    def filed(self, **more: Any) -> Case:
        return self.act(self.report(**more), Action.FILE, self.dispatcher)

    def dispatched(self, **more: Any) -> Case:
        case, organisation_id = self.filed(**more), self.property_company.id
        return self.act(case, Action.DISPATCH, self.dispatcher, organisation_id=organisation_id)

    def in_handling(self, **more: Any) -> Case:
        return self.act(self.dispatched(**more), Action.START, self.handler)

    def handled(self, *, now: datetime = NOW, **more: Any) -> Case:
        photo_ids = (self.photo(self.handler),)
        return self.act(self.in_handling(**more), Action.HANDLE, self.handler, photo_ids=photo_ids, now=now)

    def closed(self, *, now: datetime = NOW, **more: Any) -> Case:
        case = self.handled(now=now, **more)
        seen = tuple(uuid.UUID(each) for each in case.after_photo_ids)
        return self.act(case, Action.CHECK_PASS, self.inspector, seen_photo_ids=seen, now=now)

    def photo(self, actor: Actor) -> uuid.UUID:
        return make_photo(actor).id
