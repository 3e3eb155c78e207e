import { describe, expect, it } from "vitest";

import { periodBefore, periodOf } from "./period";

const TODAY = "2026-11-21";

describe("a period", () => {
  it("is the last thirty days where the address names none, or nonsense", () => {
    const last = { from: "2026-10-23", to: TODAY };
    for (const query of [{}, { from: "x", to: "y" }, { to: "2026-12-01" }]) expect(periodOf(query, TODAY)).toEqual(last);
  });
  it("is what the address names", () => {
    expect(periodOf({ from: "2026-09-01", to: "2026-09-30" }, TODAY)).toEqual({ from: "2026-09-01", to: "2026-09-30" });
  });
  it("does not end before it begins", () => {
    expect(periodOf({ from: "2026-09-30", to: "2026-09-01" }, TODAY)).toEqual({ from: "2026-08-03", to: "2026-09-01" });
  });
  it("follows one of the same length", () => {
    expect(periodBefore({ from: "2026-09-01", to: "2026-09-30" })).toEqual({ from: "2026-08-02", to: "2026-08-31" });
    expect(periodBefore({ from: "2026-01-01", to: "2026-01-01" })).toEqual({ from: "2025-12-31", to: "2025-12-31" });
  });
});
