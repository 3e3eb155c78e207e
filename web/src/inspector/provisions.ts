/** What an inspector takes along for days without a network: its shapes, and what pages work out from it. Pure. */
import { DAY_MS, localDay } from "@/parts/times";

import type { Schemas } from "@/api/client";

import type { Bilingual } from "./sheet";
import type { Told } from "./told";

export type Round = Told<Schemas["RoundDetail"]>;
export type Assignment = Round["assignments"][number];
export type CaseFile = Schemas["Case"];

export interface CommunityAlong {
  id: string;
  name: string;
  address: string;
  areaCode: string;
  areaName: string;
  latitude: number | null;
  longitude: number | null;
  buildings: string[];
}

export interface ChecklistAlong {
  code: string;
  versionId: string;
  number: number;
  name: Bilingual;
  itemCount: number;
}

export interface CategoryAlong {
  code: string;
  group: string;
  name: Bilingual;
}

export interface Provisions {
  rounds: Round[];
  communities: CommunityAlong[];
  checklists: ChecklistAlong[];
  groups: { code: string; name: Bilingual }[];
  categories: CategoryAlong[];
  cases: CaseFile[];
  /** Scores of communities inspected, by community and checklist: `scoreName`. */
  scores: Record<string, number>;
}

export const NOTHING: Provisions = { rounds: [], communities: [], checklists: [], groups: [], categories: [], cases: [], scores: {} };

export const scoreName = (communityId: string, checklistCode: string) => `${communityId}/${checklistCode}`;
export const SHEETS = "inspector/sheet/";
export const PHOTOS = "inspector/photo/";
export const sheetName = (versionId: string, communityId: string) => `${SHEETS}${versionId}/${communityId}`;
export const provisionsName = (accountId: string) => `inspector/along/${accountId}`;
export const photoName = (photoId: string, size: "thumbnail" | "display") => `${PHOTOS}${photoId}/${size}`;

/** What a visit on this phone, sent or not, is read with. */
export interface SheetUse {
  checklist_version_id?: string;
  community_id?: string;
}

/** The worksheets to be kept: of rounds that still are worked on, and of every visit in this phone's list. */
export function sheetsNeeded(rounds: readonly Round[], visits: readonly SheetUse[]): Set<string> {
  return new Set([
    ...rounds.flatMap((round) => round.assignments.map((each) => sheetName(round.checklist_version.id, each.community.id))),
    ...visits.map((each) => sheetName(each.checklist_version_id ?? "", each.community_id ?? "")),
  ]);
}

/** A round's communities that are mine, or nobody's yet. */
export function mine(round: Round, accountId: string): Assignment[] {
  return round.assignments.filter((each) => each.inspector === null || each.inspector.id === accountId);
}

/** Rounds that one may work on now or soon, or that ended so lately that their late visits still come: soonest end first. */
export function currentRounds(rounds: readonly Round[], now: Date): Round[] {
  return rounds
    .filter((each) => each.cancelled_at === null && Date.parse(each.ends_at) > now.getTime() - 7 * DAY_MS)
    .sort((a, b) => a.ends_at.localeCompare(b.ends_at));
}

/** How many days of tasks, today included, lie in what was taken along. */
export function daysCovered(rounds: readonly Round[], now: Date): number {
  const last = rounds.map((each) => each.ends_at).filter((each) => Date.parse(each) >= now.getTime());
  if (last.length === 0) return 0;
  const latest = last.reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b));
  return Math.round((Date.parse(localDay(latest)) - Date.parse(localDay(now))) / DAY_MS) + 1;
}

/** The cases that this person may verify or check, as the server offers it. */
export function openChecks(cases: readonly CaseFile[]): CaseFile[] {
  return cases.filter((each) => offersOf(each).length > 0);
}

export type CheckAction = "check_pass" | "rework" | "verify";
const CHECKS: readonly string[] = ["check_pass", "rework", "verify"];

export function offersOf(file: CaseFile): (Schemas["CaseOffer"] & { action: CheckAction })[] {
  return file.actions.filter((each): each is Schemas["CaseOffer"] & { action: CheckAction } => each.is_allowed && CHECKS.includes(each.action));
}

/** The photo of the problem and those of its fix: what a check compares. */
export function pairOf(file: CaseFile): { before: CaseFile["photos"]; after: CaseFile["photos"] } {
  const after = file.photos.filter((each) => file.after_photo_ids.includes(each.photo_id));
  const before = file.photos.filter((each) => each.kind !== "after" && !file.after_photo_ids.includes(each.photo_id));
  return { before, after };
}
