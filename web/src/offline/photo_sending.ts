/** One photo to the server: whole where it is small, in parts where it is large or the line is bad; done with a receipt. */
import { Problem } from "@/api/problems";

import { ask, receiptDiffers, type Answered, type Question } from "./asking";
import { noteIfRoom, withDatabase } from "./database";
import { bytesOfHex, digestHeader, hex, sha256 } from "./digests";
import { readBytes } from "./kept_bytes";
import type { KeptRecord, LocalPhoto } from "./record_types";
import { headersOf, type Way } from "./way";

export const WHOLE_BYTES = 1024 * 1024;
export const PART_BYTES = 256 * 1024;
/** A line slower than this carries nothing. */
const SLOWEST_BYTES_A_SECOND = 4096;
const MOST_CORRECTIONS = 5;

/** The photo's bytes are gone from this phone, or are not those that were kept. */
export class PhotoDamaged extends Error {
  constructor(readonly photoId: string) {
    super("photo damaged");
    this.name = "PhotoDamaged";
  }
}

/** Read the bytes; raise `PhotoDamaged` unless they are exactly those that were kept. */
export async function readWhole(photo: LocalPhoto): Promise<Blob> {
  const row = await withDatabase((db) => db.bytes.get(photo.id));
  try {
    const bytes = row && (await readBytes(row));
    if (bytes === undefined || bytes.byteLength !== photo.size || bytes.byteLength === 0) throw new PhotoDamaged(photo.id);
    if (hex(await sha256(bytes)) !== photo.sha256) throw new PhotoDamaged(photo.id);
    return new Blob([bytes], { type: photo.mediaType });
  } catch (error) {
    if (error instanceof PhotoDamaged || (error instanceof DOMException && ["NotFoundError", "NotReadableError"].includes(error.name))) throw new PhotoDamaged(photo.id);
    throw error;
  }
}

/** Send one photo, if the server has not vouched for it yet; what it answers is kept beside the photo. */
export async function sendPhoto(photo: LocalPhoto, record: KeptRecord, way: Way): Promise<void> {
  if (photo.state === "stored") return;
  const bytes = await readWhole(photo).catch(async (error: unknown) => {
    if (error instanceof PhotoDamaged && (await isAtServer(photo, record, way))) return null;
    throw error;
  });
  if (bytes === null) return note(photo.id, { state: "stored", sent: photo.size });
  await note(photo.id, { state: "sending" });
  try {
    const answered = bytes.size <= WHOLE_BYTES && !photo.isInParts ? await sendAtOnce(photo, bytes, record, way) : await sendInParts(photo, bytes, record, way);
    const { json } = answered;
    if (json["id"] !== photo.id) throw Problem.notOurServer();
    if (json["sha256"] !== photo.sha256 || json["size_bytes"] !== photo.size) throw receiptDiffers(answered);
    await note(photo.id, { state: "stored", sent: photo.size, receipt: json });
  } catch (error) {
    await note(photo.id, { state: "kept", ...(isCutOff(error) && bytes.size > PART_BYTES ? { isInParts: true } : {}) });
    throw error;
  }
}

/** The bytes are gone here; the server may have had them all the same, and its word for it was lost. */
async function isAtServer(photo: LocalPhoto, record: KeptRecord, way: Way): Promise<boolean> {
  try {
    const { json } = await ask(way.fetch, { method: "GET", path: pathOf(photo), headers: headersOf(record, way), isSignedIn: way.session !== null, seconds: 30 });
    return json["id"] === photo.id && json["sha256"] === photo.sha256 && json["removed_at"] == null;
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.status === 403)) return false;
    throw error;
  }
}

const isCutOff = (error: unknown) => error instanceof Problem && error.kind === "unreachable" && error.status === 0;

function note(id: string, facts: Partial<LocalPhoto>): Promise<void> {
  return noteIfRoom((db) => db.photos.update(id, facts));
}

async function sendAtOnce(photo: LocalPhoto, bytes: Blob, record: KeptRecord, way: Way): Promise<Answered> {
  return ask(way.fetch, await question(photo, bytes, record, way, { "Content-Digest": digestHeader(bytesOfHex(photo.sha256)) }));
}

async function sendInParts(photo: LocalPhoto, bytes: Blob, record: KeptRecord, way: Way): Promise<Answered> {
  let offset = photo.sent > 0 || photo.isInParts ? await findOffset(photo, record, way) : 0;
  // All of it arrived and only the receipt was lost: any part asks for it again.
  if (offset >= bytes.size) offset = bytes.size - 1;
  for (let corrections = 0; ; ) {
    const end = Math.min(offset + PART_BYTES, bytes.size);
    const part = bytes.slice(offset, end, bytes.type);
    const headers: Record<string, string> = { "Content-Range": `bytes ${offset}-${end - 1}/${bytes.size}`, "Content-Digest": digestHeader(await sha256(part)) };
    if (end === bytes.size) headers["Repr-Digest"] = digestHeader(bytesOfHex(photo.sha256));
    try {
      const answered = await ask(way.fetch, await question(photo, part, record, way, headers));
      if (answered.status !== 202) return answered;
      const arrived = Number(answered.json["upload_offset"]);
      if (answered.json["id"] !== photo.id || !(arrived > offset && arrived < bytes.size)) throw Problem.notOurServer();
      offset = arrived;
      await note(photo.id, { sent: offset });
    } catch (error) {
      const expected = error instanceof Problem && error.code === "mismatching_upload_offset" ? Number(error.members["expected-offset"]) : Number.NaN;
      corrections += 1;
      if (!(expected >= 0 && expected <= bytes.size) || corrections > MOST_CORRECTIONS) throw error;
      offset = expected === bytes.size ? bytes.size - 1 : expected;
    }
  }
}

/** Where the server wants to go on; 0 where it knows nothing of the photo. */
async function findOffset(photo: LocalPhoto, record: KeptRecord, way: Way): Promise<number> {
  try {
    const { headers } = await ask(way.fetch, { method: "HEAD", path: pathOf(photo), headers: headersOf(record, way), isSignedIn: way.session !== null, seconds: 30 });
    const offset = Number(headers.get("Upload-Offset") ?? 0);
    return Number.isSafeInteger(offset) && offset >= 0 && offset <= photo.size ? offset : 0;
  } catch (error) {
    // The refusal of a HEAD has no body to tell whose it is; what is said to the next part will.
    if (error instanceof Problem && (error.status === 404 || error.status === 403)) return 0;
    throw error;
  }
}

const pathOf = (photo: LocalPhoto) => `/api/v1/photos/${photo.id}`;

async function question(photo: LocalPhoto, body: Blob, record: KeptRecord, way: Way, headers: Record<string, string>): Promise<Question> {
  return {
    method: "PUT",
    path: pathOf(photo),
    headers: { ...headersOf(record, way), ...deviceHeaders(photo), "Content-Type": photo.mediaType, ...headers },
    body,
    isSignedIn: way.session !== null,
    seconds: 60 + body.size / SLOWEST_BYTES_A_SECOND,
  };
}

/** What this phone says beside the photo, right or wrong: the server holds it against its own clock. */
function deviceHeaders(photo: LocalPhoto): Record<string, string> {
  const said: Record<string, string> = { "Device-Sent-At": new Date().toISOString(), "Device-Taken-At": photo.takenAt };
  const { position } = photo;
  if (position === null) return said;
  said["Device-Latitude"] = String(position.latitude);
  said["Device-Longitude"] = String(position.longitude);
  if (position.accuracy_metres != null) said["Device-Accuracy"] = String(Math.min(position.accuracy_metres, 1_000_000));
  said["Device-Datum"] = position.datum ?? "wgs84";
  return said;
}
