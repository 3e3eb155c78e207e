import { describe, expect, it } from "vitest";

import type { Figures } from "./figures";
import { drawTrend, floorOf, weekly, type TrendPoint } from "./trend";

const figures = (value: number | null, low: number, high: number): Figures => ({ value, numerator: 1, denominator: 2, interval: value === null ? null : { low, high } }) as Figures;
const point = (on: string, value: number | null, communities: number | null = null): TrendPoint => ({
  on,
  items: figures(value, (value ?? 0) - 0.05, (value ?? 0) + 0.05),
  communities: figures(communities, 0, 1),
});
const WORDS = { items: "items", communities: "communities", interval: "interval", target: "target", none: "none", day: (day: string) => day, fraction: () => "1/2" };
const PALETTE = { ink: "#000", ink2: "#333", line: "#999", surface: "#fff", brand: "#080", blue: "#00f", red: "#f00", amber: "#850", grey: "#777" };

describe("a trend", () => {
  it("begins its axis at the ten below everything that it draws", () => {
    expect(floorOf([0.81, 0.9, null])).toBe(80);
    expect(floorOf([0.8, 0.9])).toBe(70);
    expect(floorOf([0.95, 0.66])).toBe(60);
    expect(floorOf([0.03])).toBe(0);
    expect(floorOf([null, undefined])).toBe(0);
  });

  it("is told in a row a week, the last day always among them", () => {
    expect(weekly([...Array(16).keys()])).toEqual([1, 8, 15]);
    expect(weekly([])).toEqual([]);
  });

  it("draws gaps where nothing was assessed, the band from interval to interval, and the target only where there is one", () => {
    const points = [point("2026-11-20", null), point("2026-11-21", 0.8)];
    const { series } = drawTrend(points, 0.9, WORDS, PALETTE) as { series: { name: string; data: unknown[]; markLine?: object }[] };
    expect(series.map((each) => each.name)).toEqual(["items-low", "items-band", "items"]);
    expect(series[0]?.data).toEqual([null, 75]);
    expect(series[1]?.data).toEqual([null, 10]);
    expect(series[2]?.data).toEqual([null, 80]);
    expect(series[2]?.markLine).toMatchObject({ data: [{ yAxis: 90 }] });
    expect(drawTrend([point("2026-11-21", 0.8, 0.4)], 0.9, WORDS, PALETTE)).toMatchObject({ grid: [{}, {}], xAxis: [{ gridIndex: 0 }, { gridIndex: 1 }] });
    const without = drawTrend(points, null, WORDS, PALETTE) as { series: { markLine?: object }[] };
    expect(without.series[2]?.markLine).toBeUndefined();
  });
});
