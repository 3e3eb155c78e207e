/** Photos of records: made smaller, hashed and kept whole, or not at all. */
import { v7 as uuid } from "uuid";

import { withPhotosRenamed } from "./bodies";
import { withDatabase } from "./database";
import { hex, sha256 } from "./digests";
import { keeping, keepingProblem } from "./keeping_problems";
import { blobOf, bytesOf, sizeOf } from "./kept_bytes";
import { beginsAsPhoto, canDecode, shrink as shrinkPicture, thumbnail } from "./pictures";
import { plain } from "./plain";
import { holdRecord } from "./record_locks";
import { requireDraft } from "./records";
import type { LocalPhoto, PhotoPosition } from "./record_types";
import { askToPersist } from "./storage_health";

export { shrink } from "./pictures";

export interface PhotoFacts {
  /** `photo_ids` (default), or for an inspection `answers.<item code>`. */
  slot?: string;
  takenAt?: string;
  position?: PhotoPosition | null;
  /** Keep the camera's file as it is, however large. */
  isOriginal?: boolean;
}

/** Pictures are decoded one after another: nine at a time would take a cheap phone's memory. */
let turn: Promise<unknown> = Promise.resolve();

/** Add a photo to a draft. It is there whole once this returns; a phone without room is told so and nothing half stays. */
export function addPhoto(recordId: string, file: Blob, facts: PhotoFacts = {}): Promise<LocalPhoto> {
  const mine = turn.then(() => keepPhoto(recordId, file, facts));
  turn = mine.catch(() => undefined);
  return mine;
}

async function keepPhoto(recordId: string, file: Blob, facts: PhotoFacts): Promise<LocalPhoto> {
  if (!(await holdRecord(recordId))) throw await keepingProblem("edited_elsewhere");
  const picture = await readPicture(file, facts.isOriginal ?? false);
  const photo: LocalPhoto = {
    id: uuid(),
    recordId,
    slot: facts.slot ?? "photo_ids",
    order: 0,
    state: "kept",
    mediaType: picture.bytes.type,
    size: picture.bytes.size,
    sha256: hex(await sha256(picture.bytes)),
    width: picture.width,
    height: picture.height,
    thumbnailUrl: await thumbnail(picture.bytes),
    takenAt: facts.takenAt ?? new Date().toISOString(),
    position: facts.position ? plain(facts.position) : null,
    sent: 0,
    isInParts: false,
    lost: 0,
    receipt: null,
  };
  const kept = await bytesOf(picture.bytes);
  const state = await keeping(() =>
    withDatabase((db) =>
      db.transaction("rw", db.records, db.photos, db.bytes, async () => {
        const record = await db.records.get(recordId);
        if (record?.state !== "draft") return record?.state ?? null;
        const others = await db.photos.where("recordId").equals(recordId).toArray();
        photo.order = Math.max(0, ...others.map((each) => each.order)) + 1;
        await db.bytes.add({ id: photo.id, ...kept });
        await db.photos.add(photo);
        await db.records.update(recordId, { changedAt: new Date().toISOString() });
        return record.state;
      }),
    ),
  );
  await requireDraft(recordId, state);
  void askToPersist();
  return photo;
}

/** The picture's bytes read into memory: a file of the album may be gone, or another, by the time it is sent. */
async function readPicture(file: Blob, isOriginal: boolean): Promise<{ bytes: Blob; width: number | null; height: number | null }> {
  if (file.size === 0) throw await keepingProblem("photo_empty");
  try {
    const picture = isOriginal ? { file, width: null, height: null } : await shrinkPicture(file);
    // What this browser cannot show may be a photo all the same (HEIC); what is no photo by its first bytes never becomes one.
    if (picture.width === null && canDecode() && !(await beginsAsPhoto(file))) throw await keepingProblem("photo_unreadable");
    const bytes = new Blob([await picture.file.arrayBuffer()], { type: picture.file.type || "image/jpeg" });
    if (bytes.size === 0) throw await keepingProblem("photo_empty");
    return { ...picture, bytes };
  } catch (error) {
    if (error instanceof DOMException) throw await keepingProblem("photo_unreadable");
    throw error;
  }
}

/** Take a photo out of a draft. */
export async function removePhoto(id: string): Promise<void> {
  const photo = await withDatabase((db) => db.photos.get(id));
  if (photo === undefined) return;
  if (!(await holdRecord(photo.recordId))) throw await keepingProblem("edited_elsewhere");
  const state = await withDatabase((db) =>
    db.transaction("rw", db.records, db.photos, db.bytes, async () => {
      const record = await db.records.get(photo.recordId);
      if (record?.state !== "draft") return record?.state ?? null;
      await db.photos.delete(id);
      await db.bytes.delete(id);
      const damagedPhotoIds = record.damagedPhotoIds.filter((each) => each !== id);
      await db.records.update(record.id, { changedAt: new Date().toISOString(), damagedPhotoIds, content: withPhotosRenamed(record.content, new Map([[id, null]])) });
      return record.state;
    }),
  );
  await requireDraft(photo.recordId, state);
}

/** The bytes as they are kept, e.g. to look at in full; null where they are gone (delivered, or lost). */
export async function readPhoto(id: string): Promise<Blob | null> {
  const row = await withDatabase((db) => db.bytes.get(id));
  return row === undefined || sizeOf(row) === 0 ? null : blobOf(row);
}
