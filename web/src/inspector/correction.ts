/** 更正: a submitted visit stands for ever; what was wrong in it is put right by another one that supersedes it and says why. */
import { answer, api, type Schemas } from "@/api/client";
import { Problem } from "@/api/problems";
import type { KeptRecord, LocalPhoto } from "@/offline/record_types";
import { startDraft } from "@/offline/records";
import { DAY_MS } from "@/parts/times";

import { itemsOf } from "./sheet";
import { sheetFor } from "./take_along";
import type { Told } from "./told";
import type { Answer, Visit } from "./visit";

/** As long as a delivered visit stays in the phone's list; later ones are for the desk to look at. */
export const CORRECTABLE_DAYS = 30;
const MOST_REVISIONS = 20;

export type StoredVisit = Told<Schemas["ReviewedInspection"]>;

/** A visit as the server holds it: what a correction begins with. */
export interface Submitted {
  id: string;
  communityId: string;
  communityName: string;
  version: { id: string; checklist_code: string; number: number };
  roundId: string | null;
  roundName: string;
  startedAt: string | null;
  note: string;
  answers: Answer[];
  /** Small pictures of the photos that it names, by their ids; "" where there is none at hand. */
  pictures: Record<string, string>;
}

/** The visit as this phone made and sent it; null where the row does not say which version it rests on. */
export function submittedHere(record: KeptRecord<"inspection">, photos: readonly LocalPhoto[]): Submitted | null {
  const visit = record.content as Visit;
  const version = record.own["version"] as Submitted["version"] | undefined;
  if (version === undefined) return null;
  const earlier = (record.own["pictures"] ?? {}) as Record<string, string>;
  return {
    id: record.id,
    communityId: visit.community_id,
    communityName: record.title,
    version,
    roundId: visit.round_id ?? null,
    roundName: String(record.own["roundName"] ?? ""),
    startedAt: visit.started_at ?? null,
    note: visit.note ?? "",
    answers: visit.answers.map((each) => ({ ...each, photo_ids: [...each.photo_ids, ...photos.filter((photo) => photo.slot === `answers.${each.item_code}`).map((photo) => photo.id)] })),
    pictures: { ...earlier, ...Object.fromEntries(photos.map((each) => [each.id, each.thumbnailUrl])) },
  };
}

/** A visit of one's own from the server, in its newest revision. */
export async function readStored(id: string): Promise<StoredVisit> {
  let found = await read(id);
  for (let revisions = 0; found.superseded_by !== null && revisions < MOST_REVISIONS; revisions += 1) found = await read(found.superseded_by);
  return found;
}

async function read(id: string): Promise<StoredVisit> {
  return (await answer(api.GET("/api/v1/inspections/{inspection_id}", { params: { path: { inspection_id: id } } }))) as StoredVisit;
}

/** What the server holds, as a correction begins with it; its small pictures come along. */
export async function submittedThere(stored: StoredVisit, roundName: string): Promise<Submitted> {
  const pictures = await Promise.all(stored.photos.map(async (each) => [each.photo_id, await pictureOf(each.thumbnail_url)] as const));
  return {
    id: stored.id,
    communityId: stored.community.id,
    communityName: stored.community.name,
    version: stored.checklist_version,
    roundId: stored.round_id,
    roundName,
    startedAt: stored.started_at,
    note: stored.note,
    answers: stored.answers.map(answerOf),
    pictures: Object.fromEntries(pictures),
  };
}

/** An answer as it is sent again: unchanged ones say the same as before, to the second. */
export function answerOf(stored: StoredVisit["answers"][number]): Answer {
  const { item_code, occurrences, note, building, observed_at, latitude, longitude, accuracy_metres, photo_ids } = stored;
  const position = latitude === null || longitude === null ? null : { latitude, longitude, datum: "wgs84" as const, accuracy_metres };
  return { item_code, result: stored.result as Answer["result"], occurrences, note, building, observed_at, position, photo_ids };
}

async function pictureOf(address: string): Promise<string> {
  try {
    const response = await fetch(address);
    if (!response.ok || !(response.headers.get("Content-Type") ?? "").startsWith("image/")) return "";
    return await dataAddress(await response.blob());
  } catch {
    // A picture less is no reason not to correct; the photo itself stays where it is.
    return "";
  }
}

function dataAddress(picture: Blob): Promise<string> {
  return new Promise((settle) => {
    const reader = new FileReader();
    reader.onloadend = () => settle(typeof reader.result === "string" ? reader.result : "");
    reader.readAsDataURL(picture);
  });
}

export function isRecent(submittedAt: string | null, now: Date): boolean {
  return submittedAt !== null && now.getTime() - Date.parse(submittedAt) < CORRECTABLE_DAYS * DAY_MS;
}

/**
 * The note of a correction: the reason stands first, on a line of its own that begins with `prefix`; the API has no
 * other place for it, and whoever reads the visit reads it there.
 */
export function noteWith(prefix: string, reason: string, words: string): string {
  return `${prefix}${reason.replaceAll(/\s+/g, " ")}\n${words}`;
}

export function noteParts(prefix: string, note: string): { reason: string; words: string } {
  if (!note.startsWith(prefix)) return { reason: "", words: note };
  const [first = "", ...rest] = note.slice(prefix.length).split("\n");
  return { reason: first, words: rest.join("\n") };
}

/** Begin the correction as a draft with everything as it was; its id, or null where the worksheet is nowhere to be had. */
export async function beginCorrection(given: Submitted, accountId: string, prefix: string): Promise<string | null> {
  const sheet = await sheetFor(given.version, given.communityId);
  if (sheet === null) return null;
  const content: Visit = {
    community_id: given.communityId,
    checklist_version_id: given.version.id,
    round_id: given.roundId,
    supersedes: given.id,
    status: "submitted",
    note: noteWith(prefix, "", given.note),
    started_at: given.startedAt,
    device_sent_at: null,
    answers: given.answers,
  };
  const own = { version: given.version, total: itemsOf(sheet).length, roundName: given.roundName, checklist: sheet.name, pictures: given.pictures, notePrefix: prefix, before: { answers: given.answers, note: given.note } };
  const record = await startDraft("inspection", content, { owner: accountId, title: given.communityName, subject: given.communityId, own });
  return record.id;
}

/** The items whose answer is another than before, by their codes. */
export function changedItems(before: readonly Answer[], now: ReadonlyMap<string, Answer>, hasNewPhotos: (code: string) => boolean): string[] {
  const was = new Map(before.map((each) => [each.item_code, essence(each)]));
  const changed = [...now.values()].filter((each) => was.get(each.item_code) !== essence(each) || hasNewPhotos(each.item_code)).map((each) => each.item_code);
  return [...changed, ...[...was.keys()].filter((each) => !now.has(each))];
}

/** What an answer says; when and where it was tapped is not it. */
function essence({ result, occurrences, note, building, photo_ids }: Answer): string {
  return JSON.stringify([result, occurrences ?? null, note, building, photo_ids]);
}

/** A visit begun on another phone, as far as the server was told; null where there is none, or no network to ask over. */
export async function findBegunElsewhere(roundId: string, communityId: string): Promise<StoredVisit | null> {
  try {
    const page = await answer(api.GET("/api/v1/inspections", { params: { query: { round_id: roundId, community_id: communityId, status: "draft", limit: 1 } } }));
    const id = page.items?.[0]?.id;
    return id === undefined ? null : await read(id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return null;
  }
}
