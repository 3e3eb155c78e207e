"""Things made over the API for browser tests to begin with: a photo, a report, a case in somebody's hands."""

from __future__ import annotations

import io
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from playwright.sync_api import APIRequestContext

from tests.web.conftest import PASSWORD


def picture(seed: int, size: tuple[int, int] = (1280, 960)) -> bytes:
    """A JPEG like no other seed's, so that nothing is taken for the same photo twice."""
    rng = random.Random(seed)
    small = Image.frombytes("RGB", (16, 12), bytes(rng.randrange(256) for _ in range(576)))
    made = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(made, "JPEG", quality=80)
    return made.getvalue()


@dataclass
class Maker:
    """Acts as the demo's people over the API, each with a bearer token of their own."""

    request: APIRequestContext
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(
        self, who: str, method: str, path: str, *, headers: dict[str, str] | None = None, **body: Any
    ) -> Any:
        answer = self.request.fetch(
            path, method=method, headers={**self._headers(who), **(headers or {})}, **body
        )
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()[:500]}"
        return answer.json()

    def photo(self, who: str, seed: int) -> str:
        photo_id = str(uuid.uuid4())
        self.ask(
            who,
            "PUT",
            f"/api/v1/photos/{photo_id}",
            headers={"Content-Type": "image/jpeg"},
            data=picture(seed),
        )
        return photo_id

    def reported_case(self, community_id: str, item_code: str, place: str, seed: int) -> str:
        """A report with one photo by the demo's inspector; the id of the case that it opened."""
        photo_id = self.photo("demo-inspector", seed)
        report = {
            "community_id": community_id,
            "item_code": item_code,
            "text": "试验用",
            "building": place,
            "photo_ids": [photo_id],
        }
        path = f"/api/v1/reports/{uuid.uuid4()}"
        return str(self.ask("demo-inspector", "PUT", path, data=report)["case_id"])

    def act(self, who: str, case_id: str, action: str, **more: Any) -> Any:
        case = self.case(who, case_id)
        headers = {"If-Match": f'"{case["revision"]}"'}
        path = f"/api/v1/cases/{case_id}/actions"
        return self.ask(who, "POST", path, headers=headers, data={"action": action, **more})

    def case(self, who: str, case_id: str) -> Any:
        return self.ask(who, "GET", f"/api/v1/cases/{case_id}")

    def dispatched_case(self, item_code: str, place: str, seed: int) -> str:
        """A case in the hands of the demo handler's company."""
        organisation = self.ask("demo-handler", "GET", "/api/v1/accounts/me")["posts"][0]["organisation"]
        served = self.ask("demo-manager", "GET", "/api/v1/communities?limit=1")["items"][0]
        case_id = self.reported_case(served["id"], item_code, place, seed)
        self.act("demo-dispatcher", case_id, "file")
        self.act("demo-dispatcher", case_id, "dispatch", organisation_id=organisation["id"])
        return case_id

    def _headers(self, who: str) -> dict[str, str]:
        if who not in self.tokens:
            answer = self.request.post("/api/v1/sessions", data={"username": who, "password": PASSWORD})
            self.tokens[who] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self.tokens[who]}"}
