/** What a page of figures looks at, and how the address says it: a link reproduces the view. Pure; the composable is `use_view.ts`. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";

import { isDay } from "./days";

export type Measure = "items" | "communities";
export type Status = "pass" | "fail" | "stale" | "unassessed" | "not_applicable";

export const STATUSES: readonly Status[] = ["fail", "pass", "stale", "unassessed", "not_applicable"];
/** How far back a trend may look, in days. */
export const SPANS = [30, 90, 180, 365] as const;
export type Span = (typeof SPANS)[number];

/** Areas by their code, or the lowest rate first. */
export type Order = "code" | "lowest";
/** Failing pairs by who must act first, or community by community. */
export type Sequence = "deadline" | "community";

export interface View {
  /** null: the person's own area. */
  area: string | null;
  community: string | null;
  checklist: string;
  indicator: string | null;
  item: string | null;
  /** The figures at the end of this day; null: now. */
  asOf: string | null;
  measure: Measure;
  status: Status;
  span: Span;
  order: Order;
  sequence: Sequence;
}

/** The checklist that the policies' headline target (创城指标达标率) is about. */
export const FIRST_CHECKLIST = "civilised_community";

export const START: View = {
  area: null,
  community: null,
  checklist: FIRST_CHECKLIST,
  indicator: null,
  item: null,
  asOf: null,
  measure: "items",
  status: "fail",
  span: 90,
  order: "code",
  sequence: "deadline",
};

const CODE = /^[\w.-]{1,60}$/;

function text(query: LocationQuery, name: string): string | null {
  const found = query[name];
  return typeof found === "string" && CODE.test(found) ? found : null;
}

function among<T extends string | number>(known: readonly T[], asked: string | null, otherwise: T): T {
  return known.find((each) => String(each) === asked) ?? otherwise;
}

/** An address that somebody wrote by hand and got wrong shows the nearest sensible view, never an error page. */
export function viewOf(query: LocationQuery, today: string): View {
  const day = text(query, "as_of");
  return {
    area: text(query, "area"),
    community: text(query, "community"),
    checklist: text(query, "checklist") ?? START.checklist,
    indicator: text(query, "indicator"),
    item: text(query, "item"),
    asOf: day !== null && isDay(day) && day < today ? day : null,
    measure: among(["items", "communities"], text(query, "measure"), START.measure),
    status: among(STATUSES, text(query, "status"), START.status),
    span: among(SPANS, text(query, "days"), START.span),
    order: among(["code", "lowest"], text(query, "order"), START.order),
    sequence: among(["deadline", "community"], text(query, "sequence"), START.sequence),
  };
}

/** Only what differs from the start: short addresses, and one address for one view. */
export function queryOf(view: View): LocationQueryRaw {
  const query: LocationQueryRaw = {};
  if (view.area !== null) query["area"] = view.area;
  if (view.community !== null) query["community"] = view.community;
  if (view.checklist !== START.checklist) query["checklist"] = view.checklist;
  if (view.indicator !== null) query["indicator"] = view.indicator;
  if (view.item !== null) query["item"] = view.item;
  if (view.asOf !== null) query["as_of"] = view.asOf;
  if (view.measure !== START.measure) query["measure"] = view.measure;
  if (view.status !== START.status) query["status"] = view.status;
  if (view.span !== START.span) query["days"] = String(view.span);
  if (view.order !== START.order) query["order"] = view.order;
  if (view.sequence !== START.sequence) query["sequence"] = view.sequence;
  return query;
}

/** A change of view drops what the change makes meaningless: another checklist has other indicators and items. */
export function changed(view: View, change: Partial<View>): View {
  const next = { ...view, ...change };
  if (change.checklist !== undefined && change.checklist !== view.checklist) {
    next.indicator = change.indicator ?? null;
    next.item = change.item ?? null;
  }
  if (change.indicator !== undefined && change.indicator !== view.indicator && change.item === undefined) next.item = null;
  if (change.area !== undefined && change.area !== view.area && change.community === undefined) next.community = null;
  return next;
}
