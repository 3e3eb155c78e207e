/** Records: made on the phone, changed at every tap, submitted once, and never forgotten before the server has them. */
import { v7 as uuid } from "uuid";

import { language } from "@/app/language";

import { unplacedPhotos, withPhotosRenamed } from "./bodies";
import { takeOrder, withDatabase, type OfflineDatabase } from "./database";
import { keeping, keepingProblem } from "./keeping_problems";
import { sizeOf } from "./kept_bytes";
import { plain } from "./plain";
import { holdRecord, letGo } from "./record_locks";
import { OUTGOING_STATES, type Contents, type KeptRecord, type LocalPhoto, type RecordKind } from "./record_types";
import { sendSoon } from "./sender";
import { askToPersist, markKept } from "./storage_health";

export interface DraftFacts {
  owner: string | null;
  title: string;
  subject: string;
  ifMatch?: number | null;
  own?: Record<string, unknown>;
  /** A name that the record must have, e.g. one that stands in the page's address. */
  id?: string;
}

/** Begin a record and hold it in this tab. The first one asks the browser to keep the database through thick and thin. */
export async function startDraft<K extends RecordKind>(kind: K, content: Contents[K], facts: DraftFacts): Promise<KeptRecord<K>> {
  const id = facts.id ?? uuid();
  const now = new Date().toISOString();
  const record: KeptRecord<K> = {
    id,
    kind,
    owner: facts.owner,
    title: facts.title,
    subject: facts.subject,
    content: plain(content),
    own: plain(facts.own ?? {}),
    ifMatch: facts.ifMatch ?? null,
    sentIfMatch: null,
    follows: null,
    secret: newSecret(),
    language: language(),
    state: "draft",
    madeAt: now,
    changedAt: now,
    submittedAt: null,
    deliveredAt: null,
    order: 0,
    tries: 0,
    mayBeThere: false,
    wait: null,
    problem: null,
    damagedPhotoIds: [],
    receipt: null,
  };
  await markKept();
  if (!(await holdRecord(id))) throw await keepingProblem("edited_elsewhere");
  const kept = await keeping(() => withDatabase((db) => addUnlessThere(db, record)));
  void askToPersist();
  return kept;
}

/** A name that is taken stands for what was begun before, e.g. by a second tap. */
function addUnlessThere<K extends RecordKind>(db: OfflineDatabase, record: KeptRecord<K>): Promise<KeptRecord<K>> {
  return db.transaction("rw", db.records, async () => {
    const before = await db.records.get(record.id);
    if (before === undefined) await db.records.add(record);
    return (before ?? record) as KeptRecord<K>;
  });
}

export interface DraftChange<K extends RecordKind = RecordKind> {
  content?: (content: Contents[K]) => Contents[K];
  title?: string;
  subject?: string;
  ifMatch?: number | null;
  own?: Record<string, unknown>;
}

/** Change a draft, one change after another; refused where another tab edits it, or once it is submitted. */
export async function changeDraft<K extends RecordKind>(id: string, change: DraftChange<K> | ((content: Contents[K]) => Contents[K])): Promise<void> {
  const { content, ...facts } = typeof change === "function" ? { content: change } : change;
  await holdDraft(id);
  const found = await keeping(() =>
    withDatabase((db) =>
      db.transaction("rw", db.records, async () => {
        const record = await db.records.get(id);
        if (record?.state !== "draft") return record?.state ?? null;
        const changed = content ? plain(content(plain(record.content) as Contents[K])) : record.content;
        await db.records.put({ ...record, ...plain(facts), content: changed, changedAt: new Date().toISOString() });
        return record.state;
      }),
    ),
  );
  await requireDraft(id, found);
}

export function getRecord<K extends RecordKind = RecordKind>(id: string): Promise<KeptRecord<K> | undefined> {
  return withDatabase((db) => db.records.get(id)) as Promise<KeptRecord<K> | undefined>;
}

export function photosOf(id: string): Promise<LocalPhoto[]> {
  return withDatabase((db) => db.photos.where("recordId").equals(id).sortBy("order"));
}

/** Edit a draft here although another tab has it open: what that tab types from now on is refused there. */
export async function editHere(id: string): Promise<void> {
  await letGo(id);
  await holdRecord(id, true);
}

/** The page that edited it is left. */
export function leaveDraft(id: string): Promise<void> {
  return letGo(id);
}

/** Throw a record away with its photos: drafts, and what was refused; nothing that is on its way or may have arrived. */
export async function discardDraft(id: string): Promise<void> {
  await holdDraft(id);
  const state = await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, db.bytes, async () => {
      const record = await db.records.get(id);
      if (record === undefined || !["draft", "refused", "damaged"].includes(record.state)) return record?.state ?? null;
      await removeWhole(db, id);
      return "draft" as const;
    }),
  );
  await requireDraft(id, state);
  await letGo(id);
}

async function removeWhole(db: OfflineDatabase, id: string): Promise<void> {
  const photoIds = await db.photos.where("recordId").equals(id).primaryKeys();
  await db.bytes.bulkDelete(photoIds);
  await db.photos.bulkDelete(photoIds);
  await db.records.delete(id);
}

/** Hand a draft to the sender. It may not be changed from now on; the same again is harmless. */
export async function submit(id: string): Promise<void> {
  await holdDraft(id);
  const hindrance = await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, db.bytes, db.facts, async (): Promise<Hindrance | null> => {
      const record = await db.records.get(id);
      if (record === undefined) return { code: "record_gone", photoIds: [] };
      if (record.state !== "draft") return null;
      const photos = await db.photos.where("recordId").equals(id).sortBy("order");
      const unplaced = unplacedPhotos(record, photos);
      if (unplaced.length > 0) return { code: "photo_unplaced", photoIds: unplaced.map((each) => each.id) };
      const missing = await findMissing(db, photos);
      if (missing.length > 0) {
        await db.records.update(id, { damagedPhotoIds: missing });
        return { code: "photo_missing", photoIds: missing };
      }
      const now = new Date().toISOString();
      const follows = await earlierOne(db, record);
      await db.records.put({ ...record, state: "queued", follows, language: language(), submittedAt: now, changedAt: now, order: await takeOrder(db), tries: 0, wait: null, problem: null, damagedPhotoIds: [] });
      return null;
    }),
  );
  if (hindrance?.code === "record_gone") await letGo(id);
  if (hindrance !== null) throw await keepingProblem(hindrance.code, { count: hindrance.photoIds.length, photoIds: hindrance.photoIds });
  await letGo(id);
  // The mark only tells of the database; that it could not be written harms nothing.
  void markKept().catch(() => undefined);
  sendSoon();
}

interface Hindrance {
  code: "record_gone" | "photo_unplaced" | "photo_missing";
  photoIds: string[];
}

/** Photos whose bytes are not here any more: better told while the person still stands before what they show. */
async function findMissing(db: OfflineDatabase, photos: readonly LocalPhoto[]): Promise<string[]> {
  const rows = await db.bytes.bulkGet(photos.map((each) => each.id));
  return photos
    .filter((each, index) => {
      const row = rows[index];
      return each.state !== "stored" && (row === undefined || sizeOf(row) !== each.size);
    })
    .map((each) => each.id);
}

/** Steps of one case are sent in the order in which they were taken: each rests on the revision that the one before it made. */
async function earlierOne(db: OfflineDatabase, record: KeptRecord): Promise<string | null> {
  if (record.kind !== "case_action") return null;
  const earlier = await db.records.where("subject").equals(record.subject).toArray();
  const waiting = earlier.filter((each) => each.kind === "case_action" && OUTGOING_STATES.includes(each.state) && each.owner === record.owner);
  return waiting.sort((a, b) => a.order - b.order).at(-1)?.id ?? null;
}

/**
 * Make a draft again of what was refused, lacks a photo, or has not been sent yet; returns the draft's id: another one
 * where the server holds something else under the old name. What may have arrived already cannot be changed.
 */
export async function reopen(id: string): Promise<string> {
  if (!(await holdRecord(id))) throw await keepingProblem("edited_elsewhere");
  const made = await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, db.bytes, async () => {
      const record = await db.records.get(id);
      if (record === undefined) return "record_gone" as const;
      if (record.state === "draft") return { id };
      if (record.state === "delivered" || record.state === "sending" || record.mayBeThere) return "may_be_there" as const;
      const draft: KeptRecord = { ...record, state: "draft", changedAt: new Date().toISOString(), follows: null, tries: 0, wait: null };
      if (record.problem !== null && TAKEN_CODES.has(record.problem.code)) return { id: await rename(db, draft) };
      await db.records.put(draft);
      return { id };
    }),
  );
  if (typeof made === "string") {
    await letGo(id);
    throw await keepingProblem(made);
  }
  if (made.id !== id) {
    await letGo(id);
    await holdRecord(made.id);
  }
  return made.id;
}

/** The server holds something else under the record's name, or under that of its photos. */
const TAKEN_CODES = new Set(["report_differs", "id_taken", "already_submitted", "action_id_taken", "photo_differs", "photo_claimed", "receipt_differs"]);

/** The same record with its photos under new names; the old ones stand for something else on the server. */
async function rename(db: OfflineDatabase, record: KeptRecord): Promise<string> {
  const id = uuid();
  const photos = await db.photos.where("recordId").equals(record.id).toArray();
  const names = new Map(photos.map((each) => [each.id, uuid()]));
  for (const photo of photos) {
    const row = await db.bytes.get(photo.id);
    const renamed = names.get(photo.id) ?? photo.id;
    if (row !== undefined) await db.bytes.add({ ...row, id: renamed });
    await db.photos.add({ ...photo, id: renamed, recordId: id, state: "kept", sent: 0, receipt: null });
  }
  await removeWhole(db, record.id);
  await db.records.add({ ...record, id, content: withPhotosRenamed(record.content, names) });
  return id;
}

/** Everything of the owner's (an account, or null) that has not arrived, with its photos, in one ZIP file. */
export async function exportRecords(owner: string | null): Promise<File> {
  return (await import("./backup")).makeBackup(owner);
}

async function holdDraft(id: string): Promise<void> {
  if (!(await holdRecord(id))) throw await keepingProblem("edited_elsewhere");
}

/** What is no draft is nobody's to edit, and the sender's to take. */
export async function requireDraft(id: string, state: KeptRecord["state"] | null): Promise<void> {
  if (state !== "draft") await letGo(id);
  if (state === null) throw await keepingProblem("record_gone");
  if (state !== "draft") throw await keepingProblem("not_a_draft");
}

/** 32 characters of 6 bits each: known to this phone, and by its hash to the server. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
