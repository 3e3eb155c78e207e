/** Possible duplicates of a case with their files, for their photos and numbers; which are worth offering, and why. */
import { answer, api, type Schemas } from "@/api/client";
import { DAY_MS } from "@/parts/times";

import type { CaseFile } from "./action_form";

type Offer = Schemas["Duplicate"];

export interface Duplicate {
  offer: Offer;
  file: CaseFile;
}

/** What speaks for two cases being one problem; `days` apart, `metres` away. */
export interface Reason {
  name: "sameCategory" | "sameGroup" | "noCategory" | "building" | "metres" | "sameDay" | "days";
  metres?: number;
  days?: number;
}

/** While nobody has said what a case is about, only its closest neighbours may be the same: nearer than a building is long. */
const NEAR_M = 60;
const FEW = 3;

/**
 * The offers that are worth a look, the likeliest first. Pure.
 *
 * The server offers cases of the same category, of its kin, and those whose category is unknown. The same category comes first, then
 * what is likelier by place and time. A case without a category resembles everything around it, so of its offers only
 * those stay that are at most 60 m away or in the same building, and three at most.
 */
export function worthOffering(offers: readonly Offer[], itemCode: string | null): Offer[] {
  const near = (each: Offer): boolean => each.distance_m === null || each.distance_m <= NEAR_M;
  const isSame = (each: Offer): boolean => itemCode !== null && each.item_code === itemCode;
  const worth = offers.filter((each) => isSame(each) || near(each)).sort((one, other) => Number(isSame(other)) - Number(isSame(one)) || other.score - one.score);
  return itemCode === null ? worth.slice(0, FEW) : worth;
}

/** Why a case is offered as the same problem as this one. Pure. */
export function reasonsOf(file: Pick<CaseFile, "item_code" | "building" | "opened_at">, { offer, file: other }: { offer: Pick<Offer, "distance_m">; file: Pick<CaseFile, "item_code" | "building" | "opened_at"> }): Reason[] {
  const days = Math.round(Math.abs(Date.parse(file.opened_at) - Date.parse(other.opened_at)) / DAY_MS);
  const found: Reason[] = [{ name: file.item_code === null || other.item_code === null ? "noCategory" : file.item_code === other.item_code ? "sameCategory" : "sameGroup" }];
  if (file.building !== "" && file.building === other.building) found.push({ name: "building" });
  if (offer.distance_m !== null) found.push({ name: "metres", metres: offer.distance_m });
  found.push(days === 0 ? { name: "sameDay" } : { name: "days", days });
  return found;
}

/** Whether the buildings that two cases name speak against one problem; a position on a phone is no better than the house next door. Pure. */
export function isElsewhere(file: Pick<CaseFile, "item_code" | "building">, other: Pick<CaseFile, "building">): boolean {
  return file.item_code === null && file.building !== "" && other.building !== "" && file.building !== other.building;
}

export async function duplicatesOf(file: Pick<CaseFile, "id" | "item_code" | "building">): Promise<Duplicate[]> {
  const found = await answer(api.GET("/api/v1/cases/{case_id}/duplicates", { params: { path: { case_id: file.id } } }));
  const offered = await Promise.all(
    worthOffering(found.items, file.item_code).map(async (offer) => ({
      offer,
      file: await answer(api.GET("/api/v1/cases/{case_id}", { params: { path: { case_id: offer.case_id } } })),
    })),
  );
  return offered.filter((each) => !isElsewhere(file, each.file));
}
