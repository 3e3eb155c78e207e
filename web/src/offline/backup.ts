/** Everything of one's own that has not arrived, in one ZIP that any computer opens: `records.json`, and each photo as a file. */
import { zip, type AsyncZippable } from "fflate";

import { withDatabase } from "./database";
import { readBytes } from "./kept_bytes";
import { UNSENT_STATES } from "./record_types";

/** What was made by `owner`, or here without an account; another account's is not theirs to carry away. */
export async function makeBackup(owner: string | null): Promise<File> {
  const { records, photos } = await withDatabase(async (db) => {
    const unsent = await db.records.where("state").anyOf(UNSENT_STATES).toArray();
    const records = unsent.filter((each) => each.owner === null || each.owner === owner);
    const photos = await db.photos.where("recordId").anyOf(records.map((each) => each.id)).toArray();
    return { records, photos };
  });
  const files: AsyncZippable = {};
  const listed: Record<string, unknown>[] = [];
  for (const photo of photos) {
    const bytes = await readPhotoBytes(photo.id);
    const name = bytes === null ? null : `photos/${photo.recordId}/${photo.id}.${photo.mediaType.split("/")[1] ?? "bin"}`;
    // Photos are compressed already.
    if (name !== null && bytes !== null) files[name] = [bytes, { level: 0 }];
    listed.push({ ...photo, thumbnailUrl: undefined, file: name });
  }
  const made = new Date();
  const content = { format: "jiayuan-backup", version: 1, made_at: made.toISOString(), records, photos: listed };
  files["records.json"] = new TextEncoder().encode(JSON.stringify(content, null, 2));
  const bytes = await new Promise<Uint8Array<ArrayBuffer>>((settle, fail) => zip(files, (error, data) => (error ? fail(error) : settle(data as Uint8Array<ArrayBuffer>))));
  return new File([bytes], `jiayuan-${made.toISOString().slice(0, 19).replaceAll(":", "")}.zip`, { type: "application/zip" });
}

async function readPhotoBytes(id: string): Promise<Uint8Array | null> {
  try {
    const row = await withDatabase((db) => db.bytes.get(id));
    return row === undefined ? null : new Uint8Array(await readBytes(row));
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
