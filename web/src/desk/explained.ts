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

const isOver = (state: string | null): boolean => state === "closed" || state === "force_closed";

/** A failing item that a later check found failing again: it fails since before that check. */
export function isFoundAgain(row: Row, observedAt: string): boolean {
  return row.status === "fail" && row.since !== null && Date.parse(observedAt) > Date.parse(row.since);
}

/** Open cases that were due before the present failing began: the item had another status meanwhile, or the case came to it later. */
export function casesDueBefore(row: Row): Row["cases"] {
  const { since } = row;
  if (row.status !== "fail" || since === null) return [];
  return row.cases.filter((each) => each.deadline_at !== null && !isOver(each.state) && Date.parse(each.deadline_at) < Date.parse(since));
}

/** The earliest deadline of a case that is not over; null where no case has one. */
export function nextDeadline(row: Row): string | null {
  const open = row.cases.filter((each) => each.deadline_at !== null && !isOver(each.state));
  return open.map((each) => each.deadline_at as string).sort((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null;
}

export interface Evidence {
  id: string;
  /** What it is: reported, verified, after …; of an inspection's answer. */
  kind: string;
  thumbnailUrl: string;
  displayUrl: string;
}

/** The photos behind a row, each once: those of its cases first, for they say what became of it. */
export function photosOf(row: Row): Evidence[] {
  const found = new Map<string, Evidence>();
  const add = (photo: { photo_id: string; thumbnail_url: string; display_url: string }, kind: string): void => {
    if (!found.has(photo.photo_id)) found.set(photo.photo_id, { id: photo.photo_id, kind, thumbnailUrl: photo.thumbnail_url, displayUrl: photo.display_url });
  };
  for (const each of row.cases.flatMap((behind) => behind.photos)) add(each, each.kind);
  for (const each of row.answers.flatMap((answer) => answer.photos ?? [])) add(each, "inspection");
  return [...found.values()];
}
