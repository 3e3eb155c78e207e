/** What was read from the server, kept for days without a network: rounds, worksheets, communities, cases and their photos. */
import { withDatabase } from "./database";
import { isQuotaExceeded } from "./keeping_problems";
import { plain } from "./plain";

export interface Kept<T> {
  value: T;
  savedAt: string;
}

/** Keep a value (JSON, or a Blob); false where the phone has no room, which harms nobody: it is a copy. */
export async function keep(key: string, value: unknown): Promise<boolean> {
  try {
    const row = { key, value: value instanceof Blob ? value : plain(value), savedAt: new Date().toISOString() };
    await withDatabase((db) => db.kept.put(row));
    return true;
  } catch (error) {
    if (isQuotaExceeded(error)) return false;
    throw error;
  }
}

export async function kept<T>(key: string): Promise<Kept<T> | null> {
  const row = await withDatabase((db) => db.kept.get(key));
  return row === undefined ? null : { value: row.value as T, savedAt: row.savedAt };
}

export function keptKeys(prefix = ""): Promise<string[]> {
  return withDatabase((db) => db.kept.where("key").startsWith(prefix).primaryKeys());
}

/** Forget everything whose key begins so; returns how much that was. */
export function forget(prefix: string): Promise<number> {
  return withDatabase((db) => db.kept.where("key").startsWith(prefix).delete());
}
