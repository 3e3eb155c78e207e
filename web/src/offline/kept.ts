/** What was read from the server, kept for days without a network: rounds, worksheets, communities, cases and their photos. */
import { useSession } from "@/app/session";

import { isQuotaExceeded, withDatabase } from "./database";
import { plain } from "./plain";

export interface Kept<T> {
  value: T;
  savedAt: string;
}

/** What one account was shown, another on the same phone does not see. */
function ownKey(key: string): string {
  return `${useSession().account?.id ?? ""}/${key}`;
}

/** Keep a value (JSON, or a Blob); false where the phone has no room, which harms nobody: it is a copy. */
export async function keep(key: string, value: unknown): Promise<boolean> {
  try {
    const row = { key: ownKey(key), value: value instanceof Blob ? value : plain(value), savedAt: new Date().toISOString() };
    await withDatabase((db) => db.kept.put(row));
    return true;
  } catch (error) {
    if (isQuotaExceeded(error)) return false;
    throw error;
  }
}

export async function kept<T>(key: string): Promise<Kept<T> | null> {
  const row = await withDatabase((db) => db.kept.get(ownKey(key)));
  return row === undefined ? null : { value: row.value as T, savedAt: row.savedAt };
}

export async function keptKeys(prefix = ""): Promise<string[]> {
  const before = ownKey("").length;
  const keys = await withDatabase((db) => db.kept.where("key").startsWith(ownKey(prefix)).primaryKeys());
  return keys.map((each) => each.slice(before));
}

/** Forget everything whose key begins so; returns how much that was. */
export function forget(prefix: string): Promise<number> {
  return withDatabase((db) => db.kept.where("key").startsWith(ownKey(prefix)).delete());
}
