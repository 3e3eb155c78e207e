/** A case's history as its handler reads it: who did what, and to whom it was given. Pure. */
import type { Schemas } from "@/api/client";

type CaseFile = Schemas["Case"];

/** Steps that have words of their own (`handler.did`); of any other the state that it led to is told. */
export const TOLD = [
  "open", "join", "absorb", "release", "remind", "rate", "edit", "ask_verification", "verify", "file", "not_file", "merge", "unmerge", "dispatch", "start", "return",
  "reassign", "handle", "allow_after_photo", "extend", "approve_extension", "reject_extension", "suspend", "approve_suspension", "reject_suspension", "resume",
  "check_pass", "rework", "reopen", "force_close", "appeal", "decide_appeal", "move_loop",
] as const;
export type Told = (typeof TOLD)[number];

/** Steps that decide to whom it goes: their organisation is whom it went to, not who acted. */
const GIVEN_AWAY: readonly string[] = ["dispatch", "reassign"];

const SCORES = ["satisfied", "neutral", "dissatisfied"] as const;
export type Score = (typeof SCORES)[number];

export interface HistoryLine {
  seq: number;
  at: string;
  did: Told | null;
  state: CaseFile["state"];
  who: string | null;
  role: string;
  /** Where it was given to, for steps that give it away. */
  to: string | null;
  reason: string;
  /** What residents thought of it, where they said so. */
  score: Score | null;
}

/** The newest first. */
export function historyOf(file: Pick<CaseFile, "events">): HistoryLine[] {
  return file.events
    .map((each) => ({
      seq: each.seq,
      at: each.at,
      did: (TOLD as readonly string[]).includes(each.action) ? (each.action as Told) : null,
      state: each.to_state as CaseFile["state"],
      who: each.actor_name,
      role: each.role,
      to: GIVEN_AWAY.includes(each.action) ? (each.organisation?.name ?? null) : null,
      reason: each.reason,
      score: each.action === "rate" ? (SCORES.find((score) => score === each.data["score"]) ?? null) : null,
    }))
    .reverse();
}
