/** Colour and mark of a case's state; never alone, its word stands beside it (texts: parts.state, parts.plainState). */
import type { Schemas } from "@/api/client";

export type CaseState = Schemas["CaseLine"]["state"];
export type Tone = "grey" | "blue" | "amber" | "green" | "red" | "violet";

export const TONES: Readonly<Record<CaseState, Tone>> = {
  reported: "grey",
  verifying: "grey",
  filed: "grey",
  dispatched: "blue",
  handling: "blue",
  handled: "amber",
  suspended: "violet",
  closed: "green",
  not_filed: "grey",
  merged: "grey",
  force_closed: "green",
};

export const MARKS: Readonly<Record<Tone, string>> = { grey: "○", blue: "◐", amber: "◎", green: "✓", red: "!", violet: "‖" };
