/** What was read from the server, kept for days without a network: rounds, worksheets, communities, cases and their photos.
 *
 * It is somebody's: kept under the account's id, shown to nobody else, and forgotten when that account leaves the phone (leaving.ts).
 */
import { useSession } from "@/app/session";

import { isQuotaExceeded, withDatabase } from "./database";
import { blobOf, bytesOf, type KeptBytes } from "./kept_bytes";
import { plain } from "./plain";

export interface Kept<T> {
  value: T;
  savedAt: string;
}

const present = (): string | null => useSession().account?.id ?? null;

/** What one account was shown, another on the same phone does not see. */
const ownKey = (accountId: string, key: string) => `${accountId}/${key}`;

/**
 * Keep a value (JSON, or a Blob) that `readBy` was shown; false where nothing was kept: the phone has no room, which
 * harms nobody (it is a copy), nobody is signed in, or somebody else is by the time the answer came.
 */
export async function keep(key: string, value: unknown, readBy: string | null = present()): Promise<boolean> {
  const held = value instanceof Blob ? await bytesOf(value) : plain(value);
  if (readBy === null || readBy !== present()) return false;
  try {
    const row = { key: ownKey(readBy, key), value: held, savedAt: new Date().toISOString() };
    await withDatabase((db) => db.kept.put(row));
    return true;
  } catch (error) {
    if (isQuotaExceeded(error)) return false;
    throw error;
  }
}

const isBytes = (value: unknown): value is KeptBytes => (value as KeptBytes | null)?.bytes instanceof ArrayBuffer;

export async function kept<T>(key: string): Promise<Kept<T> | null> {
  const accountId = present();
  if (accountId === null) return null;
  const row = await withDatabase((db) => db.kept.get(ownKey(accountId, key)));
  return row === undefined ? null : { value: (isBytes(row.value) ? blobOf(row.value) : row.value) as T, savedAt: row.savedAt };
}

export async function keptKeys(prefix = ""): Promise<string[]> {
  const accountId = present();
  if (accountId === null) return [];
  const before = ownKey(accountId, "").length;
  const keys = await withDatabase((db) => db.kept.where("key").startsWith(ownKey(accountId, prefix)).primaryKeys());
  return keys.map((each) => each.slice(before));
}

/** Forget exactly these; returns how many there were. */
export async function forgetKept(keys: readonly string[]): Promise<number> {
  const accountId = present();
  if (accountId === null) return 0;
  return withDatabase((db) => db.kept.where("key").anyOf(keys.map((each) => ownKey(accountId, each))).delete());
}
