/** What the case list is asked for, as it stands in the address: a link reproduces the view. Pure. */
import type { LocationQuery } from "vue-router";

import type { Schemas } from "@/api/client";

export type State = Schemas["CaseLine"]["state"];

export const STATES: readonly State[] = ["reported", "verifying", "filed", "dispatched", "handling", "handled", "suspended", "closed", "not_filed", "merged", "force_closed"];
export const LOOPS = ["self", "micro", "small", "large"] as const;
export const ORIGINS = ["resident", "inspection", "hotline", "staff"] as const;
export const APPEALS = ["pending", "granted", "rejected"] as const;

export interface CaseFilter {
  area: string | null;
  community_id: string | null;
  state: State[];
  loop: string | null;
  origin: string | null;
  item_code: string | null;
  organisation_id: string | null;
  appeal: string | null;
  overdue: boolean;
  pending_request: boolean;
  joint_office: boolean;
  from: string | null;
  to: string | null;
  text: string;
}

const WORDS = ["area", "community_id", "item_code", "organisation_id"] as const;
const FLAGS = ["overdue", "pending_request", "joint_office"] as const;
const DAYS = ["from", "to"] as const;

function first(value: LocationQuery[string] | undefined): string | null {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || one === null || one === "" ? null : one;
}

const oneOf = (value: string | null, known: readonly string[]): string | null => (value !== null && known.includes(value) ? value : null);

/** What an address asks for; what nobody could mean (a state that there is not, no day) is left out. */
export function filterOf(query: LocationQuery): CaseFilter {
  const states = [query["state"] ?? []].flat();
  const words = Object.fromEntries(WORDS.map((name) => [name, first(query[name])]));
  const flags = Object.fromEntries(FLAGS.map((name) => [name, first(query[name]) === "true"]));
  const days = Object.fromEntries(DAYS.map((name) => [name, /^\d{4}-\d{2}-\d{2}$/.test(first(query[name]) ?? "") ? first(query[name]) : null]));
  return {
    ...(words as Pick<CaseFilter, (typeof WORDS)[number]>),
    ...(flags as Pick<CaseFilter, (typeof FLAGS)[number]>),
    ...(days as Pick<CaseFilter, (typeof DAYS)[number]>),
    state: STATES.filter((each) => states.includes(each)),
    loop: oneOf(first(query["loop"]), LOOPS),
    origin: oneOf(first(query["origin"]), ORIGINS),
    appeal: oneOf(first(query["appeal"]), APPEALS),
    text: (first(query["text"]) ?? "").slice(0, 100),
  };
}

/** The address of a filter: only what it says, so that the plain list has a plain address. The server takes the same names. */
export function queryOf(filter: Partial<CaseFilter>): Record<string, string | string[]> {
  const said: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(filter)) {
    if (value === null || value === undefined || value === "" || value === false) continue;
    if (Array.isArray(value)) {
      if (value.length > 0) said[name] = value;
    } else said[name] = value === true ? "true" : String(value);
  }
  return said;
}

/** The same as one text, for links to files. */
export function searchOf(filter: Partial<CaseFilter>, more: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams(more);
  for (const [name, value] of Object.entries(queryOf(filter))) for (const each of [value].flat()) params.append(name, each);
  return params.toString();
}
