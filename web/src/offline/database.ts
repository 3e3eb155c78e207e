/** The phone's database. Versions are only ever added: `schemas.test.ts` opens a database of every older one. */
import { Dexie, type EntityTable } from "dexie";

import type { KeptRecord, LocalPhoto, PhotoBytes, Wait } from "./record_types";

export const DATABASE_NAME = "jiayuan";

export interface KeptValue {
  key: string;
  value: unknown;
  savedAt: string;
}

/** Facts about this phone's keeping itself, one row each. */
export interface Fact {
  key: "device" | "order" | "line" | "beat" | "lastReceiptAt";
  value: unknown;
}

/** Why nothing at all is sent just now. */
export interface Line extends Wait {
  tries: number;
}

export class OfflineDatabase extends Dexie {
  records!: EntityTable<KeptRecord, "id">;
  photos!: EntityTable<LocalPhoto, "id">;
  bytes!: EntityTable<PhotoBytes, "id">;
  kept!: EntityTable<KeptValue, "key">;
  facts!: EntityTable<Fact, "key">;

  constructor(name = DATABASE_NAME) {
    super(name, { indexedDB: globalThis.indexedDB, IDBKeyRange: globalThis.IDBKeyRange });
    this.version(1).stores({ records: "id, state, subject", photos: "id, recordId", bytes: "id", kept: "key", facts: "key" });
  }
}

export let database = new OfflineDatabase();

/** For tests: another database, as after a restart of the phone. */
export function useDatabase(other: OfflineDatabase): void {
  database = other;
}

const CLOSED = new Set(["DatabaseClosedError", "InvalidStateError", "UnknownError"]);

/** Whether the browser took the database away under us (iOS does after a while in the background). */
export function isClosed(error: unknown): boolean {
  for (let each: unknown = error; each instanceof Error; each = (each as { inner?: unknown }).inner) {
    if (CLOSED.has(each.name) || /connection (to indexed database server )?(lost|is closing)/i.test(each.message)) return true;
  }
  return false;
}

/** Work on the database; where it was taken away it is opened again and the work is done once more. */
export async function withDatabase<T>(work: (db: OfflineDatabase) => Promise<T>): Promise<T> {
  try {
    return await work(database);
  } catch (error) {
    if (!isClosed(error)) throw error;
    database.close({ disableAutoOpen: false });
    await database.open();
    return work(database);
  }
}

/** Whether the phone has no room left, however deep the database has wrapped it. */
export function isQuotaExceeded(error: unknown): boolean {
  for (let each: unknown = error; each instanceof Error || each instanceof DOMException; each = (each as { inner?: unknown }).inner) {
    if (each.name === "QuotaExceededError") return true;
  }
  return false;
}

const REFUSALS = new Set<string>(Object.values(Dexie.errnames));

/** Whether the browser's database itself refused, for whatever reason: private windows, a broken profile, a full phone. */
export const isDatabaseError = (error: unknown): boolean => error instanceof DOMException || (error instanceof Error && REFUSALS.has(error.name));

/** Note something that is of use, not of need: a full phone must still be able to send, which is how it gets room. */
export async function noteIfRoom(work: (db: OfflineDatabase) => Promise<unknown>): Promise<void> {
  try {
    await withDatabase(work);
  } catch (error) {
    if (!isQuotaExceeded(error)) throw error;
  }
}

/** The next number in the order of submissions; asked inside a transaction over `facts`. */
export async function takeOrder(db: OfflineDatabase): Promise<number> {
  const next = (((await db.facts.get("order"))?.value as number | undefined) ?? 0) + 1;
  await db.facts.put({ key: "order", value: next });
  return next;
}
