import { describe, expect, it } from "vitest";

import zh from "./locales/zh-CN.json";
import { historyOf, TOLD } from "./case_history";

const event = (seq: number, action: string, more: object = {}) => ({ seq, action, at: `2026-11-2${seq}T10:00:00+08:00`, to_state: "handling", actor_name: "张三", role: "handler", organisation: { name: "安居物业" }, reason: "", ...more });
const file = (...events: object[]) => ({ events }) as never;

describe("a case's history", () => {
  it("says who did what, the newest first, and to whom it was given", () => {
    const lines = historyOf(file(event(1, "dispatch", { actor_name: "李四", role: "dispatcher" }), event(2, "start"), event(3, "something_new")));
    expect(lines.map((each) => [each.did, each.who, each.to])).toEqual([[null, "张三", null], ["start", "张三", null], ["dispatch", "李四", "安居物业"]]);
  });

  it("says what residents thought of it", () => {
    const lines = historyOf(file(event(1, "rate", { data: { score: "dissatisfied" }, role: "reporter", actor_name: null }), event(2, "reopen", { data: { score: "satisfied" } })));
    expect(lines.map((each) => [each.did, each.score])).toEqual([["reopen", null], ["rate", "dissatisfied"]]);
    expect(Object.keys(zh.score)).toEqual(["satisfied", "neutral", "dissatisfied"]);
  });

  it("has words for every step that it tells", () => {
    expect(Object.keys(zh.did).sort()).toEqual([...TOLD].sort());
  });
});
