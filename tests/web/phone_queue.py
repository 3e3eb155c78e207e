"""What a phone holds after days without a network, put into its database as the app itself puts it, and looked at again.

Stores and rows are those of `web/src/offline/testing/schema_v<n>.json`, by which the app's own tests check that every older
database still opens.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.live import ROOT, Product
from tests.uploads.images import encoded

SCHEMA: dict[str, Any] = json.loads((ROOT / "web/src/offline/testing/schema_v1.json").read_text())
_PICTURE = encoded(Image.effect_noise((96, 64), 60).convert("RGB"), quality=70)

_PUT = """async ({schema, records, photos, facts}) => {
  const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const settled = (request) => new Promise((settle, fail) => {
    request.onsuccess = () => settle(request.result);
    request.onerror = () => fail(request.error);
  });
  const opening = indexedDB.open("jiayuan", schema.version * 10);
  opening.onupgradeneeded = () => {
    for (const [name, {keyPath, indexes}] of Object.entries(schema.stores)) {
      const store = opening.result.createObjectStore(name, {keyPath});
      for (const index of indexes) store.createIndex(index, index);
    }
  };
  const database = await settled(opening);
  const writing = database.transaction(["records", "photos", "bytes", "facts"], "readwrite");
  for (const each of records) writing.objectStore("records").put(each);
  for (const {base64, ...photo} of photos) {
    writing.objectStore("photos").put(photo);
    writing.objectStore("bytes").put({id: photo.id, bytes: new Blob([bytes(base64)], {type: "image/jpeg"})});
  }
  for (const each of facts) writing.objectStore("facts").put(each);
  await new Promise((settle, fail) => { writing.oncomplete = settle; writing.onabort = () => fail(writing.error); });
  database.close();
  localStorage.setItem("jiayuan_kept", `device-1.${records.length}`);
}"""

_READ = """async () => {
  const settled = (request) => new Promise((settle, fail) => {
    request.onsuccess = () => settle(request.result);
    request.onerror = () => fail(request.error);
  });
  const database = await settled(indexedDB.open("jiayuan"));
  if (!database.objectStoreNames.contains("records")) { database.close(); return {records: [], photos: 0, bytes: 0, kept: []}; }
  const reading = database.transaction(["records", "photos", "bytes", "facts", "kept"]);
  const [records, photos, bytes, facts, kept] = await Promise.all([
    settled(reading.objectStore("records").getAll()), settled(reading.objectStore("photos").count()),
    settled(reading.objectStore("bytes").count()), settled(reading.objectStore("facts").getAll()),
    settled(reading.objectStore("kept").getAllKeys())]);
  database.close();
  return {records, photos, bytes, facts, kept};
}"""


@dataclass(frozen=True)
class Made:
    """A report as somebody made it: its words, and its photos in their order."""

    id: str
    text: str
    photos: dict[str, bytes]
    owner: str | None

    def hashes(self) -> list[tuple[str, str]]:
        return [(each, hashlib.sha256(data).hexdigest()) for each, data in self.photos.items()]


def make_reports(chance: random.Random, mark: str, count: int, photos: int, owner: str | None) -> list[Made]:
    """Reports with so many photos in all, no two alike; every other one is its owner's, the rest nobody's."""
    shares = [photos // count + (number < photos % count) for number in range(count)]
    return [
        Made(
            _name(chance),
            f"{mark} {number}",
            {_name(chance): _PICTURE + chance.randbytes(chance.randrange(50, 60_000)) for _ in range(share)},
            owner if number % 2 else None,
        )
        for number, share in enumerate(shares)
    ]


def _name(chance: random.Random) -> str:
    return str(uuid.UUID(bytes=chance.randbytes(16), version=4))


def put_on_phone(
    page: Page, address: str, made: Sequence[Made], community_id: str, line: dict[str, Any] | None = None
) -> None:
    """Write them as submitted records, in a page of the app's origin in which the app does not run."""
    page.goto(f"{address}/api/v1/settings")
    waiting = next(each for each in SCHEMA["rows"]["records"] if each["state"] == "queued")
    kept = next(each for each in SCHEMA["rows"]["photos"] if each["state"] == "kept")
    records = [
        waiting
        | {"id": each.id, "owner": each.owner, "order": order, "title": each.text, "subject": community_id}
        | {"content": {"text": each.text, "community_id": community_id}}
        | {"secret": hashlib.sha256(each.id.encode()).hexdigest()[:32]}
        for order, each in enumerate(made, 1)
    ]
    photos = [
        kept
        | {"id": photo_id, "recordId": each.id, "order": order, "size": len(data)}
        | {"sha256": hashlib.sha256(data).hexdigest(), "base64": base64.b64encode(data).decode()}
        for each in made
        for order, (photo_id, data) in enumerate(each.photos.items(), 1)
    ]
    facts: list[dict[str, Any]] = [
        {"key": "device", "value": "device-1"},
        {"key": "order", "value": len(made)},
    ]
    if line is not None:
        facts.append({"key": "line", "value": line})
    page.evaluate(_PUT, {"schema": SCHEMA, "records": records, "photos": photos, "facts": facts})


def read_phone(page: Page) -> dict[str, Any]:
    """All records, how many photos and photos' bytes the phone holds, and what it keeps of the server's.

    Asked again where the page went elsewhere.
    """
    for _ in range(5):
        try:
            found: dict[str, Any] = page.evaluate(_READ)
            return found
        except PlaywrightError as error:
            if "Execution context was destroyed" not in str(error):
                raise
            page.wait_for_load_state()
    raise AssertionError("the page does not come to rest")


def states_on_phone(page: Page) -> list[str]:
    return [each["state"] for each in read_phone(page)["records"]]


def held_by_server(product: Product, mark: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Every report whose words begin with the mark: id → words and (photo, SHA-256) in their order."""
    with sqlite3.connect(f"file:{product.data_dir / 'jiayuan.sqlite3'}?mode=ro", uri=True) as database:
        reports = database.execute(
            "SELECT id, text FROM reports WHERE text LIKE ?", (f"{mark} %",)
        ).fetchall()
        named = (
            "SELECT p.id, p.sha256 FROM report_photos r JOIN photos p ON p.id = r.photo_id "
            "WHERE r.report_id = ? ORDER BY r.position"
        )
        return {
            str(uuid.UUID(report_id)): (
                text,
                [(str(uuid.UUID(each)), sha256) for each, sha256 in database.execute(named, (report_id,))],
            )
            for report_id, text in reports
        }


def photos_of_server(product: Product, photo_ids: Sequence[str]) -> int:
    """How many of these photos the server has, used or not."""
    with sqlite3.connect(f"file:{product.data_dir / 'jiayuan.sqlite3'}?mode=ro", uri=True) as database:
        known = {row[0] for row in database.execute("SELECT id FROM photos")}
    return len({uuid.UUID(each).hex for each in photo_ids} & known)


def some_community(product: Product) -> str:
    with sqlite3.connect(f"file:{product.data_dir / 'jiayuan.sqlite3'}?mode=ro", uri=True) as database:
        statement = "SELECT id FROM communities WHERE is_active ORDER BY area_code, name LIMIT 1"
        return str(uuid.UUID(database.execute(statement).fetchone()[0]))


def exactly(made: Sequence[Made]) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """What the server must hold of these, no more and no less."""
    return {each.id: (each.text, each.hashes()) for each in made}


def files_of(folder: Path, chance: random.Random, count: int) -> list[Path]:
    """Photos as files to be chosen; small JPEGs, which the app keeps byte for byte."""
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for path in paths:
        path.write_bytes(_PICTURE + chance.randbytes(2000))
    return paths
