/** Where the app begins to send, on any page: without loading the database where this phone keeps nothing. */
import { findMark } from "./presence";

let hasBegun = false;

export function beginOffline(): void {
  if (hasBegun) return;
  if (findMark() === null) {
    // Something may yet be made here, in another tab that is then closed.
    addEventListener("storage", beginOffline, { once: true });
    return;
  }
  hasBegun = true;
  const begin = () => void import("./sender").then((each) => each.startSending());
  if ("requestIdleCallback" in window) window.requestIdleCallback(begin, { timeout: 3000 });
  else setTimeout(begin, 500);
}

/** Try at once, e.g. after signing in. */
export async function sendNow(): Promise<void> {
  if (findMark() === null) return;
  await (await import("./sender")).sendNow();
}
