/** Reading the heat table: the areas below, or the communities of the lowest area. */
import { answer, api, type Schemas } from "@/api/client";

import type { Heat, HeatPlace } from "./heat";
import { selection, type Question } from "./rates";

type Table = Schemas["ComplianceTable"];

/** Names are picked by the page, for its language may change while it shows. */
export type Named = { name_zh: string; name_en: string };

async function read(asked: Question, rows: "child_area" | "community"): Promise<Table> {
  const columns = asked.indicator === null && asked.item === null ? ("indicator" as const) : ("item" as const);
  const ask = (cursor: string | null) =>
    answer(
      api.GET("/api/v1/areas/{code}/compliance/table", {
        params: { path: { code: asked.area }, query: { ...selection(asked), rows, columns, limit: 200, ...(cursor === null ? {} : { cursor }) } },
      }),
    );
  const first = await ask(null);
  const found = [...first.rows];
  for (let cursor = first.next_cursor; cursor !== null; ) {
    const next: Table = await ask(cursor);
    found.push(...next.rows);
    cursor = next.next_cursor;
  }
  return { ...first, rows: found };
}

export async function loadHeat(asked: Question, nameOf: (column: Named) => string): Promise<Heat> {
  const areas = await read(asked, "child_area");
  const table = areas.rows.length > 0 ? areas : await read(asked, "community");
  return {
    lines: table.columns.map((each) => ({ code: each.code, name: nameOf(each), figures: each.item_rate })),
    places: table.rows.map(
      (each): HeatPlace => ({
        kind: each.community_id === null ? "area" : "community",
        key: each.community_id ?? each.code,
        name: each.name,
        figures: each.item_rate,
        communities: each.community_rate,
        cells: new Map(Object.entries(each.cells)),
      }),
    ),
  };
}
