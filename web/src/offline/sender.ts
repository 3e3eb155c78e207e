/** The one sender over all tabs and the service worker: a pass takes what is due, in order, and says why the rest waits. */
import { liveQuery } from "dexie";

import { Problem } from "@/api/problems";

import type { Fetch } from "./asking";
import { isOver, waitOf, waitSeconds } from "./backoff";
import { withDatabase, type Line } from "./database";
import { sendRecord } from "./record_sending";
import { withFreeRecord } from "./record_locks";
import { OUTGOING_STATES, type KeptRecord, type Wait, type WaitReason } from "./record_types";
import { findSenderSession, forgetSenderSession, type SenderSession } from "./sender_session";

export const SENDING_LOCK = "jiayuan-sending";
export const SYNC_TAG = "jiayuan-sending";

const KEPT_DAYS = 30;
const IDLE_SECONDS = 60;

let wire: Fetch = (request) => fetch(request);

/** For tests: another network. */
export function useWire(other: Fetch): void {
  wire = other;
}

/** Send everything that is due. Returns once nothing is left to be done now. */
export async function sendWaiting(isForced = false): Promise<void> {
  if (!("locks" in navigator)) return pass(isForced);
  await navigator.locks.request(SENDING_LOCK, () => pass(isForced));
}

async function pass(isForced: boolean): Promise<void> {
  if (isForced) await forgetWaits();
  const seen = new Set<string>();
  for (;;) {
    if (!isOver(await findLine(), Date.now())) return;
    const record = await nextDue(seen);
    if (record === undefined) break;
    seen.add(record.id);
    if ((await attempt(record)) === "line_down") return;
  }
  await forgetOld();
}

type Attempted = "done" | "waits" | "line_down";

async function attempt(record: KeptRecord): Promise<Attempted> {
  try {
    const session = record.owner === null ? null : await sessionFor(record);
    if (session === "waits") return "waits";
    const outcome = await withFreeRecord(record.id, () => sendRecord(record.id, { fetch: wire, session }));
    if (outcome === "delivered") await settleLine(null);
    return "done";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return putOff(record, error);
  }
}

/** The session in whose name the record goes out; a record of somebody who is not signed in stays, and says so. */
async function sessionFor(record: KeptRecord): Promise<SenderSession | "waits"> {
  const session = await findSenderSession(wire);
  if (session?.accountId === record.owner && session !== null) return session;
  await waitFor(record, session === null ? "sign_in" : "other_account");
  return "waits";
}

function waitFor(record: KeptRecord, reason: WaitReason): Promise<unknown> {
  return setWait(record, { reason, seconds: null, until: null });
}

function setWait(record: KeptRecord, wait: Wait, tries = record.tries): Promise<unknown> {
  return withDatabase((db) => db.records.update(record.id, { state: "waiting", wait, tries }));
}

/** What may pass by itself: the line is down for everybody, or this record alone is put off. */
async function putOff(record: KeptRecord, problem: Problem): Promise<Attempted> {
  if (problem.isSignInNeeded || ["csrf_missing", "password_change_required"].includes(problem.code)) {
    forgetSenderSession();
    await waitFor(record, "sign_in");
    return "waits";
  }
  const reason = reasonOf(problem);
  const isLine = problem.kind !== "refused" || problem.status === 429 || problem.status === 503;
  const tries = isLine ? ((await findLine())?.tries ?? 0) : record.tries;
  const wait = waitOf(reason, waitSeconds(tries, problem.retryAfterSeconds, Math.random()), Date.now());
  await setWait(record, wait, record.tries + 1);
  if (!isLine) return "waits";
  await settleLine({ ...wait, tries: tries + 1 });
  return "line_down";
}

function reasonOf(problem: Problem): WaitReason {
  if (problem.kind === "foreign") return "captive_portal";
  if (problem.kind === "unreachable") return problem.status === 0 ? "network" : "server_busy";
  if (problem.status === 429) return "too_many_requests";
  return problem.status === 507 ? "server_full" : "server_busy";
}

async function findLine(): Promise<Line | null> {
  return ((await withDatabase((db) => db.facts.get("line")))?.value as Line | null | undefined) ?? null;
}

async function settleLine(line: Line | null): Promise<void> {
  await withDatabase((db) => (line === null ? db.facts.delete("line") : db.facts.put({ key: "line", value: line }).then(() => undefined)));
}

/** The first record in the order of submission that may go now. */
async function nextDue(seen: ReadonlySet<string>): Promise<KeptRecord | undefined> {
  const outgoing = await findOutgoing();
  const now = Date.now();
  for (const record of outgoing) {
    if (seen.has(record.id)) continue;
    // Signing in is not awaited by the clock: who is signed in is looked at in every pass.
    const isDue = record.wait === null || record.wait.until === null || isOver(record.wait, now);
    if (isDue && !(await isHeldBack(record))) return record;
  }
  return undefined;
}

async function isHeldBack(record: KeptRecord): Promise<boolean> {
  if (record.follows === null) return false;
  const earlier = await withDatabase((db) => db.records.get(record.follows ?? ""));
  if (earlier === undefined || earlier.state === "delivered") return false;
  if (record.wait?.reason !== "earlier_record") await waitFor(record, "earlier_record");
  return true;
}

async function findOutgoing(): Promise<KeptRecord[]> {
  const found = await withDatabase((db) => db.records.where("state").anyOf(OUTGOING_STATES).toArray());
  return found.sort((a, b) => a.order - b.order);
}

async function forgetWaits(): Promise<void> {
  await settleLine(null);
  await withDatabase((db) =>
    db.transaction("rw", db.records, async () => {
      await db.records.where("state").equals("waiting").modify({ wait: null });
    }),
  );
}

/** What was delivered long ago goes from the list; nothing else ever goes by itself. */
async function forgetOld(): Promise<void> {
  const before = new Date(Date.now() - KEPT_DAYS * 86_400_000).toISOString();
  await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, async () => {
      const old = await db.records.where("state").equals("delivered").filter((each) => (each.deliveredAt ?? "") < before).primaryKeys();
      if (old.length === 0) return;
      await db.photos.where("recordId").anyOf(old).delete();
      await db.records.bulkDelete(old);
    }),
  );
}

/** Milliseconds until something is due; null where nothing is waiting for time alone. */
async function untilNextDue(): Promise<number | null> {
  const outgoing = await findOutgoing();
  if (outgoing.length === 0) return null;
  const now = Date.now();
  const line = await findLine();
  const lineLeft = line === null || isOver(line, now) ? 0 : (line.until ?? now) - now;
  const waits = outgoing.map((each) => (each.wait === null || isOver(each.wait, now) ? 0 : each.wait.until === null ? IDLE_SECONDS * 1000 : each.wait.until - now));
  return Math.max(lineLeft, Math.min(...waits));
}

// ----- in a page -----

let isStarted = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;
let isWanted: "no" | "soon" | "forced" = "no";

/** Send from now on while this page is open: at once, when a network comes, when the page is looked at, and by the clock. */
export function startSending(): void {
  if (isStarted) return;
  isStarted = true;
  addEventListener("online", () => void run("forced"));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void run("soon");
  });
  // Another tab may have submitted something, or have ended with its work undone.
  liveQuery(() => withDatabase((db) => db.records.where("state").anyOf(OUTGOING_STATES).primaryKeys())).subscribe({ next: () => void schedule() });
  void run("soon");
}

/** Something was submitted here. */
export function sendSoon(): void {
  startSending();
  void run("soon");
  void registerSync();
}

/** The person asks for it: forget all waiting and try now. */
export function sendNow(): Promise<void> {
  startSending();
  return run("forced");
}

async function run(how: "soon" | "forced"): Promise<void> {
  isWanted = isWanted === "forced" ? "forced" : how;
  running ??= runOut().finally(() => {
    running = null;
  });
  return running;
}

async function runOut(): Promise<void> {
  while (isWanted !== "no") {
    const isForced = isWanted === "forced";
    isWanted = "no";
    await sendWaiting(isForced);
  }
  await schedule();
}

async function schedule(): Promise<void> {
  if (running !== null && isWanted !== "no") return;
  const left = await untilNextDue();
  clearTimeout(timer);
  if (left !== null) timer = setTimeout(() => void run("soon"), Math.max(250, left));
}

/** Ask the browser to wake the service worker when there is a network, where it can. */
async function registerSync(): Promise<void> {
  try {
    const registration = (await navigator.serviceWorker?.getRegistration()) as (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }) | undefined;
    await registration?.sync?.register(SYNC_TAG);
  } catch {
    // It may be forbidden, e.g. in private windows; the open page sends anyway.
  }
}
