/** How long to wait before the next attempt. Pure: chance and time are handed in. */
import type { Wait, WaitReason } from "./record_types";

const FIRST_SECONDS = 2;
const LONGEST_SECONDS = 300;
const LONGEST_ASKED_SECONDS = 3600;

/** Doubling with jitter, so that a township's phones do not all come back in the same second; never before the server asked. */
export function waitSeconds(tries: number, askedSeconds: number | null, chance: number): number {
  const full = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(tries, 20));
  const own = full / 2 + (full / 2) * chance;
  if (askedSeconds === null) return own;
  return Math.max(own, Math.min(askedSeconds, LONGEST_ASKED_SECONDS) * (1 + 0.1 * chance));
}

export function waitOf(reason: WaitReason, seconds: number, now: number): Wait {
  return { reason, seconds, until: now + seconds * 1000 };
}

/** Whether the wait is over. A clock that was set back never makes it longer than it was meant to be. */
export function isOver(wait: Wait | null, now: number): boolean {
  if (wait === null) return true;
  if (wait.until === null || wait.seconds === null) return false;
  return now >= wait.until || wait.until - now > wait.seconds * 1000;
}
