"""The instrument that executes pages notices what it is for."""

from __future__ import annotations

from pathlib import Path

from tests.docs.pages import Page
from tests.docs.walkthrough import Walk, walk


def walked(tmp_path: Path, body: str) -> Walk:
    path = tmp_path / "page.md"
    path.write_text(f"# Title\n\n```bash\n{body}\n```\n")
    return walk(Page(path), {}, tmp_path)


def test_what_is_printed_as_written_passes(tmp_path: Path) -> None:
    done = walked(
        tmp_path, "name=world\necho hello $name at $(date)\n# => hello world at …\necho again\n# => again"
    )
    assert [step.is_as_written() for step in done.steps[:2]] == [True, True]
    assert done.exit_status == 0


def test_another_output_than_written_is_noticed(tmp_path: Path) -> None:
    done = walked(tmp_path, "echo 87\n# => 88")
    assert [step.is_as_written() for step in done.steps] == [False]


def test_output_that_the_page_does_not_mention_is_noticed(tmp_path: Path) -> None:
    done = walked(tmp_path, "echo surprise")
    assert [step.is_as_written() for step in done.steps] == [False]


def test_a_command_that_fails_stops_the_walk(tmp_path: Path) -> None:
    done = walked(tmp_path, "false\necho never\n# => never")
    assert done.exit_status != 0
    assert not all(step.is_as_written() for step in done.steps)


def test_calls_of_curl_are_counted(tmp_path: Path) -> None:
    done = walked(tmp_path, "for each in 1 2 3; do curl --version > /dev/null; done")
    assert done.calls == 3
