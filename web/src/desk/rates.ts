/** What the pages of figures ask the server for. */
import { answer, api, type Schemas } from "@/api/client";

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

type By = "indicator" | "item" | "child_area";

export function areaRates(asked: Question, by?: By): Promise<Schemas["AreaCompliance"]> {
  const query = { ...selection(asked), ...(by === undefined ? {} : { by }) };
  return answer(api.GET("/api/v1/areas/{code}/compliance", { params: { path: { code: asked.area }, query } }));
}

export function areaSeries(asked: Question, from: string, to: string): Promise<Schemas["AreaSeries"]> {
  const { checklist, indicator, item } = selection(asked);
  const query = { checklist, from, to, ...(indicator === undefined ? {} : { indicator }), ...(item === undefined ? {} : { item }) };
  return answer(api.GET("/api/v1/areas/{code}/compliance/series", { params: { path: { code: asked.area }, query } }));
}

export async function targetsOf(area: string, asOf: string | null): Promise<Target[]> {
  const query = asOf === null ? {} : { as_of: asOf };
  return (await answer(api.GET("/api/v1/areas/{code}/targets", { params: { path: { code: area }, query } }))).items;
}
