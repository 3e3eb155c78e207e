import { describe, expect, it } from "vitest";

import { absenceOf, aimOf, changeOf, gapOf, percent, shadeOf, standingOf, wholePercent, type Target } from "./figures";

describe("per cent", () => {
  it("is cut, so that nothing reads as reached that is not", () => {
    expect(percent(0.89999)).toBe("89.9");
    expect(percent(0.7996)).toBe("79.9");
    expect(percent(1999 / 2500)).toBe("79.9");
    expect(wholePercent(0.7996)).toBe("79");
    expect(percent(0.99999)).toBe("99.9");
    expect(percent(21905 / 25353)).toBe("86.4");
  });
  it("keeps exact shares whole, whatever binary fractions make of them", () => {
    for (let each = 0; each <= 1000; each += 1) expect(Number(percent(each / 1000))).toBe(each / 10);
  });
});

describe("a rate below its target", () => {
  it("never reads as one that has reached it, by one pair in ten million", () => {
    for (const target of [0.8, 0.9, 0.95, 1]) {
      for (const of of [3, 7, 211, 25_353, 9_999_999]) {
        const most = Math.ceil(target * of - 1e-9) - 1;
        if (most < 0) continue;
        expect(Number(percent(most / of))).toBeLessThan(target * 100);
        expect(Number(wholePercent(most / of))).toBeLessThan(target * 100);
      }
    }
  });
});

describe("a rate that is not there", () => {
  const absent = (unassessed: number, stale: number) => absenceOf({ value: null, excluded: { unassessed, stale, not_applicable: 4 } });
  it("says whether nobody looked, all is out of date, or nothing applies", () => {
    expect(absent(1, 2)).toBe("unassessed");
    expect(absent(0, 2)).toBe("stale");
    expect(absent(0, 0)).toBe("not_applicable");
    expect(absenceOf({ value: 0, excluded: { unassessed: 1, stale: 0, not_applicable: 0 } })).toBeNull();
  });
  it("looks other where nothing applies than where nobody looked", () => {
    expect(shadeOf(null, 0.9, "not_applicable")).toBe("out");
    expect(shadeOf(null, 0.9, "unassessed")).toBe("none");
  });
});

describe("where a rate stands", () => {
  it("is below its target by the least", () => {
    expect(standingOf(0.8999, 0.9)).toBe("below");
    expect(standingOf(0.9, 0.9)).toBe("reached");
  });
  it("is told as unassessed before anything else, and judged by no target that nobody set", () => {
    expect(standingOf(null, 0.9)).toBe("unassessed");
    expect(standingOf(0.3, null)).toBe("untold");
  });
});

describe("the colour scale", () => {
  it("gets stronger with the distance from the target", () => {
    expect([0.65, 0.75, 0.85, 0.9, 0.95, 1].map((each) => shadeOf(each, 0.9))).toEqual(["below-3", "below-2", "below-1", "reached-1", "reached-2", "reached-2"]);
  });
  it("judges nothing without a target", () => {
    expect([0.2, 0.6, 0.8, 0.95].map((each) => shadeOf(each, null))).toEqual(["plain-1", "plain-2", "plain-3", "plain-4"]);
  });
  it("has a colour of its own for what nobody assessed", () => {
    expect(shadeOf(null, 0.9)).toBe("none");
    expect(shadeOf(0, 0.9)).toBe("below-3");
  });
});

describe("the change", () => {
  it("is in percentage points, with a direction", () => {
    expect(changeOf(0.864, 0.852)).toEqual({ direction: "up", points: "1.2" });
    expect(changeOf(0.5, 0.75)).toEqual({ direction: "down", points: "25.0" });
  });
  it("is none where it would read as 0.0", () => {
    expect(changeOf(0.8004, 0.8)).toEqual({ direction: "same", points: "0.0" });
  });
  it("cannot be told without both", () => {
    expect(changeOf(0.8, null)).toBeNull();
    expect(changeOf(null, 0.8)).toBeNull();
  });
});

describe("the gap to a target", () => {
  it("adds up with the rate as it is shown", () => {
    expect(gapOf(20735 / 23683, 0.9)).toBe("2.5");
    expect(gapOf(0.8999, 0.9)).toBe("0.1");
  });
});

describe("the target of a figure", () => {
  const target = (change: Partial<Target>): Target => ({ metric: "item_rate", checklist: "civilised_community", indicator: null, item: null, value: 0.9, ...change }) as Target;
  const targets = [target({}), target({ indicator: "CORRIDORS", value: 0.8 }), target({ checklist: "owners_committee", item: "GOV-01", value: 0.95 })];
  const asked = { metric: "item_rate", checklist: "civilised_community", indicator: null, item: null } as const;

  it("is its own where there is one", () => {
    expect(aimOf(targets, asked)).toEqual({ target: targets[0], isOfWhole: false });
    expect(aimOf(targets, { ...asked, indicator: "CORRIDORS" })).toEqual({ target: targets[1], isOfWhole: false });
    expect(aimOf(targets, { ...asked, checklist: "owners_committee", indicator: "FORMATION", item: "GOV-01" })?.target.value).toBe(0.95);
  });
  it("else the checklist's, and says so", () => {
    expect(aimOf(targets, { ...asked, indicator: "PACT" })).toEqual({ target: targets[0], isOfWhole: true });
  });
  it("is never borrowed for the community rate or from another checklist", () => {
    expect(aimOf(targets, { ...asked, metric: "community_rate" })).toBeNull();
    expect(aimOf(targets, { ...asked, checklist: "fire_safety", indicator: "ESCAPE" })).toBeNull();
  });
});
