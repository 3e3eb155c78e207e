import { describe, expect, it } from "vitest";

import { columnsOf, type Line } from "./board";

const line = (id: string, state: Line["state"], due: string | null, opened = "2026-11-20T10:00:00+08:00") => ({ id, state, deadline_effective: due, opened_at: opened }) as Line;

describe("the dispatch board", () => {
  it("puts what is due first on top, whatever offset its time is written in, and what has no deadline last", () => {
    const found = columnsOf([
      line("late", "handling", "2026-11-25T17:00:00+08:00"),
      line("none", "handling", null),
      line("soon", "handling", "2026-11-25T08:30:00Z"),
    ]);
    expect(found.handling.map((each) => each.id)).toEqual(["soon", "late", "none"]);
  });

  it("has no place for what is over", () => {
    const found = columnsOf([line("closed", "closed", null), line("filed", "filed", null)]);
    expect(Object.values(found).flat().map((each) => each.id)).toEqual(["filed"]);
  });
});
