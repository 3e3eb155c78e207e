/** Where the app begins to send, on any page: without loading the database where this phone keeps nothing. */
import { part } from "@/app/missing_parts";

import { findMark } from "./presence";

const AGAIN_MS = 10_000;

let hasBegun = false;

export function beginOffline(): void {
  if (hasBegun) return;
  if (findMark() === null) {
    // Something may yet be made here, in another tab that is then closed.
    addEventListener("storage", beginOffline, { once: true });
    return;
  }
  hasBegun = true;
  const begin = () => void part(import("./sender")).then((each) => each.startSending(), beginLater);
  if ("requestIdleCallback" in window) window.requestIdleCallback(begin, { timeout: 3000 });
  else setTimeout(begin, 500);
}

/** Not even the sender could be fetched: with the next network, or a little later. */
function beginLater(): void {
  hasBegun = false;
  const timer = setTimeout(beginOffline, AGAIN_MS);
  addEventListener("online", () => (clearTimeout(timer), beginOffline()), { once: true });
}

/** Try at once, e.g. after signing in. */
export async function sendNow(): Promise<void> {
  if (findMark() === null) return;
  await (await part(import("./sender"))).sendNow();
}
