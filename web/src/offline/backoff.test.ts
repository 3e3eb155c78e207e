import { describe, expect, it } from "vitest";

import { isOver, waitOf, waitSeconds } from "./backoff";

describe("waiting", () => {
  it("doubles up to five minutes", () => {
    const waits = [0, 1, 2, 3, 7, 8, 30].map((tries) => waitSeconds(tries, null, 1));
    expect(waits).toEqual([2, 4, 8, 16, 256, 300, 300]);
  });

  it("is spread by chance, by half of it at most", () => {
    expect(waitSeconds(3, null, 0)).toBe(8);
    expect(waitSeconds(3, null, 0.5)).toBe(12);
  });

  it("never ends before the server asked, and is never longer than an hour for its sake", () => {
    for (const chance of [0, 0.5, 1]) {
      expect(waitSeconds(0, 120, chance)).toBeGreaterThanOrEqual(120);
      expect(waitSeconds(0, 1e9, chance)).toBeLessThanOrEqual(3961);
    }
  });

  it("is over at its time, and as soon as a clock that was set back would make it longer than it was meant", () => {
    const wait = waitOf("network", 10, 1_000_000);
    expect(isOver(wait, 1_009_999)).toBe(false);
    expect(isOver(wait, 1_010_000)).toBe(true);
    expect(isOver(wait, 999_999)).toBe(true);
    expect(isOver(wait, 0)).toBe(true);
    expect(isOver(null, 0)).toBe(true);
  });

  it("for somebody to sign in ends by that alone", () => {
    expect(isOver({ reason: "sign_in", seconds: null, until: null }, Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});
