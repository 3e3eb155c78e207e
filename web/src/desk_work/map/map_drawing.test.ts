import { describe, expect, it } from "vitest";

import { clustered } from "./clusters";
import { groupedBy, hullOf } from "./hull";
import { freePlace, labelBox, overlap } from "./labels";

const spot = (longitude: number, latitude: number) => ({ latitude, longitude });

describe("an area's outline", () => {
  it("goes around its communities and leaves those inside it out", () => {
    const square = [spot(0, 0), spot(2, 0), spot(2, 2), spot(0, 2)];
    expect(hullOf([...square, spot(1, 1), spot(1, 0)])).toEqual([spot(0, 0), spot(2, 0), spot(2, 2), spot(0, 2)]);
  });

  it("is a line or a point where there are no three communities", () => {
    expect(hullOf([spot(1, 1)])).toEqual([spot(1, 1)]);
    expect(hullOf([])).toEqual([]);
  });
});

describe("names", () => {
  it("overlap where they share room, not where they only touch", () => {
    expect(overlap(labelBox(100, 100, "南门居委会"), labelBox(130, 110, "北门居委会"))).toBe(true);
    expect(overlap(labelBox(100, 100, "南门居委会"), labelBox(100, 120, "北门居委会"))).toBe(false);
  });
});

describe("a name's place", () => {
  it("is the middle, or the nearest one that covers no pin; none where all is taken", () => {
    const pin = { x: 80, y: 80, width: 40, height: 40 };
    expect(freePlace(100, 100, "城桥镇", [])).toEqual(labelBox(100, 100, "城桥镇"));
    const moved = freePlace(100, 100, "城桥镇", [pin]);
    expect(moved === null || overlap(moved, pin)).toBe(false);
    expect(freePlace(100, 100, "城桥镇", [{ x: 0, y: 0, width: 300, height: 300 }])).toBeNull();
  });
});

describe("groups", () => {
  it("keep everything, in the order in which it came", () => {
    expect([...groupedBy(["b1", "a1", "b2"], (each) => each.slice(0, 1))]).toEqual([["b", ["b1", "b2"]], ["a", ["a1"]]]);
  });
});

describe("clusters", () => {
  it("join what shares a square of the screen and nothing else; no point is lost", () => {
    const points = [
      { x: 5, y: 5, id: "a" },
      { x: 9, y: 7, id: "b" },
      { x: 60, y: 5, id: "c" },
    ];
    const found = clustered(points, 40);
    expect(found.map((each) => each.members.map((member) => member.id))).toEqual([["a", "b"], ["c"]]);
    expect(found[0]).toMatchObject({ x: 7, y: 6 });
  });

  it("are never nearer than a pin is wide, whatever square their points lie in", () => {
    const points = [38, 42, 79, 81, 160].map((x) => ({ x, y: 40 + (x % 7) }));
    const found = clustered(points, 40);
    expect(found.flatMap((each) => each.members)).toHaveLength(points.length);
    for (const one of found) for (const other of found) if (one !== other) expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThanOrEqual(40);
  });
});
