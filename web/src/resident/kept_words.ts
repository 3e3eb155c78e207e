/** What a record's state means to the person who made it: a headline and what happens next. */
import type { KeptRecord } from "@/offline/record_types";
import type { Tone } from "@/parts/case_states";

import { findCategory, type CategoryGroup } from "./categories";
import { spoken } from "./spoken";

type Told = "draft" | "queued" | "sending" | "waiting" | "refused" | "damaged" | "delivered";

export const KEPT_TONES: Readonly<Record<Told, Tone>> = { draft: "grey", queued: "amber", sending: "blue", waiting: "amber", refused: "red", damaged: "red", delivered: "green" };

interface Receipt {
  tracking_code?: unknown;
  is_following?: unknown;
}

export function trackingCodeOf(record: KeptRecord): string | null {
  const code = (record.receipt as Receipt | null)?.tracking_code;
  return typeof code === "string" ? code : null;
}

export function isFollowing(record: KeptRecord): boolean {
  return (record.receipt as Receipt | null)?.is_following === true;
}

/** A report's title in the language read now, where its category is known; else as it was when it was made. */
export function titleIn(record: Pick<KeptRecord, "kind" | "title" | "own" | "content">, language: string, groups: readonly CategoryGroup[]): string {
  const category = record.kind === "report" ? findCategory(groups, (record as KeptRecord<"report">).content.item_code) : null;
  const { categoryName, communityName } = record.own;
  if (category === null || typeof categoryName !== "string" || categoryName === "") return record.title;
  return [spoken(category.name, language), typeof communityName === "string" ? communityName : ""].filter((each) => each !== "").join(" · ");
}
