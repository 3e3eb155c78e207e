/** Whether what a case was opened for is still found. Pure. */
import type { Schemas } from "@/api/client";

/** Steps by which somebody finds the problem, or finds it again. */
const FOUND = new Set(["open", "join", "verify", "rework", "reopen"]);

/** An inspection was corrected and no longer finds it, and nobody has found it since: somebody has to decide about the case. */
export function isFindingWithdrawn({ state, events }: Pick<Schemas["Case"], "state" | "events">): boolean {
  if (["closed", "not_filed", "merged", "force_closed"].includes(state)) return false;
  return events.findLast((each) => each.action === "finding_withdrawn" || FOUND.has(each.action))?.action === "finding_withdrawn";
}
