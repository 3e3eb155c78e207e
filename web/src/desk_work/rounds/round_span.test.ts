import { describe, expect, it } from "vitest";

import { roundSpan } from "./round_span";

describe("when a round runs", () => {
  it("is told in days where both ends have the same clock time", () => {
    expect(roundSpan("2026-11-27T08:47:00+08:00", "2026-12-17T08:47:00+08:00", "zh-CN")).toBe("2026年11月27日 – 2026年12月17日");
  });
  it("is told with its times where they differ", () => {
    expect(roundSpan("2026-11-27T08:00:00+08:00", "2026-11-27T17:30:00+08:00", "zh-CN")).toMatch(/08:00 – .*17:30$/);
  });
});
