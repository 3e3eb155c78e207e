import { describe, expect, it } from "vitest";

import { exportAddress, fileName } from "./exports";

describe("an export", () => {
  it("asks for what the table shows", () => {
    expect(exportAddress("areas/310151101/compliance", "xlsx", { by: "item", checklist: "fire_safety", state: ["filed", "handling"] })).toBe(
      "/api/v1/exports/areas/310151101/compliance?format=xlsx&by=item&checklist=fire_safety&state=filed%2Chandling",
    );
  });
  it("takes a list's own address as it is, names that stand twice in it too", () => {
    expect(exportAddress("cases", "zip", "state=closed&state=handling")).toBe("/api/v1/exports/cases?format=zip&state=closed&state=handling");
  });
  it("is named as the server says, in Chinese too", () => {
    expect(fileName("attachment; filename=\"rates.xlsx\"; filename*=UTF-8''%E8%BE%BE%E6%A0%87%E7%8E%87.xlsx", "x")).toBe("达标率.xlsx");
    expect(fileName('attachment; filename="rates.csv"', "x")).toBe("rates.csv");
    expect(fileName(null, "rates.csv")).toBe("rates.csv");
  });
});
