/** One visit's answers: changed by taps, counted, and looked through for what is still missing. Pure.
 *
 * What an item demands is read from the worksheet (`SheetItem`); whether the visit is accepted is the server's to say.
 */
import type { Schemas } from "@/api/client";

import { itemsOf, type Demand, type Section, type Sheet, type SheetItem } from "./sheet";

export type Result = Schemas["PutAnswer"]["result"];
export type Answer = Omit<Schemas["PutAnswer"], "photo_ids"> & { photo_ids: string[] };
export type Visit = Omit<Schemas["PutInspection"], "answers"> & { answers: Answer[] };
export type Answers = ReadonlyMap<string, Answer>;
/** How many photos of an item lie on this phone; those that an answer names itself are at the server already. */
export type PhotoCount = (itemCode: string) => number;

export interface Progress {
  answered: number;
  total: number;
  failed: number;
}

export type MissingKind = "answer" | "photos" | "note" | "occurrences";

export interface Missing {
  item: SheetItem;
  kind: MissingKind;
  /** Photos that are still to be taken; 1 for everything else. */
  count: number;
}

export function newVisit(sheet: Sheet, roundId: string | null, now: Date): Visit {
  return {
    community_id: sheet.communityId,
    checklist_version_id: sheet.versionId,
    round_id: roundId,
    supersedes: null,
    status: "submitted",
    note: "",
    started_at: now.toISOString(),
    device_sent_at: null,
    answers: [],
  };
}

export function answersOf(visit: Visit): Map<string, Answer> {
  return new Map(visit.answers.map((each) => [each.item_code, each]));
}

/** The answer after a result was chosen. Photos, note and place stay: whoever mistapped has not lost them. */
export function withResult(before: Answer | undefined, item: SheetItem, result: Result, now: Date, position: Answer["position"]): Answer {
  const kept = before ?? { item_code: item.code, photo_ids: [], note: "", building: "", position: null };
  return {
    ...kept,
    result,
    observed_at: now.toISOString(),
    position: position ?? kept.position,
    // One place fails at least; the server takes a count with a fail only.
    occurrences: result === "fail" && item.countsOccurrences ? Math.max(1, before?.occurrences ?? 1) : null,
  };
}

export function isDemanded(demand: Demand, result: Result): boolean {
  if (result === "not_applicable") return false;
  return demand === "always" || (demand === "on_fail" && result === "fail");
}

export function photosWanted(item: SheetItem, result: Result): number {
  return isDemanded(item.photos, result) ? Math.max(1, item.minPhotos) : 0;
}

export function missingOf(item: SheetItem, answer: Answer | undefined, photosHere: number): Missing[] {
  if (answer === undefined) return [{ item, kind: "answer", count: 1 }];
  const found: Missing[] = [];
  const photos = photosWanted(item, answer.result) - answer.photo_ids.length - photosHere;
  if (photos > 0) found.push({ item, kind: "photos", count: photos });
  if (isDemanded(item.note, answer.result) && answer.note.trim() === "") found.push({ item, kind: "note", count: 1 });
  if (answer.result === "fail" && item.countsOccurrences && answer.occurrences === null) found.push({ item, kind: "occurrences", count: 1 });
  return found;
}

export function allMissing(sheet: Sheet, answers: Answers, photosHere: PhotoCount): Missing[] {
  return itemsOf(sheet).flatMap((each) => missingOf(each, answers.get(each.code), photosHere(each.code)));
}

/** How many required photos are still to be taken. */
export function photosMissing(missing: readonly Missing[]): number {
  return missing.reduce((sum, each) => sum + (each.kind === "photos" ? each.count : 0), 0);
}

export function progressOf(items: readonly SheetItem[], answers: Answers): Progress {
  const given = items.flatMap((each) => answers.get(each.code) ?? []);
  return { answered: given.length, total: items.length, failed: given.filter((each) => each.result === "fail").length };
}

export type SectionState = "open" | "lacking" | "done";

/** Whether a section has open items, only lacks evidence, or is whole. */
export function sectionState(section: Section, answers: Answers, photosHere: PhotoCount): SectionState {
  const missing = section.items.flatMap((each) => missingOf(each, answers.get(each.code), photosHere(each.code)));
  if (missing.some((each) => each.kind === "answer")) return "open";
  return missing.length > 0 ? "lacking" : "done";
}

/** The first item after `from` (or from the top) that still lacks something; wraps around. */
export function nextMissing(sheet: Sheet, answers: Answers, photosHere: PhotoCount, from: string | null): SheetItem | null {
  const items = itemsOf(sheet);
  const start = items.findIndex((each) => each.code === from) + 1;
  const turned = [...items.slice(start), ...items.slice(0, start)];
  return turned.find((each) => missingOf(each, answers.get(each.code), photosHere(each.code)).length > 0) ?? null;
}

/** The item that a problem of the server's speaks of: `answers.<item code>.<field>`, as it names them. */
export function itemOfField(field: string): string | null {
  return /^answers\.([A-Z]+-\d+)\./.exec(field)?.[1] ?? null;
}
