import { describe, expect, it } from "vitest";

import { isElsewhere, reasonsOf, worthOffering } from "./duplicates";

type Offers = Parameters<typeof worthOffering>[0];
const offer = (case_id: string, item_code: string | null, distance_m: number | null, score: number) => ({ case_id, item_code, distance_m, score }) as Offers[number];

describe("possible duplicates", () => {
  it("of the same category come before nearer ones that nobody has categorised; far ones of unknown category are left out", () => {
    const offers = [offer("near unknown", null, 10, 0.9), offer("same", "CORR-01", 120, 0.6), offer("far unknown", null, 200, 0.5)];
    expect(worthOffering(offers, "CORR-01").map((each) => each.case_id)).toEqual(["same", "near unknown"]);
  });

  it("of a case without a category are its neighbours only", () => {
    const offers = [offer("other corner", "FIRE-01", 180, 0.6), offer("same building", "CORR-01", null, 0.7), offer("next door", "CORR-03", 40, 0.8), ...["d", "e"].map((id) => offer(id, null, 50, 0.3))];
    expect(worthOffering(offers, null).map((each) => each.case_id)).toEqual(["next door", "same building", "d"]);
  });

  it("of a case without a category stand in no other building; with the same category they may", () => {
    const file = { item_code: null, building: "3号楼" };
    expect([isElsewhere(file, { building: "5号楼" }), isElsewhere(file, { building: "" }), isElsewhere({ ...file, item_code: "CORR-01" }, { building: "5号楼" })]).toEqual([true, false, false]);
  });

  it("say why they are offered", () => {
    const file = { item_code: "CORR-01", building: "3号楼", opened_at: "2026-11-20T08:00:00Z" };
    expect(reasonsOf(file, { offer: { distance_m: 20 }, file: { ...file, opened_at: "2026-11-17T08:00:00Z" } })).toEqual([{ name: "sameCategory" }, { name: "building" }, { name: "metres", metres: 20 }, { name: "days", days: 3 }]);
    expect(reasonsOf({ ...file, item_code: null }, { offer: { distance_m: null }, file: { ...file, building: "" } })).toEqual([{ name: "noCategory" }, { name: "sameDay" }]);
    expect(reasonsOf(file, { offer: { distance_m: 20 }, file: { ...file, item_code: "CORR-02" } })[0]).toEqual({ name: "sameGroup" });
  });
});
