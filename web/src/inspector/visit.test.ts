import { describe, expect, it } from "vitest";

import type { Sheet, SheetItem } from "./sheet";
import { allMissing, answersOf, itemOfField, missingOf, newVisit, nextMissing, photosMissing, photosWanted, progressOf, sectionState, withResult, type Answer } from "./visit";

const NOW = new Date("2026-11-21T10:00:00+08:00");
const NO_PHOTOS = () => 0;

function item(code: string, change: Partial<SheetItem> = {}): SheetItem {
  return {
    code,
    criterion: { zh: code, en: code },
    problem: null,
    hint: null,
    clauses: [],
    shows: null,
    photos: "on_fail",
    minPhotos: 1,
    note: "never",
    countsOccurrences: false,
    isVeto: false,
    applies: true,
    isCertain: true,
    reason: { zh: "", en: "" },
    ...change,
  };
}

function sheet(...items: SheetItem[][]): Sheet {
  const sections = items.map((each, place) => ({ code: `S${place}`, name: { zh: "", en: "" }, items: each, left: [] }));
  return { communityId: "c", communityName: "", versionId: "v", checklistCode: "x", number: 1, name: { zh: "", en: "" }, sections };
}

function answered(...given: [SheetItem, Answer["result"], Partial<Answer>?][]): Map<string, Answer> {
  return new Map(given.map(([each, result, change]) => [each.code, { ...withResult(undefined, each, result, NOW, null), ...change }]));
}

describe("what an item still lacks", () => {
  it("is an answer, before all else", () => {
    expect(missingOf(item("FIRE-01"), undefined, 0).map((each) => each.kind)).toEqual(["answer"]);
  });

  it("is as many photos as the worksheet asks of a fail, those on the phone counted", () => {
    const two = item("FIRE-01", { minPhotos: 2 });
    const fail = withResult(undefined, two, "fail", NOW, null);
    expect(missingOf(two, fail, 0)).toMatchObject([{ kind: "photos", count: 2 }]);
    expect(missingOf(two, fail, 1)).toMatchObject([{ kind: "photos", count: 1 }]);
    expect(missingOf(two, { ...fail, photo_ids: ["stored"] }, 1)).toEqual([]);
  });

  it("is told in photos, all items together, beside the count of answers", () => {
    const [two, one] = [item("FIRE-01", { minPhotos: 2 }), item("FIRE-02", { minPhotos: 1 })];
    const fail = withResult(undefined, two, "fail", NOW, null);
    expect(photosMissing([...missingOf(two, fail, 0), ...missingOf(one, fail, 0), ...missingOf(one, undefined, 0)])).toBe(3);
    expect(photosMissing(missingOf(one, fail, 1))).toBe(0);
  });

  it("is a photo of what passes too, where the item asks always, but never of what does not apply", () => {
    const always = item("FIRE-04", { photos: "always", isCertain: false });
    expect(photosWanted(always, "pass")).toBe(1);
    expect(photosWanted(always, "not_applicable")).toBe(0);
    expect(photosWanted(item("FIRE-05", { photos: "never", minPhotos: 1 }), "fail")).toBe(0);
  });

  it("is a note of more than blanks", () => {
    const told = item("CORR-01", { photos: "never", note: "on_fail" });
    const fail = withResult(undefined, told, "fail", NOW, null);
    expect(missingOf(told, { ...fail, note: "  " }, 0).map((each) => each.kind)).toEqual(["note"]);
    expect(missingOf(told, { ...fail, note: "三楼纸箱" }, 0)).toEqual([]);
    expect(missingOf(told, withResult(undefined, told, "pass", NOW, null), 0)).toEqual([]);
  });

  it("is the count of places, where the item deducts by it", () => {
    const counted = item("CORR-02", { photos: "never", countsOccurrences: true });
    const fail = withResult(undefined, counted, "fail", NOW, null);
    expect(missingOf(counted, { ...fail, occurrences: null }, 0).map((each) => each.kind)).toEqual(["occurrences"]);
  });
});

describe("choosing a result", () => {
  const counted = item("CORR-02", { countsOccurrences: true });

  it("counts one place for a fail and none for anything else, as the server takes it", () => {
    const fail = withResult(undefined, counted, "fail", NOW, null);
    expect(fail.occurrences).toBe(1);
    expect(withResult({ ...fail, occurrences: 4 }, counted, "pass", NOW, null).occurrences).toBeNull();
    expect(withResult({ ...fail, occurrences: 4 }, counted, "fail", NOW, null).occurrences).toBe(4);
  });

  it("keeps note, place and photos of the answer before", () => {
    const before = { ...withResult(undefined, counted, "fail", NOW, null), note: "纸箱", building: "3号楼", photo_ids: ["p"] };
    expect(withResult(before, counted, "pass", NOW, null)).toMatchObject({ result: "pass", note: "纸箱", building: "3号楼", photo_ids: ["p"] });
  });

  it("keeps the earlier position where none is known now", () => {
    const here = { latitude: 31.6, longitude: 121.4, datum: "wgs84" as const, accuracy_metres: 10 };
    const before = withResult(undefined, counted, "fail", NOW, here);
    expect(withResult(before, counted, "pass", NOW, null).position).toEqual(here);
  });
});

describe("a visit's progress", () => {
  const [a, b, c] = [item("A-01"), item("B-01", { minPhotos: 2 }), item("B-02")];
  const whole = sheet([a], [b, c]);
  const answers = answered([a, "pass"], [b, "fail"]);

  it("counts answers of the items asked, and what failed", () => {
    expect(progressOf([a, b, c], answers)).toEqual({ answered: 2, total: 3, failed: 1 });
    expect(progressOf([a], answered([item("Z-01"), "pass"]))).toEqual({ answered: 0, total: 1, failed: 0 });
  });

  it("tells open sections from those that only lack evidence", () => {
    expect(whole.sections.map((each) => sectionState(each, answers, NO_PHOTOS))).toEqual(["done", "open"]);
    const all = new Map([...answers, ...answered([c, "pass"])]);
    expect(whole.sections.map((each) => sectionState(each, all, NO_PHOTOS))).toEqual(["done", "lacking"]);
    expect(whole.sections.map((each) => sectionState(each, all, (code) => (code === "B-01" ? 2 : 0)))).toEqual(["done", "done"]);
  });

  it("names all that is missing in the order of the checklist", () => {
    expect(allMissing(whole, answers, NO_PHOTOS).map((each) => `${each.item.code} ${each.kind} ${each.count}`)).toEqual(["B-01 photos 2", "B-02 answer 1"]);
  });

  it("leads to the next item that lacks something, and around again", () => {
    expect(nextMissing(whole, answers, NO_PHOTOS, null)?.code).toBe("B-01");
    expect(nextMissing(whole, answers, NO_PHOTOS, "B-01")?.code).toBe("B-02");
    expect(nextMissing(whole, answers, NO_PHOTOS, "B-02")?.code).toBe("B-01");
    expect(nextMissing(sheet([a]), answers, NO_PHOTOS, null)).toBeNull();
  });
});

describe("a new visit", () => {
  it("begins now, empty, in its round", () => {
    expect(newVisit(sheet([item("A-01")]), "round", NOW)).toMatchObject({ community_id: "c", checklist_version_id: "v", round_id: "round", started_at: "2026-11-21T02:00:00.000Z", answers: [] });
    expect(answersOf(newVisit(sheet([]), null, NOW)).size).toBe(0);
  });
});

it("a problem's field names its item", () => {
  expect(itemOfField("answers.FIRE-04.photo_ids")).toBe("FIRE-04");
  expect(itemOfField("answers.BARRIER-01.note")).toBe("BARRIER-01");
  expect(itemOfField("started_at")).toBeNull();
});
