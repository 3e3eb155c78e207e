"""`python -m server.start`, the way `make run` calls it."""

from __future__ import annotations

import socket
from pathlib import Path

from server.app import create_app
from tests.conftest import make_config
from tests.live import refuse


def test_production_without_secrets_refuses_in_one_clear_line(tmp_path: Path) -> None:
    status, said = refuse(tmp_path / "data", JIAYUAN_ENV="production")
    assert status == 1
    assert said.splitlines()[-1].startswith(
        "jiayuan: cannot start: production refuses to start without SECRET_KEY"
    )
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_one_clear_line_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = refuse(tmp_path / "data", PORT=str(port))
    assert status == 1
    assert f"127.0.0.1:{port} cannot be listened on" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, said = refuse(tmp_path / "file" / "data", JIAYUAN_ENV="test")
    assert status == 1
    assert "DATA_DIR" in said.splitlines()[-1]


def test_a_command_on_a_database_without_tables_is_one_clear_line(tmp_path: Path) -> None:
    app = create_app(make_config(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path))
    result = app.test_cli_runner().invoke(args=["cases", "verify"])
    assert result.exit_code == 1
    assert "has no tables" in result.output


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    status, said = refuse(tmp_path / "data", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert status == 1
    assert "cannot start" in said.splitlines()[-1]
    assert "Traceback" not in said
