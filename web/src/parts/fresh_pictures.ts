/**
 * Signed addresses of pictures live for a quarter of an hour (`api/signed_addresses.py`). A page that stood open for longer, or comes
 * back from the browser's memory, asks for new ones before it shows broken pictures.
 */
import { onScopeDispose } from "vue";

/** What was read less than this ago is not asked for again: a picture that fails then is gone, and no new address brings it back. */
const JUST_READ_MS = 60_000;

/** Whether an address with an expiry has passed it, by this phone's clock. */
export function isPast(address: string, now: number): boolean {
  const expires = Number(new URLSearchParams(address.split("?")[1] ?? "").get("expires"));
  return expires > 0 && expires * 1000 <= now;
}

/**
 * Read again when somebody comes back to the page and an address has passed its time (or is empty: left out because it had), and when a
 * picture fails, which is how a phone whose clock is wrong learns of it. At most once a minute, so a server that refuses is not asked in a loop.
 */
export function useFreshPictures(addresses: () => readonly string[], read: () => Promise<unknown>): void {
  let readAt = Date.now();
  let isReading = false;

  async function refresh(): Promise<void> {
    // Clocks are set back too.
    if (isReading || Math.abs(Date.now() - readAt) < JUST_READ_MS) return;
    isReading = true;
    try {
      await read();
    } finally {
      isReading = false;
      readAt = Date.now();
    }
  }

  function look(): void {
    if (document.visibilityState !== "visible") return;
    const now = Date.now();
    if (addresses().some((each) => each === "" || isPast(each, now))) void refresh();
  }

  function onError({ target }: Event): void {
    if (!(target instanceof HTMLImageElement)) return;
    const failed = target.currentSrc || target.src;
    if (addresses().some((each) => each !== "" && failed.endsWith(each))) void refresh();
  }

  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  addEventListener("online", look);
  // A picture's error does not bubble.
  document.addEventListener("error", onError, true);
  onScopeDispose(() => {
    document.removeEventListener("visibilitychange", look);
    removeEventListener("pageshow", look);
    removeEventListener("online", look);
    document.removeEventListener("error", onError, true);
  });
}
