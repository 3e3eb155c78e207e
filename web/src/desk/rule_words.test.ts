import { describe, expect, it } from "vitest";

import { ruleInWords, type Attribute } from "./rule_words";

const attribute = (key: string, type: Attribute["type"], zh: string, choices: Attribute["choices"] = []): Attribute =>
  ({ key, type, zh, en: key, minimum: 0, maximum: 0, choices }) as Attribute;
const ATTRIBUTES = [
  attribute("lifts", "integer", "电梯数"),
  attribute("has_shops", "flag", "有沿街商铺"),
  attribute("property_type", "choice", "房屋类型", [
    { code: "lilong", zh: "里弄", en: "Lane houses" },
    { code: "commodity", zh: "商品房", en: "Commodity housing" },
  ]),
];
const ZH: Record<string, string> = {
  always: "所有小区",
  and: "，且",
  or: "，或",
  not: "不满足{rule}",
  group: "（{rule}）",
  has: "{attribute}",
  hasNot: "非“{attribute}”",
  oneOf: "{attribute}属于{value}",
  compared: "{attribute} {sign} {value}",
};
const words = (name: string, values: Record<string, string>) => (ZH[name] ?? name).replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "");
const say = (rule: Record<string, unknown>) => ruleInWords(rule, ATTRIBUTES, true, words);
const lifts = { attribute: "lifts", op: ">=", value: 1 };
const shops = { attribute: "has_shops", op: "==", value: true };

describe("a rule of applicability", () => {
  it("that is empty is for every community", () => expect(say({})).toBe("所有小区"));
  it("compares numbers and names choices", () => {
    expect(say(lifts)).toBe("电梯数 ≥ 1");
    expect(say({ attribute: "property_type", op: "in", value: ["lilong", "commodity"] })).toBe("房屋类型属于里弄、商品房");
  });
  it("says flags by their name, both ways", () => {
    expect(say(shops)).toBe("有沿街商铺");
    expect(say({ ...shops, value: false })).toBe("非“有沿街商铺”");
    expect(say({ ...shops, op: "!=" })).toBe("非“有沿街商铺”");
    expect(say({ ...shops, op: "!=", value: false })).toBe("有沿街商铺");
  });
  it("joins and nests without losing what belongs together", () => {
    expect(say({ all: [lifts, shops] })).toBe("电梯数 ≥ 1，且有沿街商铺");
    expect(say({ any: [shops, { all: [lifts, { not: shops }] }] })).toBe("有沿街商铺，或（电梯数 ≥ 1，且不满足有沿街商铺）");
  });
  it("shows what it does not know as it was written", () => {
    expect(say({ attribute: "moons", op: "==", value: 1 })).toBe('{"attribute":"moons","op":"==","value":1}');
  });
});
