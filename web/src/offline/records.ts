/** Records: made on the phone, changed at every tap, submitted once, and never forgotten before the server has them. */
import { v7 as uuid } from "uuid";

import { language } from "@/app/language";

import { takeOrder, withDatabase, type OfflineDatabase } from "./database";
import { keeping, keepingProblem } from "./keeping_problems";
import { plain } from "./plain";
import { holdRecord, letGo } from "./record_locks";
import { OUTGOING_STATES, type Contents, type KeptRecord, type LocalPhoto, type RecordKind } from "./record_types";
import { sendSoon } from "./sender";
import { askToPersist, markKept } from "./storage_health";
import { unplacedPhotos } from "./bodies";

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
  await keeping(() => withDatabase((db) => db.records.add(record)));
  void askToPersist();
  return record;
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
  await requireDraft(found);
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
  await letGo(id);
  await requireDraft(state);
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
  const unplaced = await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, db.bytes, db.facts, async () => {
      const record = await db.records.get(id);
      if (record?.state !== "draft") return record === undefined ? null : [];
      const photos = await db.photos.where("recordId").equals(id).sortBy("order");
      const unplaced = unplacedPhotos(record, photos);
      if (unplaced.length > 0) return unplaced;
      const now = new Date().toISOString();
      const follows = await earlierOne(db, record);
      await db.records.put({ ...record, state: "queued", follows, language: language(), submittedAt: now, changedAt: now, order: await takeOrder(db), tries: 0, wait: null, problem: null, damagedPhotoIds: [] });
      return [];
    }),
  );
  await letGo(id);
  if (unplaced === null) throw await keepingProblem("record_gone");
  if (unplaced.length > 0) throw await keepingProblem("photo_unplaced", { count: unplaced.length, photoIds: unplaced.map((each) => each.id) });
  void markKept();
  sendSoon();
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
      await db.records.put(draft);
      return { id };
    }),
  );
  if (typeof made === "string") {
    await letGo(id);
    throw await keepingProblem(made);
  }
  return made.id;
}

/** Everything that has not arrived, with its photos, in one ZIP file. */
export async function exportRecords(): Promise<File> {
  return (await import("./backup")).makeBackup();
}

async function holdDraft(id: string): Promise<void> {
  if (!(await holdRecord(id))) throw await keepingProblem("edited_elsewhere");
}

async function requireDraft(state: KeptRecord["state"] | null): Promise<void> {
  if (state === null) throw await keepingProblem("record_gone");
  if (state !== "draft") throw await keepingProblem("not_a_draft");
}

/** 32 characters of 6 bits each: known to this phone, and by its hash to the server. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
