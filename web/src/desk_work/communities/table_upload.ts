/** A table of communities, sent as the file itself; a refusal names every bad cell. */
import { signedFetch, type Schemas } from "@/api/client";
import { csrfToken } from "@/api/csrf";
import { problemOf, type Problem } from "@/api/problems";
import { language } from "@/app/language";

export interface BadCell {
  line: number;
  column: string;
  value: string;
  zh: string;
  en: string;
}

export async function importCommunities(file: File): Promise<Schemas["ImportOutcome"]> {
  // What a file is, its own bytes decide: browsers know too many names for tables.
  const headers = new Headers({ "Content-Type": "application/octet-stream", "Accept-Language": language() });
  const token = await csrfToken("csrf_access_token");
  if (token !== null) headers.set("X-CSRF-TOKEN", token);
  const response = await signedFetch(new Request("/api/v1/communities/imports", { method: "POST", headers, body: file, credentials: "same-origin" }));
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Schemas["ImportOutcome"];
}

export function badCellsOf(problem: Problem): BadCell[] {
  const cells = problem.members["bad_cells"];
  return Array.isArray(cells) ? (cells as BadCell[]) : [];
}

/** How many the file has; an answer lists so many at most. */
export function badCellCountOf(problem: Problem): number {
  const count = problem.members["bad_cell_count"];
  return typeof count === "number" ? count : badCellsOf(problem).length;
}
