/** Checking a case: what a verdict still needs before it can be handed in, and what is sent. Pure. */
import type { Schemas } from "@/api/client";

import { placeOf, type Place } from "./nearness";
import type { CaseFile, CheckAction, CommunityAlong } from "./provisions";

/** 修好了 · 没修好 · 属实 · 不属实 */
export type Verdict = "fixed" | "not_fixed" | "found" | "not_found";

const ACTIONS: Readonly<Record<Verdict, CheckAction>> = { fixed: "check_pass", not_fixed: "rework", found: "verify", not_found: "verify" };
export const actionOf = (verdict: Verdict): CheckAction => ACTIONS[verdict];

type Offer = Schemas["CaseOffer"];

/** The verdicts that the server lets this person give on this case now. */
export function verdictsOf(offers: readonly Offer[]): Verdict[] {
  const may = (action: CheckAction) => offers.some((each) => each.action === action && each.is_allowed);
  return (["fixed", "not_fixed", "found", "not_found"] as const).filter((each) => may(actionOf(each)));
}

export interface CheckMade {
  verdict: Verdict;
  reason: string;
  seen: readonly string[];
  photos: number;
}

export type CheckNeed = "seen" | "reason" | "photos";

/** What the offer's `needs` still lack. */
export function lackingOf(made: CheckMade, offers: readonly Offer[], file: Pick<CaseFile, "after_photo_ids">): CheckNeed[] {
  const needs = offers.find((each) => each.action === actionOf(made.verdict))?.needs ?? [];
  const lacking: CheckNeed[] = [];
  if (needs.includes("seen_photo_ids") && !file.after_photo_ids.every((each) => made.seen.includes(each))) lacking.push("seen");
  if (needs.includes("reason") && made.reason.trim() === "") lacking.push("reason");
  if (needs.includes("photo_ids") && made.photos === 0) lacking.push("photos");
  return lacking;
}

/** The action's body; its photos are named by whoever sends it. */
export function bodyOf(made: CheckMade, file: Pick<CaseFile, "after_photo_ids">): Partial<Schemas["CaseAction"]> {
  const body: Partial<Schemas["CaseAction"]> = { action: actionOf(made.verdict), reason: made.reason.trim() };
  if (made.verdict === "fixed") body.seen_photo_ids = [...file.after_photo_ids];
  if (made.verdict === "found" || made.verdict === "not_found") body.is_found = made.verdict === "found";
  return body;
}

/** Where a case is: its own position, else its community's. */
export function placeOfCase(file: Pick<CaseFile, "latitude" | "longitude" | "community">, communities: readonly CommunityAlong[]): Place | null {
  return placeOf(file) ?? placeOf(communities.find((each) => each.id === file.community.id));
}
