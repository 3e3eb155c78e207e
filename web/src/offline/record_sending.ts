/** One record to the server: its photos one by one, then itself, each against a receipt; only then are the photos' bytes let go. */
import { Problem } from "@/api/problems";

import { ask } from "./asking";
import { isReceiptOf, outgoing } from "./bodies";
import { withDatabase } from "./database";
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
  await note(record.id, { mayBeThere: true });
  try {
    const answered = await ask(way.fetch, { method, path, headers, body: JSON.stringify(body), isSignedIn: way.session !== null, seconds: 90 });
    if (!isReceiptOf(record, photos, answered.json)) throw Problem.notOurServer();
    await keepReceipt(record, photos, answered.json);
  } catch (error) {
    if (!isFinal(error)) throw error;
    if (await forgetReceiptsOfLost(photos, error)) throw Problem.unreachable(error);
    throw new Refusal(error, null);
  }
}

/** The revision that the step rests on: the one seen, or the one that the person's own earlier step has made. */
async function revisionFor(record: KeptRecord, seen: number | null): Promise<number | null> {
  if (record.follows === null) return seen;
  const earlier = await withDatabase((db) => db.records.get(record.follows ?? ""));
  const made = earlier?.state === "delivered" ? earlier.receipt?.["revision"] : undefined;
  return typeof made === "number" ? made : seen;
}

/** Everything is there: keep the receipt, and only now let the bytes go. */
async function keepReceipt(record: KeptRecord, photos: readonly LocalPhoto[], receipt: Record<string, unknown>): Promise<void> {
  const now = new Date().toISOString();
  await withDatabase((db) =>
    db.transaction("rw", db.records, db.bytes, db.facts, async () => {
      await db.records.update(record.id, { state: "delivered", receipt, deliveredAt: now, mayBeThere: true, wait: null, problem: null });
      await db.bytes.bulkDelete(photos.map((each) => each.id));
      await db.facts.put({ key: "lastReceiptAt", value: now });
    }),
  );
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

const TRANSIENT_CODES = new Set(["upload_in_progress", "digest_mismatch", "truncated", "csrf_missing", "password_change_required"]);

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

function note(id: string, facts: Partial<KeptRecord>): Promise<unknown> {
  return withDatabase((db) => db.records.update(id, facts));
}
