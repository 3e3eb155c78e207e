"""The figures for prometheus while workers come and go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key


def test_a_worker_that_has_only_made_its_file_spoils_no_figures(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    filled = MmapedDict(str(tmp_path / "counter_1.db"))  # type: ignore[no-untyped-call]
    filled.write_value(mmap_key("asked", "asked_total", [], [], "What was asked"), 3.0, 0.0)  # type: ignore[no-untyped-call]
    filled.close()  # type: ignore[no-untyped-call]
    (tmp_path / "counter_2.db").touch()
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "asked_total 3.0" in answer.text
