/** One sender over all tabs and the service worker, by a lock; and what becomes of a sender that was put to sleep with it. */
import { noteIfRoom, withDatabase } from "./database";

const SENDING_LOCK = "jiayuan-sending";
/** No request of the sender takes longer than this (see the time limits in photo_sending and record_sending). */
const ASLEEP_SECONDS = 420;
const LOOK_SECONDS = 30;

/** Say that this sender is alive. */
export async function beat(): Promise<void> {
  await noteIfRoom((db) => db.facts.put({ key: "beat", value: Date.now() }));
}

export interface Turn {
  /** Another sender has taken over: this one was asleep. */
  isLost: () => boolean;
  /** Taken over from a sender that is asleep, and may hold a record besides. */
  isStolen: boolean;
}

/**
 * Do the work of the one sender, after whoever sends just now. Phones put pages to sleep with the lock in their hands:
 * it is taken from a sender that has given no sign for long, which then stops (what both should send is taken once).
 */
export async function withSendingLock(work: (turn: Turn) => Promise<void>): Promise<void> {
  const waiting = new AbortController();
  const watch = setInterval(() => {
    void isAsleep().then(
      (asleep) => asleep && waiting.abort(),
      () => undefined,
    );
  }, LOOK_SECONDS * 1000);
  const taken = await take({ signal: waiting.signal }, work, () => clearInterval(watch)).finally(() => clearInterval(watch));
  if (!taken && waiting.signal.aborted) await take({ steal: true }, work);
}

/** Whether the lock was had; false where the waiting was given up. */
async function take(options: LockOptions, work: (turn: Turn) => Promise<void>, onTaken?: () => void): Promise<boolean> {
  let isHad = false;
  let isLost = false;
  try {
    await navigator.locks.request(SENDING_LOCK, options, async () => {
      isHad = true;
      onTaken?.();
      await work({ isLost: () => isLost, isStolen: options.steal === true });
    });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    isLost = isHad;
  }
  return isHad;
}

async function isAsleep(): Promise<boolean> {
  const last = (await withDatabase((db) => db.facts.get("beat")))?.value as number | undefined;
  // A clock that was set back makes the last sign lie in the future: that is no sign of life either.
  return last === undefined || Math.abs(Date.now() - last) > ASLEEP_SECONDS * 1000;
}
