/** The columns of the dispatch board and the order in them. Pure. */
import type { Schemas } from "@/api/client";

export type Line = Schemas["CaseLine"];
export type Column = "filed" | "dispatched" | "handling" | "handled" | "suspended";

export const COLUMNS: readonly Column[] = ["filed", "dispatched", "handling", "handled", "suspended"];

/** What is most pressing first: by the deadline that holds, then those without one, the oldest first. */
export function byUrgency(one: Line, other: Line): number {
  const [a, b] = [one.deadline_effective, other.deadline_effective];
  if (a !== null && b !== null && a !== b) return Date.parse(a) - Date.parse(b);
  if ((a === null) !== (b === null)) return a === null ? 1 : -1;
  return Date.parse(one.opened_at) - Date.parse(other.opened_at);
}

/** Lines by column, the most pressing first; what stands in no column is left out. */
export function columnsOf(lines: readonly Line[]): Record<Column, Line[]> {
  return Object.fromEntries(COLUMNS.map((column) => [column, lines.filter((each) => each.state === column).sort(byUrgency)])) as Record<Column, Line[]>;
}
