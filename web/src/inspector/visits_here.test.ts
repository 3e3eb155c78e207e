import { describe, expect, it } from "vitest";

import type { KeptRecord } from "@/offline/record_types";

import type { Provisions, Round } from "./provisions";
import { isBegunCorrection, isFinished, linesOf } from "./visits_here";

const COMMUNITY = "c";
const round = (inspection_id: string | null = null) =>
  ({
    id: "r",
    checklist_version: { id: "v", checklist_code: "fire_safety", number: 1 },
    assignments: [{ community: { id: COMMUNITY, name: "玉环新村" }, inspector: { id: "me" }, inspection_id, status: inspection_id === null ? "pending" : "done" }],
  }) as unknown as Round;
const visit = (id: string, state: string, supersedes: string | null = null) =>
  ({ id, state, own: { total: 2 }, content: { round_id: "r", community_id: COMMUNITY, supersedes, answers: [{}, {}] } }) as unknown as KeptRecord<"inspection">;
const lineOf = (records: KeptRecord<"inspection">[], given = round()) => linesOf(given, "me", records, { scores: {} } as Provisions)[0];

describe("a line of today's visits", () => {
  it("shows work begun here before what was delivered", () => {
    expect(lineOf([])).toMatchObject({ state: "open", record: null });
    expect(lineOf([visit("a", "draft")])).toMatchObject({ state: "draft", answered: 2, total: 2 });
    expect(lineOf([visit("a", "delivered")])?.state).toBe("delivered");
  });

  it("stays done while a correction of it is only begun, and tells of that one", () => {
    const here = lineOf([visit("b", "draft", "a"), visit("a", "delivered")]);
    expect(here).toMatchObject({ state: "delivered", record: { id: "a" }, correction: { id: "b" } });
    expect(isFinished(here?.state ?? "open")).toBe(true);
    expect(lineOf([visit("b", "draft", "a")], round("a"))).toMatchObject({ state: "done", record: null, correction: { id: "b" } });
  });

  it("is what becomes of a correction once that is handed in", () => {
    expect(lineOf([visit("b", "queued", "a"), visit("a", "delivered")])).toMatchObject({ state: "outgoing", record: { id: "b" }, correction: null });
    expect(lineOf([visit("b", "refused", "a"), visit("a", "delivered")])).toMatchObject({ state: "stuck", record: { id: "b" } });
    expect(isBegunCorrection(visit("b", "draft"))).toBe(false);
  });
});
