/** What the pages of figures ask the server for. */
import { answer, api, type Schemas } from "@/api/client";

import { addDays } from "./days";
import type { Target } from "./figures";
import type { View } from "./view";

export interface Question {
  area: string;
  checklist: string;
  indicator: string | null;
  item: string | null;
  asOf: string | null;
}

export function questionOf(view: View, area: string): Question | null {
  if (area === "") return null;
  return { area, checklist: view.checklist, indicator: view.indicator, item: view.item, asOf: view.asOf };
}

/** A query's parameters without those that ask nothing. */
export function selection(asked: Omit<Question, "area">): { checklist: string; indicator?: string; item?: string; as_of?: string } {
  return {
    checklist: asked.checklist,
    ...(asked.indicator === null ? {} : { indicator: asked.indicator }),
    ...(asked.item === null ? {} : { item: asked.item }),
    ...(asked.asOf === null ? {} : { as_of: asked.asOf }),
  };
}

export function areaRates(asked: Question): Promise<Schemas["AreaCompliance"]> {
  return answer(api.GET("/api/v1/areas/{code}/compliance", { params: { path: { code: asked.area }, query: selection(asked) } }));
}

/** What to mend first: the items with the most failing pairs, with what is being done about them. */
export function worstItems(asked: Question, limit: number): Promise<Schemas["WorstItems"]> {
  return answer(api.GET("/api/v1/areas/{code}/compliance/worst", { params: { path: { code: asked.area }, query: { ...selection(asked), limit } } }));
}

/** What a series is asked for: `days` days up to the last, instead of one day. */
export function seriesSelection(asked: Omit<Question, "area">, last: string, days: number): ReturnType<typeof selection> & { from: string; to: string } {
  return { ...selection({ ...asked, asOf: null }), from: addDays(last, 1 - days), to: last };
}

export async function targetsOf(area: string, asOf: string | null): Promise<Target[]> {
  const query = asOf === null ? {} : { as_of: asOf };
  return (await answer(api.GET("/api/v1/areas/{code}/targets", { params: { path: { code: area }, query } }))).items;
}
