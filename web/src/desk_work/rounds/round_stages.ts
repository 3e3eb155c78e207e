/** Where a round stands by its own window. Pure. */
import type { Schemas } from "@/api/client";

export const KINDS = ["routine", "assessment", "third_party", "reinspection"] as const;
export type Kind = (typeof KINDS)[number];
export type Stage = "coming" | "running" | "over" | "cancelled";

export function stageOf(round: Pick<Schemas["Round"], "starts_at" | "ends_at" | "cancelled_at">, now: Date): Stage {
  if (round.cancelled_at) return "cancelled";
  if (now < new Date(round.starts_at ?? 0)) return "coming";
  return now > new Date(round.ends_at ?? 0) ? "over" : "running";
}
