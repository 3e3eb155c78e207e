/** Failing and left-out pairs as people read them: community by community. Pure. */
import type { Schemas } from "@/api/client";

export type Row = Schemas["ExplainedRow"];

export interface CommunityRows {
  community: Schemas["ComplianceCommunity"];
  rows: Row[];
}

/** Rows come by community already; what belongs together is put together, also over the seam of two pages. */
export function byCommunity(rows: readonly Row[]): CommunityRows[] {
  const groups = new Map<string, CommunityRows>();
  for (const row of rows) {
    const group = groups.get(row.community.id);
    if (group === undefined) groups.set(row.community.id, { community: row.community, rows: [row] });
    else group.rows.push(row);
  }
  return [...groups.values()];
}

/** The earliest deadline of a case that is not over; null where no case has one. */
export function nextDeadline(row: Row): string | null {
  const open = row.cases.filter((each) => each.deadline_at !== null && each.state !== "closed" && each.state !== "force_closed");
  return open.map((each) => each.deadline_at as string).sort((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null;
}

/** The photos behind a row, each once: those of its cases first, for they say what became of it. */
export function photosOf(row: Row): { id: string; kind: string }[] {
  const found = new Map<string, { id: string; kind: string }>();
  for (const each of row.cases.flatMap((behind) => behind.photos)) if (!found.has(each.id)) found.set(each.id, { id: each.id, kind: each.kind });
  for (const answer of row.answers) for (const id of answer.photo_ids) if (!found.has(id)) found.set(id, { id, kind: "inspection" });
  return [...found.values()];
}
