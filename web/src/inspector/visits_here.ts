/** A round's communities with what this phone knows of their visits. Pure. */
import type { KeptRecord } from "@/offline/record_types";

import { mine, scoreName, type Assignment, type Provisions, type Round } from "./provisions";

export type VisitState = "open" | "draft" | "outgoing" | "stuck" | "delivered" | "elsewhere" | "done" | "missed";

export interface VisitLine {
  round: Round;
  assignment: Assignment;
  state: VisitState;
  record: KeptRecord<"inspection"> | null;
  /** A correction begun here and not handed in: what was submitted stands until it is. */
  correction: KeptRecord<"inspection"> | null;
  /** Answered of asked, of a draft on this phone. */
  answered: number;
  total: number | null;
  score: number | null;
}

type Inspections = readonly KeptRecord<"inspection">[];

/** The visits of a round that are mine: work begun here before what is untouched, what is done last. */
export function linesOf(round: Round, accountId: string, records: Inspections, along: Provisions): VisitLine[] {
  const lines = mine(round, accountId).map((assignment) => lineOf(round, assignment, records, along));
  return lines.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

const ORDER: readonly VisitState[] = ["stuck", "draft", "elsewhere", "open", "missed", "outgoing", "delivered", "done"];

function lineOf(round: Round, assignment: Assignment, records: Inspections, along: Provisions): VisitLine {
  const record = recordOf(round.id, assignment.community.id, records);
  const total = record?.own["total"];
  return {
    round,
    assignment,
    record,
    correction: records.find((each) => isOf(each, round.id, assignment.community.id) && isBegunCorrection(each)) ?? null,
    state: stateOf(assignment, record),
    answered: record?.content.answers?.length ?? 0,
    total: typeof total === "number" ? total : null,
    score: along.scores[scoreName(assignment.community.id, round.checklist_version.checklist_code)] ?? null,
  };
}

/** A correction that is still a draft: it changes nothing of the visit that it corrects. */
export const isBegunCorrection = (record: KeptRecord<"inspection">): boolean => record.state === "draft" && record.content.supersedes != null;

const isOf = ({ content }: KeptRecord<"inspection">, roundId: string, communityId: string): boolean => content.round_id === roundId && content.community_id === communityId;

/** The visit of this community in this round that was made on this phone; what is not yet sent goes before what is. */
function recordOf(roundId: string, communityId: string, records: Inspections): KeptRecord<"inspection"> | null {
  const own = records.filter((each) => isOf(each, roundId, communityId) && !isBegunCorrection(each));
  return own.find((each) => each.state !== "delivered") ?? own[0] ?? null;
}

function stateOf(assignment: Assignment, record: KeptRecord | null): VisitState {
  switch (record?.state) {
    case "draft":
      return "draft";
    case "refused":
    case "damaged":
      return "stuck";
    case "queued":
    case "sending":
    case "waiting":
      return "outgoing";
    case "delivered":
      return "delivered";
    default:
  }
  if (assignment.inspection_id !== null) return "done";
  if (assignment.status === "in_progress") return "elsewhere";
  return assignment.status === "missed" ? "missed" : "open";
}

export const isFinished = (state: VisitState) => state === "outgoing" || state === "delivered" || state === "done";
