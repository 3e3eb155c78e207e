"""What looking after a million photos takes: `flask photos sweep` and `flask photos verify`, their memory and time.

    python -m benchmarks.photo_upkeep [--photos N] [--unclaimed N] [--orphans N] [--files N]

In a temporary folder, on SQLite: N photos that something claimed, sharing a few hundred sets of real files (every row's
three files are opened, read and hashed again all the same); photos that nothing claimed for 8 days, each with three
names of its own in the store; files that no row names. The names without rows, and those of what nobody claimed, are
hard links: nothing reads them, so what is in them does not matter. Each command runs in a process of its own, as a
person runs it, and the highest memory it ever had is told beside what it had in each quarter of its time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from PIL import Image

from benchmarks.processes import ROOT, describe_machine, run_flask
from server import clock
from server.app import create_app
from server.config import load_config
from server.db import db, new_id, transaction
from uploads.models import Photo, PhotoOwnerKind
from uploads.storage import FolderPhotoStore

RESULTS = Path(__file__).parent / "results"
_ROWS_AT_ONCE = 2000
# File systems allow one file some ten thousand names.
_LINKS_OF_ONE = 20_000
_PROBE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One command: what it did, seconds on the clock and of the processor, its memory in MiB."""

    command: str
    told: str
    seconds: float
    cpu_seconds: float
    peak_mib: int
    mib_by_quarter: list[int]


def main() -> None:
    options = _options()
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="jiayuan-upkeep-") as folder:
        environ = {
            "JIAYUAN_ENV": "demo",
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/upkeep.sqlite3",
            "LOG_LEVEL": "WARNING",
        }
        run_flask(["db", "upgrade"], environ)
        _fill(environ, options)
        runs = [
            _measure(["photos", "sweep"], environ, Path(folder)),
            _measure(["photos", "verify"], environ, Path(folder)),
        ]
    for run in runs:
        print(
            f"flask {run.command}: {run.told}; {run.seconds:.0f} s ({run.cpu_seconds:.0f} s of processor), "
            f"at most {run.peak_mib} MiB, by quarters of its time {run.mib_by_quarter} MiB"
        )
    _write(options, machine, runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=1_000_000, help="claimed ones, to be verified")
    parser.add_argument("--unclaimed", type=int, default=100_000, help="to be swept")
    parser.add_argument("--orphans", type=int, default=100_000, help="files that no row names")
    parser.add_argument(
        "--files", type=int, default=300, help="sets of real files that the claimed ones share"
    )
    return parser.parse_args()


def _fill(environ: Mapping[str, str], options: argparse.Namespace) -> None:
    config = load_config(environ)
    app = create_app(config)
    began, now = time.monotonic(), clock.now()
    with app.app_context():
        store = FolderPhotoStore(config.photo_dir)
        shared = [_keep_set(store, number) for number in range(options.files)]
        names = _own_names(config.photo_dir)
        _insert(_claimed(shared[number % len(shared)], now) for number in range(options.photos))
        _insert(_unclaimed((next(names), next(names), next(names)), now) for _ in range(options.unclaimed))
        for _ in range(options.orphans):
            next(names)
        db.session.remove()
        db.engine.dispose()
    _say(f"{options.photos + options.unclaimed} photos seeded in {time.monotonic() - began:.0f} s")


def _keep_set(store: FolderPhotoStore, number: int) -> tuple[str, str, str]:
    """Three pictures of a phone's usual proportions among one another, small enough for many."""
    picture = Image.effect_noise((800, 600), 40 + number % 40).convert("RGB")
    picture.putpixel((number % 800, number // 800), (255, 0, 0))
    original, display, thumbnail = (
        _keep(store, picture.resize(size)) for size in ((800, 600), (400, 300), (80, 60))
    )
    return original, display, thumbnail


def _keep(store: FolderPhotoStore, picture: Image.Image) -> str:
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    store.put(sha256, BytesIO(out.getvalue()))
    return sha256


def _own_names(root: Path) -> Iterator[str]:
    """New names in the store, spread as hashes are."""
    for folder in range(256):
        (root / f"{folder:02x}").mkdir(parents=True, exist_ok=True)
    source, number = root / "linked", 0
    while True:
        if number % _LINKS_OF_ONE == 0:
            source.unlink(missing_ok=True)
            source.write_bytes(b"nobody reads this")
        name = hashlib.sha256(b"%d" % number).hexdigest()
        os.link(source, root / name[:2] / name)
        number += 1
        yield name


def _claimed(files: tuple[str, str, str], now: datetime) -> dict[str, Any]:
    row = _row(files, now - timedelta(days=30))
    return row | {"owner_kind": PhotoOwnerKind.REPORT.value, "owner_id": new_id(), "claimed_at": now}


def _unclaimed(files: tuple[str, str, str], now: datetime) -> dict[str, Any]:
    return _row(files, now - timedelta(days=8))


def _row(files: tuple[str, str, str], received_at: datetime) -> dict[str, Any]:
    original, display, thumbnail = files
    return {
        "id": new_id(),
        "sha256": original,
        "display_sha256": display,
        "thumbnail_sha256": thumbnail,
        "size_bytes": 100_000,
        "media_type": "image/jpeg",
        "width": 800,
        "height": 600,
        "capability_hash": "0" * 64,
        "received_at": received_at,
        "evidence": {"make": "Acme", "model": "Phone", "latitude": 31.5, "longitude": 121.8},
    }


def _insert(rows: Iterator[dict[str, Any]]) -> None:
    while chunk := [row for _, row in zip(range(_ROWS_AT_ONCE), rows, strict=False)]:
        with transaction():
            db.session.execute(sa.insert(Photo), chunk)


def _measure(arguments: list[str], environ: Mapping[str, str], folder: Path) -> Upkeep:
    """Run it to its end; its last line, and the kernel's own account of its processor time and highest memory."""
    command = [sys.executable, "-m", "flask", "--app", "server.wsgi", *arguments]
    began, probes = time.monotonic(), []
    with (folder / "output.txt").open("w+") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environ, stdout=output, stderr=subprocess.DEVNULL
        )
        watched = psutil.Process(process.pid)
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            probes.append(watched.memory_info().rss)
            time.sleep(_PROBE_SECONDS)
        output.seek(0)
        told = output.read().splitlines()
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"flask {' '.join(arguments)} failed: {told[-3:]}")
    quarters = [probes[len(probes) * part // 4 : len(probes) * (part + 1) // 4] for part in range(4)]
    return Upkeep(
        command=" ".join(arguments),
        told=told[-1],
        seconds=time.monotonic() - began,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_mib=used.ru_maxrss // 1024,
        mib_by_quarter=[max(quarter, default=0) // 1_048_576 for quarter in quarters],
    )


def _write(options: argparse.Namespace, machine: Mapping[str, object], runs: list[Upkeep]) -> None:
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now().astimezone()
    path = RESULTS / f"{at:%Y%m%dT%H%M%S}-photo-upkeep.json"
    content = {
        "at": at.isoformat(),
        "options": vars(options),
        "machine": machine,
        "runs": [asdict(run) for run in runs],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False))
    _say(f"written to benchmarks/results/{path.name}")


def _say(line: str) -> None:
    print(f"bench: {line}", flush=True)


if __name__ == "__main__":
    main()
