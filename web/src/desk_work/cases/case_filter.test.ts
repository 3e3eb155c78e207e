import { describe, expect, it } from "vitest";

import { filterOf, queryOf, searchOf } from "./case_filter";

describe("the case list's address", () => {
  it("gives back the filter it was made of", () => {
    const filter = { ...filterOf({}), area: "310151101", state: ["filed" as const, "handling" as const], overdue: true, from: "2026-11-01", text: "楼道" };
    const query = queryOf(filter);
    expect(query).toEqual({ area: "310151101", state: ["filed", "handling"], overdue: "true", from: "2026-11-01", text: "楼道" });
    expect(filterOf(query as never)).toEqual(filter);
  });

  it("is plain where nothing is filtered", () => {
    expect(queryOf(filterOf({}))).toEqual({});
  });

  it("leaves out what nobody could mean", () => {
    expect(queryOf(filterOf({ state: ["handling", "lost"], loop: "huge", from: "yesterday", overdue: "1" }))).toEqual({ state: ["handling"] });
  });

  it("reads one state that stands alone", () => {
    expect(filterOf({ state: "closed" }).state).toEqual(["closed"]);
  });

  it("becomes a link to the same rows as a file", () => {
    expect(searchOf({ state: ["filed", "handled"], text: "3号楼" }, { format: "xlsx" })).toBe("format=xlsx&state=filed&state=handled&text=3%E5%8F%B7%E6%A5%BC");
  });
});
