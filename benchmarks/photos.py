"""`make bench-photos`: a photo's whole way in, PUT to receipt with both sizes ready, beside bare Pillow loops.

    python -m benchmarks.photos [--seconds S] [--phones N]

A loop decodes, turns upright, resizes twice, encodes twice: in as many processes as there are cores, in the same run.
The careful one uses every trick the product uses, the plain one none; the product also receives, hashes, checks, keeps
three files durably, writes a row and answers. Server, database and clients all run on this machine and share its
cores. Two kinds of photo are made in code: 12 megapixels, about 3.5 MB, as phones take them; 2048 px, about 500 kB, as
the web app sends them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import psutil
from PIL import Image, ImageFilter, ImageOps

from benchmarks.processes import HOST, Running, cpu_seconds, describe_machine, gunicorn, run_flask

RESULTS = Path(__file__).parent / "results"
CAPABILITY = "benchmark-benchmark-benchmark"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of photo: its name, long and short side in pixels, the bytes it should have, its JPEG quality."""

    name: str
    size: tuple[int, int]
    wanted_bytes: int


KINDS = (
    Kind("12 megapixels, 3.5 MB", (4032, 3024), 3_500_000),
    Kind("2048 px, 500 kB", (2048, 1536), 500_000),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Photos a second and latency in milliseconds; memory in MiB, the largest of each sort of process."""

    kind: str
    body_bytes: int
    plain_per_second: float
    careful_per_second: float
    product_per_second: float
    ratio_to_plain: float
    ratio_to_careful: float
    plain_cpu_ms: float
    careful_cpu_ms: float
    product_cpu_ms: float
    phones: int
    p50_ms: float
    p99_ms: float
    p50_alone_ms: float
    web_worker_mib: int
    codec_process_mib: int


def main() -> None:
    options = _options()
    machine = describe_machine()
    figures = [_measure(kind, options) for kind in KINDS]
    print(_table(figures))
    _write(options, machine, figures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=12.0, help="per measurement")
    parser.add_argument("--phones", type=int, default=50, help="uploading at once")
    return parser.parse_args()


def make_photo(kind: Kind) -> bytes:
    """Smooth areas and fine texture, as much noise as makes the size right; lying on its side, as phones store them."""
    smooth = Image.merge("RGB", [Image.effect_noise((64, 48), 120) for _ in range(3)])
    smooth = smooth.resize(kind.size, Image.Resampling.BICUBIC)
    noise = Image.effect_noise(kind.size, 60).filter(ImageFilter.GaussianBlur(0.6)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    low, high = 0.0, 1.0
    data = b""
    for _ in range(10):
        share = (low + high) / 2
        out = BytesIO()
        Image.blend(smooth, noise, share).save(out, "JPEG", quality=88, exif=exif)
        data = out.getvalue()
        low, high = (share, high) if len(data) < kind.wanted_bytes else (low, share)
    return data


def careful_loop(data: bytes) -> None:
    """A script without a server that uses every trick the product uses: libjpeg's own scaling to what the fitted size
    needs, turning the small picture, the thumbnail out of the display size."""
    with Image.open(BytesIO(data)) as image:
        longest = max(image.size)
        fitted = (round(image.width * 1600 / longest), round(image.height * 1600 / longest))
        image.draft("RGB", fitted)
        display = image.resize(fitted, Image.Resampling.BICUBIC) if longest > 1600 else image
        _encode_both(display.transpose(Image.Transpose.ROTATE_270))


def plain_loop(data: bytes) -> None:
    """As most scripts are written: decode everything, turn it, make both sizes of the large picture."""
    with Image.open(BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image)
        display = upright.copy()
        display.thumbnail((1600, 1600), Image.Resampling.BICUBIC)
        _encode_both(display)


def _encode_both(display: Image.Image) -> None:
    small = display.copy()
    small.thumbnail((320, 320), Image.Resampling.BICUBIC)
    display.save(BytesIO(), "JPEG", quality=82, optimize=True, progressive=True)
    small.save(BytesIO(), "JPEG", quality=76, optimize=True)


LOOPS = {"careful": careful_loop, "plain": plain_loop}


def _bare_worker(
    loop: str, data: bytes, seconds: float, results: multiprocessing.Queue[tuple[float, float]]
) -> None:
    once = LOOPS[loop]
    once(data)
    began, cpu, done = time.monotonic(), time.process_time(), 0
    while time.monotonic() - began < seconds:
        once(data)
        done += 1
    results.put((done / (time.monotonic() - began), (time.process_time() - cpu) / done))


def measure_bare(loop: str, data: bytes, seconds: float) -> tuple[float, float]:
    """Photos a second of all cores together, and seconds of processor time a photo."""
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[tuple[float, float]] = context.Queue()
    workers = [
        context.Process(target=_bare_worker, args=(loop, data, seconds, results))
        for _ in range(os.cpu_count() or 1)
    ]
    for worker in workers:
        worker.start()
    rates = [results.get(timeout=seconds + 60) for _ in workers]
    for worker in workers:
        worker.join()
    return sum(rate for rate, _ in rates), statistics.mean(cpu for _, cpu in rates)


class Phone:
    """Sends one photo after another on its own connection; no two alike, by a few bytes after the image's end."""

    def __init__(self, port: int, data: bytes, seed: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=120)
        self._data = data
        self._random = random.Random(seed)
        self._headers = {"Upload-Capability": f"{CAPABILITY}-{seed}", "Content-Type": "image/jpeg"}
        self.latencies: list[float] = []

    def send(self) -> None:
        body = self._data + self._random.randbytes(16)
        began = time.monotonic()
        self._connection.request("PUT", f"/api/v1/photos/{_new_id()}", body, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 201:
            raise SystemExit(f"answered {answer.status}: {text[:300]!r}")
        self.latencies.append(time.monotonic() - began)

    def send_until(self, end: float) -> None:
        while time.monotonic() < end:
            self.send()


def _new_id() -> uuid.UUID:
    from server.db import new_id

    return new_id()


def measure_product(port: int, data: bytes, phones: int, seconds: float) -> tuple[float, list[float]]:
    """Photos a second, and every receipt's latency in seconds."""
    senders = [Phone(port, data, seed) for seed in range(phones)]
    began = time.monotonic()
    threads = [threading.Thread(target=sender.send_until, args=(began + seconds,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - began
    latencies = [each for sender in senders for each in sender.latencies]
    return len(latencies) / elapsed, latencies


def _measure(kind: Kind, options: argparse.Namespace) -> Figures:
    data = make_photo(kind)
    _say(f"{kind.name}: {len(data)} bytes")
    before = measure_bare("careful", data, options.seconds)
    with tempfile.TemporaryDirectory(prefix="jiayuan-bench-") as folder:
        environ = {
            "JIAYUAN_ENV": "demo",
            "DEMO_HISTORY": "off",
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "WARNING",
        }
        run_flask(["db", "upgrade"], environ)
        measured = _measure_server(environ, data, options)
    after = measure_bare("careful", data, options.seconds)
    plain = measure_bare("plain", data, options.seconds)
    per_second, cpu, crowd, alone, memory = measured
    bare = (before[0] + after[0]) / 2
    bare_cpu = (before[1] + after[1]) / 2
    _say(f"{kind.name}: careful loop {before[0]:.1f} and {after[0]:.1f}/s, product {per_second:.1f}/s")
    percentiles = statistics.quantiles(crowd, n=100)
    return Figures(
        kind=kind.name,
        body_bytes=len(data),
        plain_per_second=plain[0],
        careful_per_second=bare,
        product_per_second=per_second,
        ratio_to_plain=per_second / plain[0],
        ratio_to_careful=per_second / bare,
        plain_cpu_ms=plain[1] * 1000,
        careful_cpu_ms=bare_cpu * 1000,
        product_cpu_ms=cpu * 1000,
        phones=options.phones,
        p50_ms=percentiles[49] * 1000,
        p99_ms=percentiles[98] * 1000,
        p50_alone_ms=statistics.median(alone) * 1000,
        web_worker_mib=memory["web"],
        codec_process_mib=memory["codec"],
    )


def _measure_server(
    environ: Mapping[str, str], data: bytes, options: argparse.Namespace
) -> tuple[float, float, list[float], list[float], dict[str, int]]:
    """Enough phones to keep all cores busy, then one phone alone, then all the phones at once."""
    with gunicorn("server.wsgi:app", environ) as running:
        measure_product(running.port, data, 8, 3.0)
        cpu = cpu_seconds(running.pid)
        per_second, busy = measure_product(running.port, data, 8, options.seconds)
        cpu = (cpu_seconds(running.pid) - cpu) / len(busy)
        _, alone = measure_product(running.port, data, 1, 3.0)
        _, crowd = measure_product(running.port, data, options.phones, options.seconds)
        return per_second, cpu, crowd, alone, _memory_of(running)


def _memory_of(running: Running) -> dict[str, int]:
    """The highest resident memory that any of them ever had, in MiB."""
    peaks = {"web": 0, "codec": 0}
    for process in psutil.Process(running.pid).children(recursive=True):
        sort = "codec" if "uploads.codec_process" in process.cmdline() else "web"
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        peak = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
        peaks[sort] = max(peaks[sort], peak)
    return peaks


_HEADINGS = (
    "photo",
    "plain loop /s",
    "careful loop /s",
    "product /s",
    "÷ plain",
    "÷ careful",
    "CPU ms plain",
    "CPU ms careful",
    "CPU ms product",
    "receipt alone p50 ms",
    "phones at once",
    "p50 ms",
    "p99 ms",
    "web worker MiB",
    "codec process MiB",
)


def _table(figures: list[Figures]) -> str:
    rows = [
        (
            each.kind,
            f"{each.plain_per_second:.1f}",
            f"{each.careful_per_second:.1f}",
            f"{each.product_per_second:.1f}",
            f"{each.ratio_to_plain:.2f}",
            f"{each.ratio_to_careful:.2f}",
            f"{each.plain_cpu_ms:.0f}",
            f"{each.careful_cpu_ms:.0f}",
            f"{each.product_cpu_ms:.0f}",
            f"{each.p50_alone_ms:.0f}",
            str(each.phones),
            f"{each.p50_ms:.0f}",
            f"{each.p99_ms:.0f}",
            str(each.web_worker_mib),
            str(each.codec_process_mib),
        )
        for each in figures
    ]
    lines = [_HEADINGS, tuple("---" if not n else "---:" for n in range(len(_HEADINGS))), *rows]
    return "\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _write(options: argparse.Namespace, machine: Mapping[str, object], figures: list[Figures]) -> None:
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now().astimezone()
    path = RESULTS / f"{at:%Y%m%dT%H%M%S}-photos.json"
    content = {
        "at": at.isoformat(),
        "options": vars(options),
        "machine": machine,
        "figures": [asdict(each) for each in figures],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False))
    _say(f"written to benchmarks/results/{path.name}")


def _say(line: str) -> None:
    print(f"bench: {line}", flush=True)


if __name__ == "__main__":
    main()
