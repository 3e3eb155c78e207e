/** The one sender over all tabs and the service worker: a pass takes what is due, in order, and says why the rest waits. */
import { liveQuery } from "dexie";

import { Problem } from "@/api/problems";

import type { Fetch } from "./asking";
import { isOver, waitOf, waitSeconds } from "./backoff";
import { noteIfRoom, withDatabase, type Line } from "./database";
import { sendRecord } from "./record_sending";
import { withFreeRecord } from "./record_locks";
import { beat, withSendingLock, type Turn } from "./sending_lock";
import { OUTGOING_STATES, type KeptRecord, type Wait, type WaitReason } from "./record_types";
import { findSenderSession, forgetSenderSession, type SenderSession } from "./sender_session";

export const SYNC_TAG = "jiayuan-sending";

const KEPT_DAYS = 30;
/** A resident's own list, and the only place where somebody who never signed in has the tracking code. */
const KEPT_DAYS_OF_REPORTS = 400;
/** A browser that says it is offline is nearly always right; it is put to the test this seldom. */
const OFFLINE_SECONDS = 300;
const IDLE_SECONDS = 60;
const SHORTEST_PAUSE_MS = 500;

let wire: Fetch = (request) => fetch(request);

/** For tests: another network. */
export function useWire(other: Fetch): void {
  wire = other;
}

/**
 * How much a pass may know better than the waits that were noted: nothing, that there may be another network now (a start,
 * a look at the page), or that somebody wants it tried whatever was noted.
 */
export type Urgency = "due" | "fresh" | "forced";

const URGENCIES: readonly Urgency[] = ["due", "fresh", "forced"];

/** Send everything that is due. Returns once nothing is left to be done now. */
export async function sendWaiting(urgency: Urgency = "due"): Promise<void> {
  if (!("locks" in navigator)) return pass(urgency, { isLost: () => false, isStolen: false });
  await withSendingLock((turn) => pass(urgency, turn));
}

async function pass(urgency: Urgency, turn: Turn): Promise<void> {
  if (urgency !== "due") await forgetWaits(urgency);
  if (urgency !== "forced" && (await isKnownOffline())) return;
  const seen = new Set<string>();
  // The waits may still stand, on a phone that is too full to note anything.
  const isForced = urgency === "forced";
  for (;;) {
    if (turn.isLost() || !(isForced || isOver(await findLine(), Date.now()))) return;
    const record = await nextDue(seen, isForced);
    if (record === undefined) break;
    seen.add(record.id);
    if ((await attempt(record, turn)) === "stop") return;
  }
  await forgetOld();
}

/** Without a network nothing is tried (and nothing fails), but what waits for it says so. */
async function isKnownOffline(): Promise<boolean> {
  const line = await findLine();
  if (navigator.onLine || (await findOutgoing()).length === 0) return false;
  if (line?.reason === "network") return !isOver(line, Date.now());
  await settleLine({ ...waitOf("network", OFFLINE_SECONDS, Date.now()), tries: line?.tries ?? 0 });
  return true;
}

type Attempted = "done" | "waits" | "stop";

async function attempt(record: KeptRecord, turn: Turn, isSecond = false): Promise<Attempted> {
  try {
    const session = record.owner === null ? null : await sessionFor(record);
    if (session === "waits") return "waits";
    const outcome = await withFreeRecord(record.id, () => sendRecord(record.id, { fetch: wireOf(turn), session }), turn.isStolen);
    if (outcome === "delivered") await settleLine(null);
    return "done";
  } catch (error) {
    if (turn.isLost()) return "stop";
    if (!(error instanceof Problem)) return putOffForPhone(record, error);
    if (!isSignInOver(error)) return putOff(record, error);
    // The token may just have expired: who is signed in is found out anew, which renews it.
    forgetSenderSession();
    if (!isSecond && record.owner !== null) return attempt(record, turn, true);
    await waitFor(record, "sign_in");
    return "waits";
  }
}

/** Every request is a sign of life; a sender that has lost its turn asks nothing more. */
function wireOf(turn: Turn): Fetch {
  return async (request) => {
    await beat();
    if (turn.isLost()) throw new Error("another sender has taken over");
    return wire(request);
  };
}

const isSignInOver = (problem: Problem) => problem.isSignInNeeded || ["csrf_missing", "password_change_required"].includes(problem.code);

/** The phone itself failed: the record is put off, and stands in nobody's way. */
async function putOffForPhone(record: KeptRecord, error: unknown): Promise<Attempted> {
  console.warn("sending was put off", error);
  await setWait(record, waitOf("phone", waitSeconds(record.tries, null, Math.random()), Date.now()), record.tries + 1);
  return "waits";
}

/** The session in whose name the record goes out; a record of somebody who is not signed in stays, and says so. */
async function sessionFor(record: KeptRecord): Promise<SenderSession | "waits"> {
  const session = await findSenderSession(wire);
  if (session !== null && session.accountId === record.owner) return session;
  await waitFor(record, session === null ? "sign_in" : "other_account");
  return "waits";
}

async function waitFor(record: KeptRecord, reason: WaitReason): Promise<void> {
  if (record.state !== "waiting" || record.wait?.reason !== reason) await setWait(record, { reason, seconds: null, until: null });
}

function setWait(record: KeptRecord, wait: Wait, tries = record.tries): Promise<void> {
  return noteIfRoom((db) => db.records.update(record.id, { state: "waiting", wait, tries }));
}

/** What may pass by itself: the line is down for everybody, or this record alone is put off. */
async function putOff(record: KeptRecord, problem: Problem): Promise<Attempted> {
  const reason = reasonOf(problem);
  const isLine = problem.kind !== "refused" || problem.status === 429 || problem.status === 503;
  const tries = isLine ? ((await findLine())?.tries ?? 0) : record.tries;
  const wait = waitOf(reason, waitSeconds(tries, problem.retryAfterSeconds, Math.random()), Date.now());
  await setWait(record, wait, record.tries + 1);
  if (!isLine) return "waits";
  await settleLine({ ...wait, tries: tries + 1 });
  return "stop";
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
  await noteIfRoom((db) => (line === null ? db.facts.delete("line") : db.facts.put({ key: "line", value: line }).then(() => undefined)));
}

/** The first record in the order of submission that may go now. */
async function nextDue(seen: ReadonlySet<string>, isForced: boolean): Promise<KeptRecord | undefined> {
  const outgoing = await findOutgoing();
  const now = Date.now();
  for (const record of outgoing) {
    if (seen.has(record.id)) continue;
    // Signing in is not awaited by the clock: who is signed in is looked at in every pass.
    const isDue = isForced || record.wait === null || record.wait.until === null || isOver(record.wait, now);
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

const NETWORK_REASONS: readonly WaitReason[] = ["network", "captive_portal"];

async function forgetWaits(urgency: Urgency): Promise<void> {
  const isForgotten = (wait: Wait | null) => wait !== null && wait.until !== null && (urgency === "forced" || NETWORK_REASONS.includes(wait.reason));
  await noteIfRoom((db) =>
    db.transaction("rw", db.records, db.facts, async () => {
      if (isForgotten(await findLine())) await db.facts.delete("line");
      for (const each of await db.records.where("state").equals("waiting").toArray()) {
        if (isForgotten(each.wait)) await db.records.update(each.id, { wait: null });
      }
    }),
  );
}

/** What was delivered long ago, by the server's clock, goes from the list; nothing else ever goes by itself. */
async function forgetOld(): Promise<void> {
  const last = (await withDatabase((db) => db.facts.get("lastReceiptAt")))?.value as string | undefined;
  if (last === undefined) return;
  const daysAgo = (days: number) => new Date(Date.parse(last) - days * 86_400_000).toISOString();
  const [before, beforeOfReports] = [daysAgo(KEPT_DAYS), daysAgo(KEPT_DAYS_OF_REPORTS)];
  const isOld = (each: KeptRecord) => each.deliveredAt !== null && each.deliveredAt < (each.kind === "report" ? beforeOfReports : before);
  await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, db.bytes, async () => {
      const old = await db.records.where("state").equals("delivered").filter(isOld).primaryKeys();
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
let isStopped = false;
let subscription: { unsubscribe(): void } | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;
let wanted: Urgency | null = null;

/** Send from now on while this page is open: at once, when a network comes, when the page is looked at, and by the clock. */
export function startSending(): void {
  if (isStarted) return;
  isStarted = true;
  addEventListener("online", () => void run("fresh"));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void run("fresh");
  });
  // Another tab may have submitted something, or have ended with its work undone.
  subscription = liveQuery(() => withDatabase((db) => db.records.where("state").anyOf(OUTGOING_STATES).primaryKeys())).subscribe({ next: () => void schedule().catch(() => again(IDLE_SECONDS * 1000)), error: () => again(IDLE_SECONDS * 1000) });
  void run("fresh");
}

/** For tests: as if this page were closed. What it is sending just now ends by itself. */
export function stopSending(): void {
  isStopped = true;
  subscription?.unsubscribe();
  clearTimeout(timer);
}

/** Something was submitted here. */
export function sendSoon(): void {
  startSending();
  void run("due");
  void registerSync();
}

/** The person asks for it: forget all waiting and try now. */
export function sendNow(): Promise<void> {
  startSending();
  return run("forced");
}

async function run(urgency: Urgency): Promise<void> {
  wanted = URGENCIES[Math.max(URGENCIES.indexOf(urgency), wanted === null ? 0 : URGENCIES.indexOf(wanted))] ?? urgency;
  running ??= runOut().finally(() => {
    running = null;
  });
  return running;
}

async function runOut(): Promise<void> {
  try {
    while (wanted !== null) {
      const urgency: Urgency = wanted;
      wanted = null;
      await sendWaiting(urgency);
    }
    await schedule();
  } catch (error) {
    // The database is gone for the moment; what is in it is sent once it is back.
    console.warn("sending was interrupted", error);
    again(IDLE_SECONDS * 1000);
  }
}

function again(milliseconds: number): void {
  clearTimeout(timer);
  if (isStopped) return;
  timer = setTimeout(() => void run("due"), milliseconds);
}

async function schedule(): Promise<void> {
  if (running !== null && wanted !== null) return;
  const left = await untilNextDue();
  if (left === null) clearTimeout(timer);
  else again(Math.max(SHORTEST_PAUSE_MS, left));
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
