import { describe, expect, it } from "vitest";

import { currentRounds, daysCovered, mine, offersOf, pairOf, sheetName, sheetsNeeded, type CaseFile, type Round } from "./provisions";

const NOW = new Date("2026-11-21T10:00:00+08:00");

function round(change: Partial<Round>): Round {
  return { id: "r", starts_at: "2026-11-20T08:00:00+08:00", ends_at: "2026-11-23T17:00:00+08:00", cancelled_at: null, assignments: [], ...change } as unknown as Round;
}

describe("rounds taken along", () => {
  it("are those under way, soonest end first, without what was called off or is long over", () => {
    const rounds = [round({ id: "later", ends_at: "2026-11-30T17:00:00+08:00" }), round({ id: "off", cancelled_at: "2026-11-20T10:00:00+08:00" }), round({ id: "over", ends_at: "2026-11-10T17:00:00+08:00" }), round({ id: "soon" })];
    expect(currentRounds(rounds, NOW).map((each) => each.id)).toEqual(["soon", "later"]);
  });

  it("cover the days to the last end, today included", () => {
    expect(daysCovered([round({})], NOW)).toBe(3);
    expect(daysCovered([round({ ends_at: "2026-11-21T23:00:00+08:00" })], NOW)).toBe(1);
    expect(daysCovered([round({ ends_at: "2026-11-20T23:00:00+08:00" })], NOW)).toBe(0);
    expect(daysCovered([], NOW)).toBe(0);
  });

  it("hold what is mine and what nobody was given, not what others were", () => {
    const assignments = [{ inspector: { id: "me" } }, { inspector: null }, { inspector: { id: "other" } }] as Round["assignments"];
    expect(mine(round({ assignments }), "me")).toHaveLength(2);
  });
});

describe("worksheets on the phone", () => {
  it("are needed for rounds still worked on and for visits in the list, and for nothing else", () => {
    const rounds = [round({ checklist_version: { id: "v1" }, assignments: [{ community: { id: "a" } }, { community: { id: "b" } }] } as unknown as Partial<Round>)];
    const needed = sheetsNeeded(rounds, [{ checklist_version_id: "v0", community_id: "c" }, {}]);
    for (const each of [sheetName("v1", "a"), sheetName("v1", "b"), sheetName("v0", "c")]) expect(needed).toContain(each);
    expect(needed).not.toContain(sheetName("v0", "a"));
  });
});

describe("a case to check", () => {
  const photo = (photo_id: string, kind: string) => ({ photo_id, kind }) as CaseFile["photos"][number];
  const file = {
    after_photo_ids: ["second"],
    photos: [photo("report", "report"), photo("first", "after"), photo("second", "after")],
    actions: [
      { action: "check_pass", is_allowed: true },
      { action: "rework", is_allowed: false },
      { action: "force_close", is_allowed: true },
    ],
  } as unknown as CaseFile;

  it("offers what the server allows, and of that what a check is", () => {
    expect(offersOf(file).map((each) => each.action)).toEqual(["check_pass"]);
  });

  it("compares the problem with the last fix, not with an earlier one that did not hold", () => {
    const { before, after } = pairOf(file);
    expect(before.map((each) => each.photo_id)).toEqual(["report"]);
    expect(after.map((each) => each.photo_id)).toEqual(["second"]);
  });
});
