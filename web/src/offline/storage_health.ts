/** Whether the phone keeps what it is given: lasting storage, room left, private windows, storage cleared under us. */
import { withDatabase } from "./database";
import { findMark, writeMark, type Mark } from "./presence";
import { UNSENT_STATES } from "./record_types";

export interface StorageHealth {
  /** The browser promised not to clear it by itself; null: it was not asked, or cannot be. */
  isPersisted: boolean | null;
  /** It was asked and said no. */
  wasRefused: boolean;
  usage: number;
  quota: number;
  /** 0 to 1. */
  share: number;
  isNearlyFull: boolean;
  isPrivateGuess: boolean;
  /** This phone's data was cleared since it last held something; how many records had not arrived then. */
  cleared: { unsent: number } | null;
}

export const NEARLY_FULL = 0.8;
const ASKED = "jiayuan.persist_asked";
const CLEARED = "jiayuan.cleared";

/** Ask once to be kept for good. Browsers decide by themselves, or ask the person; a refusal is shown, not hidden. */
export async function askToPersist(): Promise<boolean | null> {
  if (navigator.storage?.persist === undefined) return null;
  try {
    const granted = (await navigator.storage.persisted()) || (await navigator.storage.persist());
    localStorage.setItem(ASKED, granted ? "granted" : "refused");
    return granted;
  } catch {
    return null;
  }
}

/** Write outside the database that it holds something, and how much of it has not arrived. */
export async function markKept(): Promise<void> {
  const device = await establishDevice();
  const unsent = await withDatabase((db) => db.records.where("state").anyOf(UNSENT_STATES).count());
  writeMark({ device, unsent });
}

/** The database's own name; noticing whether an earlier one was cleared. */
async function establishDevice(): Promise<string> {
  const before = findMark();
  const { device, isNew } = await withDatabase((db) =>
    db.transaction("rw", db.facts, async () => {
      const found = await db.facts.get("device");
      if (found !== undefined) return { device: found.value as string, isNew: false };
      const device = crypto.randomUUID();
      await db.facts.put({ key: "device", value: device });
      return { device, isNew: true };
    }),
  );
  if (isNew && before !== null) rememberCleared(before);
  return device;
}

function rememberCleared(before: Mark): void {
  localStorage.setItem(CLEARED, String(before.unsent));
}

/** The person has read that storage was cleared. */
export function acknowledgeCleared(): void {
  localStorage.removeItem(CLEARED);
}

export async function findStorageHealth(): Promise<StorageHealth> {
  if (findMark() !== null) await markKept();
  const estimate = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  const usage = estimate.usage ?? 0;
  const quota = estimate.quota ?? 0;
  const isPersisted = (await navigator.storage?.persisted?.().catch(() => false)) ?? null;
  const share = quota > 0 ? usage / quota : 0;
  const cleared = localStorage.getItem(CLEARED);
  return {
    isPersisted,
    wasRefused: isPersisted === false && localStorage.getItem(ASKED) === "refused",
    usage,
    quota,
    share,
    isNearlyFull: share >= NEARLY_FULL,
    isPrivateGuess: await guessPrivate(quota),
    cleared: cleared === null ? null : { unsent: Number(cleared) || 0 },
  };
}

interface HeapMemory {
  memory?: { jsHeapSizeLimit: number };
}

/**
 * Browsers hide that a window is private; what gives it away: no database at all, Safari refuses its private file
 * system, and Chromium grants less storage than memory. A guess, and worded as one.
 */
async function guessPrivate(quota: number): Promise<boolean> {
  if (!("indexedDB" in globalThis)) return true;
  if (/^Apple/.test(navigator.vendor)) {
    return (await navigator.storage?.getDirectory?.().then(
      () => false,
      () => true,
    )) ?? false;
  }
  const heap = (performance as HeapMemory).memory?.jsHeapSizeLimit;
  return heap !== undefined && quota > 0 && quota < heap;
}

