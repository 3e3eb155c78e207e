"""The blueprint that all nouns use: documents a route's access and every error it can answer with."""

from __future__ import annotations

from typing import Any

import flask
import flask_smorest
from marshmallow import RAISE, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

from api.route_documents import document_access, document_revision, path_parameters
from server.errors import UnsupportedMedia


class BoundedParser(FlaskParser):
    """Reads JSON bodies. What no reader could follow (nested too deep, a number of thousands of digits) is the
    sender's mistake, not ours; and a body that does not call itself JSON is refused, never quietly thrown away."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - so the base class has it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def _raw_load_json(self, req: flask.Request) -> Any:
        if not req.is_json and _has_body(req):
            raise UnsupportedMedia(
                "请以 Content-Type: application/json 发送", "Send it as Content-Type: application/json"
            )
        try:
            return super()._raw_load_json(req)
        except (RecursionError, ValueError) as error:
            raise BadRequest() from error


def _has_body(req: flask.Request) -> bool:
    return bool(req.content_length) or "chunked" in req.headers.get("Transfer-Encoding", "").lower()


class ApiBlueprint(flask_smorest.Blueprint):
    """A noun's routes. OpenAPI gets the security and the problem answers from the route's own marks."""

    ARGUMENTS_PARSER = BoundedParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks += [document_access, document_revision]
        self._endpoints_with_query: set[str] = set()
        self.before_request(self._refuse_unknown_parameters)

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        """Add a route; its path's parameters are described by their names."""
        parameters = options.pop("parameters", None) or path_parameters(self.url_prefix or "", rule)
        super().add_url_rule(rule, endpoint, view_func, *args, parameters=parameters, **options)
        arguments = getattr(view_func, "_apidoc", {}).get("arguments", {}).get("parameters", [])
        if any(each["in"] == "query" for each in arguments):
            self._endpoints_with_query.add(f"{self.name}.{self._endpoints[-1]}")

    def _refuse_unknown_parameters(self) -> None:
        """A route without a query schema takes no parameter; one with it refuses the unknown by itself."""
        if flask.request.endpoint in self._endpoints_with_query or flask.request.method == "OPTIONS":
            return
        if flask.request.args:
            raise ValidationError({"query": {name: ["Unknown field."] for name in flask.request.args}})
