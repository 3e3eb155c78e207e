import { describe, expect, it } from "vitest";

import { byDistance, metresBetween, placeOf, roundedDistance } from "./nearness";

const NANMEN = { latitude: 31.6207, longitude: 121.412 };

describe("distances", () => {
  it("are those of a globe: a hundredth of a degree north is 1112 metres, east is less", () => {
    expect(metresBetween(NANMEN, { latitude: 31.6307, longitude: 121.412 })).toBeCloseTo(1111.95, 1);
    expect(metresBetween(NANMEN, { latitude: 31.6207, longitude: 121.422 })).toBeCloseTo(946.9, 0);
    expect(metresBetween(NANMEN, NANMEN)).toBe(0);
  });

  it("put the nearest first and what has no place last, in its own order", () => {
    const things = [
      { name: "nowhere", place: null },
      { name: "far", place: { latitude: 31.7, longitude: 121.4 } },
      { name: "nowhere either", place: null },
      { name: "near", place: { latitude: 31.621, longitude: 121.412 } },
    ];
    expect(byDistance(things, NANMEN, (each) => each.place).map((each) => each.thing.name)).toEqual(["near", "far", "nowhere", "nowhere either"]);
    expect(byDistance(things, null, (each) => each.place).map((each) => each.thing.name)).toEqual(things.map((each) => each.name));
  });

  it("are said to ten metres, then to a tenth of a kilometre", () => {
    expect(roundedDistance(3)).toEqual({ unit: "m", value: 10 });
    expect(roundedDistance(124)).toEqual({ unit: "m", value: 120 });
    expect(roundedDistance(999)).toEqual({ unit: "km", value: 1 });
    expect(roundedDistance(1440)).toEqual({ unit: "km", value: 1.4 });
    expect(roundedDistance(12_300)).toEqual({ unit: "km", value: 12 });
  });

  it("need both halves of a position", () => {
    expect(placeOf({ latitude: 31, longitude: null })).toBeNull();
    expect(placeOf(null)).toBeNull();
    expect(placeOf({ latitude: 0, longitude: 0 })).toEqual({ latitude: 0, longitude: 0 });
  });
});
