import { describe, expect, it } from "vitest";

import type { KeptRecord, LocalPhoto } from "@/offline/record_types";

import { answerOf, changedItems, isRecent, noteParts, noteWith, submittedHere, type StoredVisit } from "./correction";
import type { Answer } from "./visit";

const answer = (item_code: string, change: Partial<Answer> = {}): Answer => ({ item_code, result: "pass", occurrences: null, note: "", building: "", observed_at: "2026-11-20T10:00:00Z", position: null, photo_ids: [], ...change });
const photo = (id: string, slot: string) => ({ id, slot, thumbnailUrl: `data:${id}` }) as LocalPhoto;

describe("a correction", () => {
  it("begins with every answer as it was, its photos named by what the server holds", () => {
    const record = { id: "v", title: "玉环新村", content: { community_id: "c", round_id: "r", note: "好", started_at: null, answers: [answer("FIRE-01"), answer("FIRE-02", { result: "fail", photo_ids: ["earlier"] })] }, own: { version: { id: "1", checklist_code: "fire", number: 2 }, pictures: { earlier: "data:earlier" } } };
    const given = submittedHere(record as unknown as KeptRecord<"inspection">, [photo("a", "answers.FIRE-02"), photo("b", "answers.FIRE-01")]);
    expect(given?.answers.map((each) => each.photo_ids)).toEqual([["b"], ["earlier", "a"]]);
    expect(given?.pictures).toEqual({ earlier: "data:earlier", a: "data:a", b: "data:b" });
    expect(given).toMatchObject({ id: "v", roundId: "r", note: "好" });
  });

  it("knows which items it changes: what they say, not when they were tapped", () => {
    const before = [answer("FIRE-01"), answer("FIRE-02"), answer("FIRE-03", { photo_ids: ["a"] }), answer("FIRE-04")];
    const now = new Map([answer("FIRE-01", { observed_at: "2026-11-21T10:00:00Z" }), answer("FIRE-02", { result: "fail", occurrences: 1 }), answer("FIRE-03"), answer("FIRE-04")].map((each) => [each.item_code, each]));
    expect(changedItems(before, now, () => false)).toEqual(["FIRE-02", "FIRE-03"]);
    expect(changedItems(before, now, (code) => code === "FIRE-04")).toEqual(["FIRE-02", "FIRE-03", "FIRE-04"]);
    now.delete("FIRE-01");
    expect(changedItems(before, now, () => false)).toContain("FIRE-01");
  });

  it("sends an answer of the server's again as it was", () => {
    const stored = { id: "x", item_code: "FIRE-01", result: "fail", occurrences: 2, note: "堵", building: "3号楼", observed_at: "2026-11-20T10:00:00+08:00", latitude: 31.6, longitude: 121.5, accuracy_metres: 8, photo_ids: ["p"], case_id: "k", is_case_joined: false } as unknown as StoredVisit["answers"][number];
    expect(answerOf(stored)).toEqual({ item_code: "FIRE-01", result: "fail", occurrences: 2, note: "堵", building: "3号楼", observed_at: "2026-11-20T10:00:00+08:00", position: { latitude: 31.6, longitude: 121.5, datum: "wgs84", accuracy_metres: 8 }, photo_ids: ["p"] });
    expect(answerOf({ ...stored, latitude: null } as never).position).toBeNull();
  });

  it("says its reason in the first line of the note, and finds it there again", () => {
    const note = noteWith("更正原因：", "看错了\n单元", "总体好\n第二行");
    expect(note).toBe("更正原因：看错了 单元\n总体好\n第二行");
    expect(noteParts("更正原因：", note)).toEqual({ reason: "看错了 单元", words: "总体好\n第二行" });
    // A correction of a correction keeps the first one's reason among its words.
    expect(noteParts("更正原因：", noteWith("更正原因：", "", note))).toEqual({ reason: "", words: note });
  });

  it("may be made for thirty days", () => {
    const now = new Date("2026-11-21T10:00:00Z");
    expect([isRecent("2026-10-23T10:00:00Z", now), isRecent("2026-10-21T10:00:00Z", now), isRecent(null, now)]).toEqual([true, false, false]);
  });
});
