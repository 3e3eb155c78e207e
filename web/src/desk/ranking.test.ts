import { describe, expect, it } from "vitest";

import type { Figures } from "./figures";
import { isSurelyHigher, rank } from "./ranking";

/** Wilson's interval as the server computes it (checklists/intervals.py). */
function figures(numerator: number, denominator: number): Figures {
  const z = 1.959963984540054;
  const share = numerator / denominator;
  const weight = 1 + (z * z) / denominator;
  const centre = (share + (z * z) / (2 * denominator)) / weight;
  const margin = (z * Math.sqrt((share * (1 - share)) / denominator + (z * z) / (4 * denominator * denominator))) / weight;
  return {
    value: denominator === 0 ? null : share,
    numerator,
    denominator,
    excluded: { stale: 0, unassessed: 0, not_applicable: 0 },
    coverage: { value: 1, numerator: denominator, denominator },
    interval: denominator === 0 ? null : { low: numerator === 0 ? 0 : centre - margin, high: numerator === denominator ? 1 : centre + margin },
  };
}

describe("two rates", () => {
  it("agree with Newcombe's worked example: 56/70 and 48/80 differ by 0.0524 to 0.3339", () => {
    expect(isSurelyHigher(figures(56, 70), figures(48, 80))).toBe(true);
  });
  it("of few cases are not told apart", () => {
    expect(isSurelyHigher(figures(9, 10), figures(3, 10))).toBe(true);
    expect(isSurelyHigher(figures(9, 10), figures(7, 10))).toBe(false);
    expect(isSurelyHigher(figures(900, 1000), figures(700, 1000))).toBe(true);
  });
  it("are never told apart where one was not assessed", () => {
    expect(isSurelyHigher(figures(10, 10), figures(0, 0))).toBe(false);
  });
});

describe("a ranking", () => {
  const rows = { a: figures(950, 1000), b: figures(940, 1000), c: figures(500, 1000), d: figures(0, 0), e: figures(4, 5) };
  const ranked = rank(Object.entries(rows), ([, each]) => each);
  const of = (name: string) => ranked.find(({ row }) => row[0] === name);

  it("stands highest first, the unassessed last and without a rank", () => {
    expect(ranked.map(({ row }) => row[0])).toEqual(["a", "b", "e", "c", "d"]);
    expect(of("d")).toMatchObject({ best: null, worst: null, isTiedWithPrevious: false });
  });
  it("gives the span of ranks that each could have", () => {
    expect(of("a")).toMatchObject({ best: 1, worst: 3 });
    expect(of("b")).toMatchObject({ best: 1, worst: 3 });
    expect(of("c")).toMatchObject({ best: 3, worst: 4 });
    expect(of("e")).toMatchObject({ best: 1, worst: 4 });
  });
  it("says where an order is no order", () => {
    expect(of("b")?.isTiedWithPrevious).toBe(true);
    expect(of("a")?.isTiedWithPrevious).toBe(false);
  });
});
