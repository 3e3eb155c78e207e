"""The application factory: the roof that puts settings, database, API and commands together."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool
from werkzeug.middleware.proxy_fix import ProxyFix

import api
import server.cli
from api import (
    authentication,
    health,
    limits,
    manual,
    observing,
    openapi,
    photo_store,
    problems,
    response_headers,
    web_app,
)
from api.blueprint import ApiBlueprint
from cases import configuration as case_configuration
from grid.outbox import ConsoleSender, Delivery
from grid.phone_numbers import PhoneKeys
from server import logging as json_logging
from server.config import Config, load_config
from server.db import Base, db

migrate = Migrate()


def create_app(config: Config | None = None) -> Flask:
    """A ready application. Tables are made by migrations, never here."""
    config = config or load_config()
    json_logging.configure(config.log_level)
    config.photo_dir.mkdir(parents=True, exist_ok=True)
    app = Flask("jiayuan", static_folder=None)
    app.extensions["jiayuan_config"] = config
    app.config.update(_flask_settings(config))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.trusted_proxies, config.trusted_proxies)  # type: ignore[method-assign]
    case_configuration.configure(config.office_hours)
    _load_models()
    app.extensions["jiayuan_delivery"] = _delivery(config)
    db.init_app(app)
    migrate.init_app(app, db, directory="server/migrations", render_as_batch=True)
    observing.register(app)
    response_headers.register(app, is_behind_tls=config.is_behind_tls)
    authentication.configure(app, config)
    limits.configure(app, config)
    photo_store.configure(app, config)
    problems.register(app)
    with app.app_context():
        observing.watch_connections(db.engine)
    _register_routes(app)
    web_app.register(app, config)
    _register_commands(app)
    return app


def _delivery(config: Config) -> Delivery | None:
    """Codes go to the console in the demonstration; in production they wait for a gateway, never for a log."""
    if config.environment == "production":
        return None
    return Delivery(ConsoleSender(), PhoneKeys(config.phone_keys, config.lookup_key))


def _flask_settings(config: Config) -> dict[str, Any]:
    return {
        "TESTING": config.environment == "test",
        "SECRET_KEY": config.secret_key,
        "MAX_CONTENT_LENGTH": config.json_max_bytes,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(config),
    }


def _engine_options(config: Config) -> dict[str, Any]:
    if config.is_sqlite:
        return {
            "connect_args": {"check_same_thread": False},
            "pool_size": config.threads + 2,
            "max_overflow": 8,
        }
    if config.environment == "test":
        return {"poolclass": NullPool}
    return {"pool_size": config.threads + 1, "max_overflow": 4, "pool_pre_ping": True, "pool_recycle": 1800}


def _load_models() -> None:
    """Every folder's tables must be known before the metadata is used."""
    for folder in ("grid", "uploads", "checklists", "cases", "inspections"):
        for module in ("models", "fact_models"):
            name = f"{folder}.{module}"
            if importlib.util.find_spec(name) is not None:
                importlib.import_module(name)
    Base.registry.configure()


def _register_routes(app: Flask) -> None:
    """Each module of `api/` with a `blueprint` is a noun; those of the API proper are flask-smorest's."""
    documented = openapi.configure(app)
    app.register_blueprint(health.blueprint)
    for info in sorted(pkgutil.iter_modules(api.__path__), key=lambda each: each.name):
        blueprint = getattr(importlib.import_module(f"api.{info.name}"), "blueprint", None)
        if isinstance(blueprint, ApiBlueprint):
            documented.register_blueprint(blueprint, url_prefix="/api/v1" + (blueprint.url_prefix or ""))
    manual.register(app)


def _register_commands(app: Flask) -> None:
    """Each module of `server/cli/` has a `commands` group."""
    for info in sorted(pkgutil.iter_modules(server.cli.__path__), key=lambda each: each.name):
        group = importlib.import_module(f"server.cli.{info.name}").commands
        for command in group.commands.values():
            command.callback = _without_traceback(command.callback)
        app.cli.add_command(group)


def _without_traceback(work: Callable[..., Any]) -> Callable[..., Any]:
    """A database that is not there or not migrated is one clear line to whoever runs a command."""

    @functools.wraps(work)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except (OperationalError, ProgrammingError) as error:
            where = db.engine.url.render_as_string(hide_password=True)
            raise click.ClickException(
                f"the database {where} does not answer or has no tables: is DATA_DIR or DATABASE_URL the one meant? "
                "`make run` makes them, `flask db upgrade` brings them up to date"
            ) from error

    return run
