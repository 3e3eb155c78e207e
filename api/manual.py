"""The human pages of the API at /api/docs: Swagger UI from its package, reading our own OpenAPI document."""

from __future__ import annotations

from flask import Flask
from flask_swagger_ui import get_swaggerui_blueprint

from api.authentication import public

ADDRESS = "/api/docs"
DOCUMENT = "/api/v1/openapi.json"


def register(app: Flask) -> None:
    """Serve the manual; its pages and the document it reads are open to anybody."""
    app.register_blueprint(
        get_swaggerui_blueprint(ADDRESS, DOCUMENT, config={"app_name": "Jiayuan 家园 API"})
    )
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(("swagger_ui.", "api-docs.")):
            app.view_functions[endpoint] = public(view)
