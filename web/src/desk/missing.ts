/** An address that names something that is not there, or not the asker's to see: the server answers both alike. Pure. */
import type { Problem } from "@/api/problems";

export type Missing = "area" | "community" | "checklist" | "indicator" | "item";

interface Sought {
  indicator: string | null;
  item: string | null;
  /** What each question was refused with; null while it is open or answered. */
  area?: Problem | null;
  community?: Problem | null;
  rates: Problem | null;
  /** Whether there is a checklist of this code; null until the checklists are known. */
  isChecklistKnown: boolean | null;
}

const isMissing = (problem: Problem | null | undefined): boolean => problem?.status === 404;

/** The widest thing first: under an area that is not there nothing else can be. */
export function missingOf(sought: Sought): Missing | null {
  if (isMissing(sought.area)) return "area";
  if (isMissing(sought.community)) return "community";
  if (sought.isChecklistKnown === false) return "checklist";
  if (isMissing(sought.rates) && sought.rates?.code === "unknown_item") return sought.item !== null ? "item" : "indicator";
  return null;
}
