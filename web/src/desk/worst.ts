/** What to mend first: the items with the most failing pairs. Pure. */
import type { Schemas } from "@/api/client";

import { failingOf } from "./figures";

/** The most failing pairs first, of equal ones the lower rate; items that fail nowhere are not among them. */
export function worstItems(rows: readonly Schemas["Breakdown"][], most: number): Schemas["Breakdown"][] {
  return rows
    .filter((each) => failingOf(each.item_rate) > 0)
    .sort((one, other) => failingOf(other.item_rate) - failingOf(one.item_rate) || (one.item_rate.value ?? 1) - (other.item_rate.value ?? 1))
    .slice(0, most);
}
