/** Reading the heat table: one question per column, a few at a time, all of the same day. */
import type { Schemas } from "@/api/client";

import type { Heat, HeatRow } from "./heat";
import { areaRates, type Question } from "./rates";

const AT_ONCE = 6;

async function inTurns<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(things.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < things.length; at = next++) results[at] = await work(things[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, things.length) }, worker));
  return results;
}

export async function loadHeat(asked: Question, nameOf: (row: Schemas["Breakdown"]) => string): Promise<Heat> {
  const columnBy = asked.indicator === null && asked.item === null ? "indicator" : "item";
  const [columns, places] = await Promise.all([areaRates(asked, columnBy), areaRates(asked, "child_area")]);
  const byColumn = await inTurns(columns.rows, (column) =>
    areaRates({ ...asked, indicator: columnBy === "indicator" ? column.code : asked.indicator, item: columnBy === "item" ? column.code : null }, "child_area"),
  );
  return {
    columns: columns.rows.map((each) => ({ code: each.code, name: nameOf(each), figures: each.item_rate })),
    rows: places.rows.map(
      (place): HeatRow => ({
        kind: "area",
        key: place.code,
        name: nameOf(place),
        figures: place.item_rate,
        communities: place.community_rate,
        cells: new Map(
          columns.rows.flatMap((column, at) => {
            const found = byColumn[at]?.rows.find((each) => each.code === place.code);
            return found === undefined ? [] : [[column.code, found.item_rate] as const];
          }),
        ),
      }),
    ),
  };
}
