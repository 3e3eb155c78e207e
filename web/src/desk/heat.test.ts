import { describe, expect, it } from "vitest";

import type { Figures } from "./figures";
import { inChunks, orderedPlaces, stepFrom, type HeatPlace } from "./heat";

const place = (key: string, value: number | null): HeatPlace => ({ kind: "area", key, name: key, figures: { value } as Figures, communities: null, cells: new Map() });

describe("the places of a heat table", () => {
  const places = [place("a", 0.9), place("b", null), place("c", 0), place("d", 0.5)];
  it("stand as the server orders them or the lowest first, either way the unassessed last", () => {
    expect(orderedPlaces(places, "code").map((each) => each.key)).toEqual(["a", "c", "d", "b"]);
    expect(orderedPlaces(places, "lowest").map((each) => each.key)).toEqual(["c", "d", "a", "b"]);
    expect(places.map((each) => each.key)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("the keyboard in a heat table", () => {
  it("walks by arrows and stops at the edges", () => {
    expect(stepFrom({ row: 0, column: 0 }, "ArrowUp", 3, 4)).toEqual({ row: 0, column: 0 });
    expect(stepFrom({ row: 0, column: 0 }, "ArrowDown", 3, 4)).toEqual({ row: 1, column: 0 });
    expect(stepFrom({ row: 2, column: 3 }, "ArrowRight", 3, 4)).toEqual({ row: 2, column: 3 });
    expect(stepFrom({ row: 2, column: 3 }, "Home", 3, 4)).toEqual({ row: 2, column: 0 });
    expect(stepFrom({ row: 2, column: 1 }, "End", 3, 4)).toEqual({ row: 2, column: 3 });
  });
  it("leaves every other key alone", () => expect(stepFrom({ row: 0, column: 0 }, "Enter", 3, 4)).toBeNull());
});

describe("a heat table on paper", () => {
  it("is cut into runs that fit, as even as they can be, nothing lost", () => {
    const places = [...Array(13).keys()];
    expect(inChunks(places, 12).map((each) => each.length)).toEqual([7, 6]);
    expect(inChunks(places, 12).flat()).toEqual(places);
    expect(inChunks(places, 13).map((each) => each.length)).toEqual([13]);
    expect(inChunks([], 12)).toEqual([]);
  });
});
