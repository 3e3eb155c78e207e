import { describe, expect, it } from "vitest";

import { changed, queryOf, START, viewOf, type View } from "./view";

const TODAY = "2026-11-21";

describe("a view and its address", () => {
  it("say the same, there and back", () => {
    const view: View = {
      area: "310151101",
      community: "0199aa00-0000-7000-8000-000000000002",
      checklist: "fire_safety",
      indicator: "ESCAPE",
      item: "FIRE-03",
      asOf: "2026-10-31",
      measure: "communities",
      status: "stale",
      span: 365,
      order: "lowest",
      sequence: "community",
    };
    const query = queryOf(view);
    expect(query).toEqual({
      area: "310151101",
      community: "0199aa00-0000-7000-8000-000000000002",
      checklist: "fire_safety",
      indicator: "ESCAPE",
      item: "FIRE-03",
      as_of: "2026-10-31",
      measure: "communities",
      status: "stale",
      days: "365",
      order: "lowest",
      sequence: "community",
    });
    expect(viewOf(query as Record<string, string>, TODAY)).toEqual(view);
  });

  it("leave out what goes without saying", () => {
    expect(queryOf(START)).toEqual({});
    expect(viewOf({}, TODAY)).toEqual(START);
  });

  it("survive an address that somebody got wrong", () => {
    const wrong = { as_of: "2026-02-31", measure: "all", status: ["fail", "pass"], days: "7", order: "up", checklist: "a b<script>", area: "" };
    expect(viewOf(wrong, TODAY)).toEqual(START);
  });

  it("know neither tomorrow nor today as a past day", () => {
    expect(viewOf({ as_of: "2026-11-22" }, TODAY).asOf).toBeNull();
    expect(viewOf({ as_of: "2026-11-21" }, TODAY).asOf).toBeNull();
    expect(viewOf({ as_of: "2026-11-20" }, TODAY).asOf).toBe("2026-11-20");
  });
});

describe("changing a view", () => {
  const view: View = { ...START, indicator: "CORRIDORS", item: "CORR-01", community: "c" };
  it("drops indicator and item of another checklist", () => {
    expect(changed(view, { checklist: "fire_safety" })).toMatchObject({ indicator: null, item: null });
    expect(changed(view, { checklist: view.checklist })).toMatchObject({ indicator: "CORRIDORS", item: "CORR-01" });
  });
  it("drops the item of another indicator, unless it comes along", () => {
    expect(changed(view, { indicator: "PACT" }).item).toBeNull();
    expect(changed(view, { indicator: "PACT", item: "PACT-01" }).item).toBe("PACT-01");
  });
  it("drops the community of another area", () => {
    expect(changed(view, { area: "310151102" }).community).toBeNull();
  });
});
