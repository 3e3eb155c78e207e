import { describe, expect, it } from "vitest";

import type { KeptRecord } from "@/offline/record_types";

import { correctedBy, differences, mergedAnswers, mergedNote } from "./corrected_first";
import type { StoredVisit } from "./correction";
import type { Answer } from "./visit";

const answer = (item_code: string, change: Partial<Answer> = {}): Answer => ({ item_code, result: "pass", occurrences: null, note: "", building: "", observed_at: "2026-11-20T10:00:00Z", position: null, photo_ids: [], ...change });
const was = [answer("A-1"), answer("A-2"), answer("A-3", { photo_ids: ["old", "kept"] }), answer("A-4")];

describe("a correction that came second", () => {
  it("takes what only one of them changed from that one, and what both changed from itself, with the other's new photos", () => {
    const mine = [answer("A-1", { note: "mine" }), answer("A-2"), answer("A-3", { result: "fail", photo_ids: ["kept", "own"] })];
    const theirs = [answer("A-1"), answer("A-2", { result: "fail" }), answer("A-3", { note: "theirs", photo_ids: ["old", "kept", "added"] }), answer("A-4"), answer("A-5")];
    const merged = new Map(mergedAnswers(was, mine, theirs).map((each) => [each.item_code, each]));
    expect([...merged.keys()].sort()).toEqual(["A-1", "A-2", "A-3", "A-5"]);
    expect(merged.get("A-1")?.note).toBe("mine");
    expect(merged.get("A-2")?.result).toBe("fail");
    // Taken away by the second one, kept by both, taken by the second one, taken by the first one.
    expect(merged.get("A-3")).toMatchObject({ result: "fail", note: "", photo_ids: ["kept", "own", "added"] });
  });

  it("says what each changed, photos that lie on this phone included", () => {
    const record = { content: { answers: [answer("A-1", { note: "mine" }), ...was.slice(1)] }, own: { before: { answers: was, note: "" } } } as unknown as KeptRecord<"inspection">;
    const newest = { answers: was.map((each) => ({ ...each, latitude: null, ...(each.item_code < "A-3" ? { note: "theirs" } : {}) })) } as unknown as StoredVisit;
    expect(differences(record, newest, (code) => code === "A-4")).toEqual({ theirs: ["A-1", "A-2"], mine: ["A-1", "A-4"], both: ["A-1"] });
  });

  it("has its own reason first, then the other's; nobody's words are lost", () => {
    const note = (mine: string, theirs: string) => mergedNote("为：", "好", `为：二\n${mine}`, `为：一\n${theirs}`);
    expect(note("好", "好")).toBe("为：二\n为：一\n好");
    expect(note("好", "很好")).toBe("为：二\n为：一\n很好");
    expect(note("差", "好")).toBe("为：二\n为：一\n差");
    expect(mergedNote("为：", "好\n", "为：二\n差", "为：一\n好")).toBe("为：二\n为：一\n差");
    expect(note("差", "很好")).toBe("为：二\n为：一\n差\n很好");
  });

  it("is known by the server's word only", () => {
    const refused = (code: string) => ({ problem: { code, members: { superseded_by: "x" } } }) as unknown as KeptRecord;
    expect([correctedBy(refused("already_superseded")), correctedBy(refused("answers_refused")), correctedBy({ problem: null } as KeptRecord)]).toEqual(["x", null, null]);
  });
});
