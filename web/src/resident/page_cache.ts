/** What a page last showed, so that it stands at once and without a network; small, kept outside the database. */

export interface Cached<T> {
  value: T;
  savedAt: string;
}

const PREFIX = "jiayuan.page.";
/** Of the pages that there are many of, only the last few are kept. */
const MOST = 4;

export function readCached<T>(key: string): Cached<T> | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key) ?? "null") as Cached<T> | null;
  } catch {
    return null;
  }
}

export function writeCached(key: string, value: unknown, now: Date = new Date()): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify({ value, savedAt: now.toISOString() }));
    forgetOldest(key.split(":")[0] ?? "");
  } catch {
    // No room, or storage is forbidden: the page is asked for again next time.
  }
}

function forgetOldest(kind: string): void {
  const keys = Object.keys(localStorage).filter((each) => each.startsWith(`${PREFIX}${kind}:`));
  if (keys.length <= MOST) return;
  const savedAt = (key: string): string => readCached(key.slice(PREFIX.length))?.savedAt ?? "";
  for (const key of keys.sort((a, b) => savedAt(a).localeCompare(savedAt(b))).slice(0, keys.length - MOST)) localStorage.removeItem(key);
}
