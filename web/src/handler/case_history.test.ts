import { describe, expect, it } from "vitest";

import zh from "./locales/zh-CN.json";
import { countedFrom, historyOf, TOLD } from "./case_history";

const event = (seq: number, action: string, more: object = {}) => ({ seq, action, at: `2026-11-2${seq}T10:00:00+08:00`, to_state: "handling", actor_name: "张三", role: "handler", organisation: { name: "安居物业" }, reason: "", ...more });
const file = (...events: object[]) => ({ events, filed_at: "2026-11-20T09:00:00+08:00" }) as never;

describe("a case's history", () => {
  it("says who did what, the newest first, and to whom it was given", () => {
    const lines = historyOf(file(event(1, "dispatch", { actor_name: "李四", role: "dispatcher" }), event(2, "start"), event(3, "something_new")));
    expect(lines.map((each) => [each.did, each.who, each.to])).toEqual([[null, "张三", null], ["start", "张三", null], ["dispatch", "李四", "安居物业"]]);
  });

  it("has words for every step that it tells", () => {
    expect(Object.keys(zh.did).sort()).toEqual([...TOLD].sort());
  });

  it("counts the limit from the filing, and anew from the last reopening", () => {
    expect(countedFrom(file(event(1, "dispatch")))).toBe("2026-11-20T09:00:00+08:00");
    expect(countedFrom(file(event(1, "reopen"), event(2, "reopen"), event(3, "start")))).toBe("2026-11-22T10:00:00+08:00");
  });
});
