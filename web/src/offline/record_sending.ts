/** One record to the server: its photos one by one, then itself, each against a receipt; only then are the photos' bytes let go. */
import { Problem } from "@/api/problems";

import { ask, receiptDiffers, serverTime, type Answered } from "./asking";
import { isAbout, isReceiptOf, outgoing } from "./bodies";
import { isQuotaExceeded, noteIfRoom, withDatabase } from "./database";
import { PhotoDamaged, readWhole, sendPhoto } from "./photo_sending";
import type { KeptProblem, KeptRecord, LocalPhoto } from "./record_types";
import { headersOf, type Way } from "./way";

/** What became of an attempt. `Problem`s that may pass by themselves are thrown to the sender, who waits. */
export type Outcome = "delivered" | "refused" | "damaged" | "gone";

/** A photo that the server kept for a while and then swept, for nobody had used it: sent again, so often. */
const MOST_LOST = 3;

export async function sendRecord(id: string, way: Way): Promise<Outcome> {
  const record = await withDatabase((db) => db.records.get(id));
  if (record === undefined || !["queued", "sending", "waiting"].includes(record.state)) return "gone";
  await note(id, { state: "sending", wait: null });
  try {
    await sendPhotos(record, way);
    await deliver(record, way);
    return "delivered";
  } catch (error) {
    if (error instanceof PhotoDamaged) {
      await note(id, { state: "damaged", damagedPhotoIds: await findDamaged(id) });
      return "damaged";
    }
    if (error instanceof Refusal) {
      await note(id, { state: "refused", problem: keptProblem(error), mayBeThere: false });
      return "refused";
    }
    throw error;
  }
}

/** A `Problem` that nobody but the person can mend. */
class Refusal extends Error {
  constructor(
    readonly problem: Problem,
    readonly photoId: string | null,
  ) {
    super(problem.message);
    this.name = "Refusal";
  }
}

async function sendPhotos(record: KeptRecord, way: Way): Promise<void> {
  for (const photo of await photosOf(record.id)) {
    try {
      await sendPhoto(photo, record, way);
    } catch (error) {
      throw isFinal(error) ? new Refusal(error, photo.id) : error;
    }
  }
}

async function deliver(record: KeptRecord, way: Way): Promise<void> {
  const photos = await photosOf(record.id);
  const { method, path, body, ifMatch } = outgoing(record, photos, new Date().toISOString());
  const headers: Record<string, string> = { ...headersOf(record, way), "Content-Type": "application/json" };
  const revision = await revisionFor(record, ifMatch);
  if (revision !== null) headers["If-Match"] = `"${revision}"`;
  await note(record.id, { mayBeThere: true, sentIfMatch: revision });
  try {
    const answered = await ask(way.fetch, { method, path, headers, body: JSON.stringify(body), isSignedIn: way.session !== null, seconds: 90 });
    if (!isReceiptOf(record, photos, answered.json)) throw isAbout(record, answered.json) ? receiptDiffers(answered) : Problem.notOurServer();
    await keepReceipt(record, photos, answered);
  } catch (error) {
    if (!isFinal(error)) throw error;
    if (await forgetReceiptsOfLost(photos, error)) return sendAgain(record, way);
    throw new Refusal(error, null);
  }
}

/** Its photos had been swept there: send them once more, and the record after them. */
async function sendAgain(record: KeptRecord, way: Way): Promise<void> {
  await note(record.id, { mayBeThere: false });
  await sendPhotos(record, way);
  await deliver(record, way);
}

/** The revision that the step rests on: the one seen, moved on by what the person's own steps have made of it since. */
async function revisionFor(record: KeptRecord, seen: number | null): Promise<number | null> {
  if (record.kind !== "case_action") return seen;
  const about = await withDatabase((db) => db.records.where("subject").equals(record.subject).toArray());
  const own = about.filter((each) => each.kind === "case_action" && each.state === "delivered" && each.owner === record.owner);
  const moves = new Map(own.map((each) => [each.sentIfMatch, each.receipt?.["revision"]]));
  let revision = seen;
  for (let next = moves.get(revision); typeof next === "number" && next > (revision ?? 0); next = moves.get(revision)) revision = next;
  return revision;
}

/** Everything is there: keep the receipt, and only now let the bytes go. */
async function keepReceipt(record: KeptRecord, photos: readonly LocalPhoto[], answered: Answered): Promise<void> {
  const now = serverTime(answered.headers);
  const ids = photos.map((each) => each.id);
  const keep = () =>
    withDatabase((db) =>
      db.transaction("rw", db.records, db.bytes, db.facts, async () => {
        await db.records.update(record.id, { state: "delivered", receipt: answered.json, deliveredAt: now, mayBeThere: true, wait: null, problem: null });
        await db.bytes.bulkDelete(ids);
        await db.facts.put({ key: "lastReceiptAt", value: now });
      }),
    );
  try {
    await keep();
  } catch (error) {
    if (!isQuotaExceeded(error)) throw error;
    // No room even for the receipt: browsers always let one delete, so the bytes that it vouches for make it.
    await withDatabase((db) => db.bytes.bulkDelete(ids));
    await keep();
  }
}

/** The server vouched for a photo and no longer has it: send it again rather than bother the person. */
async function forgetReceiptsOfLost(photos: readonly LocalPhoto[], problem: Problem): Promise<boolean> {
  if (!problem.errors.some((each) => each.code === "photo_unknown")) return false;
  const again = photos.filter((each) => each.lost < MOST_LOST);
  if (photos.length === 0 || again.length < photos.length) return false;
  await withDatabase((db) =>
    db.transaction("rw", db.photos, async () => {
      for (const each of again) await db.photos.update(each.id, { state: "kept", sent: 0, receipt: null, lost: each.lost + 1 });
    }),
  );
  return true;
}

async function findDamaged(id: string): Promise<string[]> {
  const damaged: string[] = [];
  for (const photo of await photosOf(id)) {
    if (photo.state === "stored") continue;
    await readWhole(photo).catch((error: unknown) => {
      if (!(error instanceof PhotoDamaged)) throw error;
      damaged.push(photo.id);
    });
  }
  return damaged;
}

const TRANSIENT_CODES = new Set(["upload_in_progress", "digest_mismatch", "incomplete", "csrf_missing", "password_change_required"]);

function isFinal(error: unknown): error is Problem {
  return error instanceof Problem && error.kind === "refused" && !error.isTemporary && !error.isSignInNeeded && !TRANSIENT_CODES.has(error.code);
}

function keptProblem({ problem, photoId }: Refusal): KeptProblem {
  return {
    status: problem.status,
    code: problem.code,
    detail: problem.detail,
    errors: problem.errors.map((each) => ({ ...each })),
    members: JSON.parse(JSON.stringify(problem.members)) as Record<string, unknown>,
    photoId,
  };
}

function photosOf(id: string): Promise<LocalPhoto[]> {
  return withDatabase((db) => db.photos.where("recordId").equals(id).sortBy("order"));
}

function note(id: string, facts: Partial<KeptRecord>): Promise<void> {
  return noteIfRoom((db) => db.records.update(id, facts));
}
