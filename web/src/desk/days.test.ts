import { describe, expect, it } from "vitest";

import { addDays, isDay, monthBefore, secondsTime } from "./days";

describe("days", () => {
  it("are known from what only looks like one", () => {
    expect(isDay("2028-02-29")).toBe(true);
    for (const wrong of ["2026-02-29", "2026-13-01", "2026-1-1", "today", ""]) expect(isDay(wrong), wrong).toBe(false);
  });
  it("are counted over months and years", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });
  it("have one a month before, the last where that month is shorter", () => {
    expect(monthBefore("2026-11-21")).toBe("2026-10-21");
    expect(monthBefore("2026-03-31")).toBe("2026-02-28");
    expect(monthBefore("2026-01-15")).toBe("2025-12-15");
  });
  it("have clocks in the place's time", () => expect(secondsTime(new Date("2026-11-21T02:32:05Z"))).toBe("10:32:05"));
});
