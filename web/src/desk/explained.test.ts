import { describe, expect, it } from "vitest";

import { byCommunity, casesDueBefore, isFoundAgain, nextDeadline, photosOf, type Row } from "./explained";

const row = (community: string, item: string, change: Partial<Row> = {}): Row =>
  ({ community: { id: community, code: community, name: community, area_code: "3" }, item: { code: item }, cases: [], answers: [], ...change }) as Row;
const behind = (change: Partial<Row["cases"][number]>): Row["cases"][number] =>
  ({ id: "c", number: "1", state: "handling", loop: "self", organisation: "o", deadline_at: null, photos: [], title: "", building: "", place: "", opened_at: null, ...change }) as Row["cases"][number];

describe("explained pairs", () => {
  it("stand together by community, over the seam of two pages", () => {
    const groups = byCommunity([row("a", "1"), row("b", "1"), row("a", "2")]);
    expect(groups.map((each) => [each.community.id, each.rows.map((one) => one.item?.code)])).toEqual([
      ["a", ["1", "2"]],
      ["b", ["1"]],
    ]);
  });

  it("are due at the earliest deadline of a case that is not over, whatever its zone", () => {
    const cases = [behind({ deadline_at: "2026-11-22T09:00:00+08:00" }), behind({ deadline_at: "2026-11-22T00:30:00Z" }), behind({ state: "closed", deadline_at: "2026-11-01T00:00:00Z" })];
    expect(nextDeadline(row("a", "1", { cases }))).toBe("2026-11-22T00:30:00Z");
    expect(nextDeadline(row("a", "1"))).toBeNull();
  });

  it("say when a later check found the same, and which cases were due before the failing began", () => {
    const since = "2026-11-20T10:00:00+08:00";
    const cases = [behind({ id: "old", deadline_at: "2026-11-09T17:00:00+08:00" }), behind({ id: "new", deadline_at: "2026-11-23T17:00:00+08:00" }), behind({ state: "closed", deadline_at: "2026-11-01T00:00:00Z" }), behind({})];
    const failing = row("a", "1", { status: "fail", since, cases });
    expect(casesDueBefore(failing).map((each) => each.id)).toEqual(["old"]);
    expect(isFoundAgain(failing, since)).toBe(false);
    expect(isFoundAgain(failing, "2026-11-20T02:00:01Z")).toBe(true);
    expect(casesDueBefore({ ...failing, status: "not_applicable" })).toEqual([]);
  });

  it("show each photo once, with what the case says of it", () => {
    const photo = (photo_id: string) => ({ photo_id, thumbnail_url: `/${photo_id}/thumbnail`, display_url: `/${photo_id}/display` });
    const cases = [behind({ photos: [{ ...photo("p"), id: "p", kind: "report" }, { ...photo("q"), id: "q", kind: "after" }] })];
    const answers = [{ photos: [photo("p"), photo("r")] }] as Row["answers"];
    expect(photosOf(row("a", "1", { cases, answers })).map((each) => [each.id, each.kind, each.thumbnailUrl])).toEqual([
      ["p", "report", "/p/thumbnail"],
      ["q", "after", "/q/thumbnail"],
      ["r", "inspection", "/r/thumbnail"],
    ]);
  });
});
