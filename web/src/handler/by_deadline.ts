/** The order in which a handler works: what is over first, then by the time left. Pure; now is handed in. */
import type { Schemas } from "@/api/client";
import { localDay } from "@/parts/times";

export type CaseLine = Schemas["CaseLine"];
export type Urgency = "overdue" | "today" | "later" | "waiting" | "suspended";
export interface Group {
  urgency: Urgency;
  cases: CaseLine[];
}

export const URGENCIES: readonly Urgency[] = ["overdue", "today", "later", "suspended", "waiting"];
/** What the organisation holds and has not finished; the rest is history. */
export const AT_HAND = ["dispatched", "handling", "suspended", "handled"] as const;

export function urgencyOf(line: CaseLine, now: Date): Urgency {
  if (line.state === "handled") return "waiting";
  if (line.state === "suspended") return "suspended";
  if (line.deadline_effective === null) return "later";
  if (new Date(line.deadline_effective) < now) return "overdue";
  return localDay(line.deadline_effective) === localDay(now) ? "today" : "later";
}

/** Groups in the order of their urgency, each by its deadline; what has none comes last. */
export function byDeadline(lines: readonly CaseLine[], now: Date): Group[] {
  const sorted = [...lines].sort((a, b) => (a.deadline_effective ?? "9").localeCompare(b.deadline_effective ?? "9") || a.number.localeCompare(b.number));
  return URGENCIES.map((urgency) => ({ urgency, cases: sorted.filter((each) => urgencyOf(each, now) === urgency) })).filter((each) => each.cases.length > 0);
}
