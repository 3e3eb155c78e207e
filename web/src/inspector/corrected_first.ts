/**
 * Two corrections of one visit, made on two phones: the second one is put upon the first, as the person sees and decides. What
 * only one of them changed is as that one has it; what both changed is as the second has it, with the first one's new photos.
 */
import type { KeptRecord } from "@/offline/record_types";
import { changeDraft, reopen } from "@/offline/records";

import { answerOf, changedItems, noteParts, noteWith, readStored, submittedThere, type StoredVisit } from "./correction";
import { answersOf, type Answer, type Visit } from "./visit";

type Before = Pick<Visit, "answers" | "note">;

/** What the server refused the correction for: another one of the same visit; null where that is not why. */
export function correctedBy(record: KeptRecord): string | null {
  const found = record.problem?.code === "already_superseded" ? record.problem.members["superseded_by"] : null;
  return typeof found === "string" ? found : null;
}

/** The newest revision, whoever made it and however many there are by now. */
export const readNewest = (supersededBy: string): Promise<StoredVisit> => readStored(supersededBy);

export interface Differences {
  theirs: string[];
  mine: string[];
  both: string[];
}

const before = (record: KeptRecord): Before => (record.own["before"] ?? { answers: [], note: "" }) as Before;
const prefixOf = (record: KeptRecord): string => String(record.own["notePrefix"] ?? "");

/** Which items each of them changed; `hasNewPhotos` tells of photos that lie on this phone only. */
export function differences(record: KeptRecord<"inspection">, newest: StoredVisit, hasNewPhotos: (code: string) => boolean): Differences {
  const was = before(record).answers;
  const theirs = changedItems(was, new Map(newest.answers.map((each) => [each.item_code, answerOf(each)])), () => false);
  const mine = changedItems(was, answersOf(record.content as Visit), hasNewPhotos);
  return { theirs, mine, both: mine.filter((each) => theirs.includes(each)) };
}

export const reasonOf = (record: KeptRecord, newest: StoredVisit): string => noteParts(prefixOf(record), newest.note).reason;

/** Answers put upon others that rest on the same ones. */
export function mergedAnswers(was: readonly Answer[], mine: readonly Answer[], theirs: readonly Answer[]): Answer[] {
  const byCode = (answers: readonly Answer[]) => new Map(answers.map((each) => [each.item_code, each]));
  const [old, own, other] = [byCode(was), byCode(mine), byCode(theirs)];
  const changed = new Set(changedItems(was, own, () => false));
  return [...new Set([...other.keys(), ...own.keys()])].flatMap((code) => {
    const [ownAnswer, otherAnswer] = [own.get(code), other.get(code)];
    if (!changed.has(code)) return otherAnswer ?? [];
    if (ownAnswer === undefined) return [];
    const added = (otherAnswer?.photo_ids ?? []).filter((each) => old.get(code)?.photo_ids.includes(each) !== true);
    return { ...ownAnswer, photo_ids: [...new Set([...ownAnswer.photo_ids, ...added])] };
  });
}

/** The note: the own reason first, then the other's; words that both wrote stand both. */
export function mergedNote(prefix: string, was: string, mine: string, theirs: string): string {
  const [own, other] = [noteParts(prefix, mine), noteParts(prefix, theirs)];
  // The server keeps no space at the end.
  const isAsBefore = (words: string): boolean => words.trim() === was.trim();
  const words = isAsBefore(own.words) ? other.words : isAsBefore(other.words) ? own.words : `${own.words}\n${other.words}`;
  return noteWith(prefix, own.reason, other.reason === "" ? words : noteWith(prefix, other.reason, words));
}

/** Make a draft again of the refused correction, upon the newest revision; returns the draft's id. */
export async function putUpon(record: KeptRecord<"inspection">, newest: StoredVisit): Promise<string> {
  const given = await submittedThere(newest, String(record.own["roundName"] ?? ""));
  const draft = await reopen(record.id);
  const visit = record.content as Visit;
  const content = (now: KeptRecord<"inspection">["content"]): KeptRecord<"inspection">["content"] => ({
    ...now,
    supersedes: newest.id,
    note: mergedNote(prefixOf(record), before(record).note, visit.note, newest.note),
    answers: mergedAnswers(before(record).answers, visit.answers, given.answers),
  });
  const own = {
    ...record.own,
    before: { answers: given.answers, note: given.note },
    pictures: { ...((record.own["pictures"] ?? {}) as Record<string, string>), ...given.pictures },
    // The visits before, whose pages lead here.
    corrects: [...((record.own["corrects"] ?? []) as string[]), visit.supersedes],
  };
  await changeDraft<"inspection">(draft, { content, own });
  return draft;
}
