import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { blobOf } from "./kept_bytes";
import { Phone } from "./testing/phone";

interface Row {
  [name: string]: unknown;
}

/** A database as a released version has left it on people's phones. Files of released versions are never changed. */
interface Schema {
  version: number;
  stores: Record<string, { keyPath: string; indexes: string[] }>;
  rows: Record<string, Row[]>;
}

const FOLDER = join(process.cwd(), "src/offline/testing");
const schemas = readdirSync(FOLDER)
  .filter((each) => /^schema_v\d+\.json$/.test(each))
  .map((each) => JSON.parse(readFileSync(join(FOLDER, each), "utf8")) as Schema)
  .sort((a, b) => a.version - b.version);

const settled = <T>(request: IDBRequest<T>) => new Promise<T>((settle, fail) => Object.assign(request, { onsuccess: () => settle(request.result), onerror: () => fail(request.error as Error) }));

async function build(schema: Schema): Promise<void> {
  const opening = indexedDB.open("jiayuan", schema.version * 10);
  opening.onupgradeneeded = () => {
    for (const [name, { keyPath, indexes }] of Object.entries(schema.stores)) {
      const store = opening.result.createObjectStore(name, { keyPath });
      for (const index of indexes) store.createIndex(index, index);
    }
  };
  const database = await settled(opening);
  for (const [name, rows] of Object.entries(schema.rows)) {
    for (const { text, ...row } of rows) {
      const bytes = name === "bytes" ? { bytes: new Blob([text as string], { type: "image/jpeg" }) } : {};
      await settled(database.transaction(name, "readwrite").objectStore(name).add({ ...row, ...bytes }));
    }
  }
  database.close();
}

let phone: Phone;

beforeEach(() => {
  phone = new Phone();
});

afterEach(() => phone.end());

describe.each(schemas)("a phone with a database of version $version", (schema) => {
  it("loses nothing by today's app", async () => {
    await build(schema);
    const tab = await phone.open();
    await tab.in(async ({ database: { database } }) => {
      for (const [name, rows] of Object.entries(schema.rows)) {
        for (const row of rows.map((each) => Object.fromEntries(Object.entries(each).filter(([field]) => field !== "text")) as Row)) {
          expect(await database.table(name).get((row["id"] ?? row["key"]) as string), name).toMatchObject(row);
        }
      }
      for (const { id, text } of schema.rows["bytes"] ?? []) {
        const row = await database.bytes.get(id as string);
        expect(row && (await blobOf(row).text())).toBe(text);
      }
    });
  });

  it("goes on sending what waited", async () => {
    await build(schema);
    const tab = await phone.open();
    const waiting = (schema.rows["records"] ?? []).filter((each) => each["state"] === "queued" || each["state"] === "waiting");
    await tab.in(async ({ records, sender }) => {
      await sender.sendWaiting("forced");
      for (const { id } of waiting) expect(await records.getRecord(id as string)).toMatchObject({ state: "delivered" });
    });
    expect(phone.server.reports.size).toBe(waiting.length);
  });
});

describe("the present schema", () => {
  it("is the newest of those that are kept for such tests", async () => {
    const tab = await phone.open();
    const found = await tab.in(async ({ database: { database } }) => {
      await database.open();
      const native = database.backendDB();
      const names = [...native.objectStoreNames];
      const stores = native.transaction(names).objectStore.bind(native.transaction(names));
      return {
        version: database.verno,
        stores: Object.fromEntries(names.map((name) => [name, { keyPath: stores(name).keyPath, indexes: [...stores(name).indexNames] }])),
      };
    });
    const newest = schemas.at(-1);
    expect(found).toEqual({ version: newest?.version, stores: newest?.stores });
    expect(schemas.map((each) => each.version)).toEqual(schemas.map((_, index) => index + 1));
  });
});
