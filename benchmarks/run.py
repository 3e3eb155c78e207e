"""`make bench`: what the product's main requests cost, beside a bare Flask route on the same gunicorn in the same run.

    python -m benchmarks.run [--database sqlite|postgresql|both] [--cases N] [--inspections N] [--seconds S]

Everything runs on this machine: server, database and the client, which has a process of its own. Absolutes swing
with the machine; the ratio to the bare route and the CPU per request travel.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import client
from benchmarks.postgres import postgresql
from benchmarks.processes import (
    HOST,
    Running,
    cpu_seconds,
    describe_machine,
    gunicorn,
    resident_megabytes,
    run_flask,
)
from benchmarks.scenarios import Scenario, bare_requests, make_scenarios
from benchmarks.seeding import read_ground, seed
from checklists.rollups import fold_all
from server.app import create_app
from server.config import load_config

RESULTS = Path(__file__).parent / "results"
CONCURRENCY = 8
WARM_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """One scenario's figures; milliseconds of latency and of CPU, `ratio` of req/s to the bare route's."""

    name: str
    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    application_cpu_ms: float
    database_cpu_ms: float | None
    answer_kilobytes: float
    ratio: float = 1.0
    cpu_multiple: float = 1.0


@dataclass(frozen=True, slots=True)
class Database:
    url: str
    pid: int | None


def main() -> None:
    options = _options()
    databases = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    for name in databases:
        options.database = name
        _run(options)


def _run(options: argparse.Namespace) -> None:
    """One database from empty to figures; nothing of it stays but the result."""
    with (
        tempfile.TemporaryDirectory(prefix="jiayuan-bench-") as folder,
        _database(options, Path(folder)) as database,
    ):
        environ = {
            "JIAYUAN_ENV": "demo",
            "DEMO_HISTORY": "off",
            "DATA_DIR": str(Path(folder) / "data"),
            "DATABASE_URL": database.url,
            # One address asks everything here; the limits would be all that is measured.
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "WARNING",
        }
        machine = describe_machine()
        scenarios = _prepare(options, environ)
        measured, memory = _measure_all(scenarios, environ, database, options.seconds)
    print(_table(measured, options, memory))
    _write(options, machine, measured, memory)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--inspections", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="per scenario")
    return parser.parse_args()


@contextmanager
def _database(options: argparse.Namespace, folder: Path) -> Iterator[Database]:
    if options.database == "sqlite":
        yield Database(f"sqlite:///{folder / 'bench.sqlite3'}", None)
        return
    with postgresql(folder / "postgresql") as (url, pid):
        yield Database(url, pid)


def _prepare(options: argparse.Namespace, environ: Mapping[str, str]) -> list[Scenario]:
    """Migrated, with the demo and the volume; the requests come back ready-made."""
    _say("migrating and loading the demo")
    run_flask(["db", "upgrade"], environ)
    run_flask(["demo", "load"], environ)
    with create_app(load_config(environ)).app_context():
        now = datetime.now().astimezone()
        ground = read_ground(now)
        seed(ground, options.cases, options.inspections, now, _say)
        writes = round(600 * (options.seconds + WARM_UP_SECONDS))
        return make_scenarios(ground, writes, now)


def _measure_all(
    scenarios: list[Scenario], environ: Mapping[str, str], database: Database, seconds: float
) -> tuple[list[Measurement], list[int]]:
    """The bare route before and after, so that a machine that slows down meanwhile shows."""
    before = _measure_bare(environ, seconds)
    measured = []
    with gunicorn("server.wsgi:app", environ) as running:
        for scenario in scenarios:
            _fold(environ)
            measured.append(_measure(scenario, running, database.pid, seconds))
            _say(f"{scenario.name}: {measured[-1].requests_per_second:.0f}/s")
        memory = resident_megabytes(running.pid)
    after = _measure_bare(environ, seconds)
    return [before, *(_beside(each, before, after) for each in measured), after], memory


def _fold(environ: Mapping[str, str]) -> None:
    """What the job worker does every minute, at a time when nothing is measured."""
    with create_app(load_config(environ)).app_context():
        fold_all()


def _measure_bare(environ: Mapping[str, str], seconds: float) -> Measurement:
    with gunicorn("benchmarks.bare:application", environ) as running:
        return _measure(bare_requests(), running, None, seconds)


def _beside(measured: Measurement, before: Measurement, after: Measurement) -> Measurement:
    speed = (before.requests_per_second + after.requests_per_second) / 2
    cpu = (before.application_cpu_ms + after.application_cpu_ms) / 2
    beside = {
        "ratio": measured.requests_per_second / speed,
        "cpu_multiple": measured.application_cpu_ms / cpu,
    }
    return Measurement(**(asdict(measured) | beside))


def _measure(scenario: Scenario, running: Running, database_pid: int | None, seconds: float) -> Measurement:
    """Warm up, then read the processes' CPU before and after the load."""
    warm_up, measured = _divided(scenario)
    _checked(scenario, client.run(_load(scenario, warm_up, running, WARM_UP_SECONDS)))
    before = (cpu_seconds(running.pid), cpu_seconds(database_pid) if database_pid else 0.0)
    answers = _checked(scenario, client.run(_load(scenario, measured, running, seconds)))
    after = (cpu_seconds(running.pid), cpu_seconds(database_pid) if database_pid else 0.0)
    number = len(answers.latencies)
    percentiles = statistics.quantiles(answers.latencies, n=100)
    return Measurement(
        name=scenario.name,
        requests=number,
        requests_per_second=number / answers.elapsed_seconds,
        p50_ms=percentiles[49] * 1000,
        p99_ms=percentiles[98] * 1000,
        application_cpu_ms=(after[0] - before[0]) / number * 1000,
        database_cpu_ms=(after[1] - before[1]) / number * 1000 if database_pid else None,
        answer_kilobytes=answers.body_bytes / number / 1024,
    )


def _divided(scenario: Scenario) -> tuple[list[bytes], list[bytes]]:
    """What is stored once is not sent twice: a fifth of it warms up."""
    requests = list(scenario.requests)
    fifth = len(requests) // 5
    return (requests[:fifth], requests[fifth:]) if scenario.is_once_only else (requests, requests)


def _load(scenario: Scenario, requests: list[bytes], running: Running, seconds: float) -> client.Load:
    return client.Load(
        host=HOST,
        port=running.port,
        requests=requests,
        expected_statuses=scenario.expected_statuses,
        is_once_only=scenario.is_once_only,
        concurrency=CONCURRENCY,
        seconds=seconds,
    )


def _checked(scenario: Scenario, answers: client.Answers) -> client.Answers:
    """Figures of refusals would be worth nothing."""
    if not set(answers.statuses) <= scenario.expected_statuses or len(answers.latencies) < 2:
        raise SystemExit(f"{scenario.name}: answered {dict(answers.statuses)}\n{answers.first_refusal}")
    return answers


_HEADINGS = (
    "request",
    "req/s",
    "p50 ms",
    "p99 ms",
    "CPU ms/request (application)",
    "CPU ms/request (database)",
    "answer kB",
    "req/s ÷ bare",
    "CPU × bare",
)


def _table(measured: list[Measurement], options: argparse.Namespace, memory: list[int]) -> str:
    rows = [
        (
            each.name,
            f"{each.requests_per_second:.0f}",
            f"{each.p50_ms:.1f}",
            f"{each.p99_ms:.1f}",
            f"{each.application_cpu_ms:.2f}",
            "–" if each.database_cpu_ms is None else f"{each.database_cpu_ms:.2f}",
            f"{each.answer_kilobytes:.1f}",
            f"{each.ratio:.3f}",
            f"{each.cpu_multiple:.1f}",
        )
        for each in measured
    ]
    lines = [_HEADINGS, tuple("---" if not n else "---:" for n in range(len(_HEADINGS))), *rows]
    title = (
        f"{options.database}, {options.cases} cases, {options.inspections} inspections, {CONCURRENCY} clients"
    )
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"\n**{title}**; resident memory of the workers: {memory} MiB\n\n{table}\n"


def _write(
    options: argparse.Namespace, machine: Mapping[str, Any], measured: list[Measurement], memory: list[int]
) -> None:
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now().astimezone()
    path = RESULTS / f"{at:%Y%m%dT%H%M%S}-{options.database}.json"
    content = {
        "at": at.isoformat(),
        "options": vars(options),
        "machine": machine,
        "worker_memory_mib": memory,
        "measurements": [asdict(each) for each in measured],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False))
    _say(f"written to benchmarks/results/{path.name}")


def _say(line: str) -> None:
    print(f"bench: {line}", flush=True)


if __name__ == "__main__":
    main()
