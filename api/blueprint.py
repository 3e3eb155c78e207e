"""The blueprint that all nouns use: documents a route's access and every error it can answer with."""

from __future__ import annotations

from typing import Any

import flask
import flask_smorest
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

from api.authentication import Access

_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]


class BoundedParser(FlaskParser):
    """Reads bodies; one nested so deep that no reader could follow it is the sender's mistake, not ours."""

    def _raw_load_json(self, req: flask.Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except RecursionError as error:
            raise BadRequest() from error


class ApiBlueprint(flask_smorest.Blueprint):
    """A noun's routes. OpenAPI gets the security and the problem answers from the route's own marks."""

    ARGUMENTS_PARSER = BoundedParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(self._document_access)

    @staticmethod
    def _document_access(
        doc: dict[str, Any], doc_info: dict[str, Any], *, method: str, **_: Any
    ) -> dict[str, Any]:
        access: Access | None = doc_info.get("access")
        if access is None:
            return doc
        doc.setdefault("operationId", doc_info["operation"])
        if not access.is_public:
            doc["security"] = _SECURITY
        if access.permission is not None:
            doc["x-permission"] = str(access.permission)
        responses = doc.setdefault("responses", {})
        for status in _error_statuses(access, method):
            responses.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
        return doc


def _error_statuses(access: Access, method: str) -> list[str]:
    statuses = ["404", "422", "429", "503"]
    if not access.is_public:
        statuses += ["401", "403"]
    if method.lower() in ("put", "post", "patch", "delete"):
        statuses += ["400", "409", "412", "413", "415", "428"]
    return sorted(statuses)
