from __future__ import annotations

from pathlib import Path
from typing import Any

from server.app import create_app
from tests.conftest import make_config


def test_answers_cannot_be_sniffed_framed_or_kept_by_shared_caches(client: Any) -> None:
    headers = client.get("/api/v1/nothing").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_behind_tls_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    config = make_config(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, BEHIND_TLS="1")
    headers = create_app(config).test_client().get("/healthz").headers
    assert headers["Strict-Transport-Security"].startswith("max-age=")
