/** One tab at a time edits or sends a record. A tab keeps what it edits until it lets go of it or is closed. */

interface Held {
  release: () => void;
  ended: Promise<void>;
}

const held = new Map<string, Held>();

const nameOf = (id: string) => `record-${id}`;

/** Hold a record for editing in this tab; false where another tab has it. Stealing takes it away from there. */
export async function holdRecord(id: string, steal = false): Promise<boolean> {
  if (held.has(id)) return true;
  if (!("locks" in navigator)) return true;
  return new Promise<boolean>((settle, fail) => {
    const ended: Promise<void> = navigator.locks
      .request(nameOf(id), steal ? { steal: true } : { ifAvailable: true }, (lock) => {
        if (lock === null) return settle(false);
        return new Promise<void>((release) => {
          held.set(id, { release, ended });
          settle(true);
        });
      })
      .catch((error: unknown) => {
        // Another tab has taken it over: what is typed here from now on is refused, not mixed in.
        if (!(error instanceof DOMException && error.name === "AbortError")) fail(error as Error);
      })
      .then(() => {
        if (held.get(id)?.ended === ended) held.delete(id);
      });
  });
}

/** Let other tabs, and the sender, have it. */
export async function letGo(id: string): Promise<void> {
  const mine = held.get(id);
  held.delete(id);
  mine?.release();
  await mine?.ended;
}

/** Do something with a record that nobody edits just now; null where somebody does. */
export async function withFreeRecord<T>(id: string, work: () => Promise<T>, steal = false): Promise<T | null> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request(nameOf(id), steal ? { steal: true } : { ifAvailable: true }, (lock) => (lock === null ? null : work())) as Promise<T | null>;
}
