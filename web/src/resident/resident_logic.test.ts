// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";

import { findCategory, grouped, searchCategories } from "./categories";
import { forgetCommunity, rememberCommunity, rememberedCommunities } from "./community_memory";
import { titleIn } from "./kept_words";
import { askedFor } from "./stages";
import { percent, spoken, tidyCode, toneOf } from "./spoken";

type Groups = Parameters<typeof grouped>[0];
type Items = Parameters<typeof grouped>[1];

const tile = (zh: string, en: string, ...keywords: string[]) => ({ zh, en, keywords });
const GROUPS = [
  { code: "FIRE", name: { zh: "消防", en: "Fire" }, tile: tile("消防安全", "Fire safety", "消防"), tile_order: 2 },
  { code: "CORR", name: { zh: "楼道", en: "Corridors" }, tile: tile("楼道门栋", "Corridors", "楼道"), tile_order: 1 },
  { code: "GOV", name: { zh: "业委会", en: "Owners" }, tile: tile("业委会", "Owners", "业委会"), tile_order: 3 },
] as unknown as Groups;
const item = (code: string, group: string, itemTile: unknown) => ({ code, group, tile: itemTile, hint: { zh: "", en: "" } });
const ITEMS = [
  item("FIRE-01", "FIRE", tile("消防通道被堵", "Fire lane blocked", "通道", "占用")),
  item("FIRE-02", "FIRE", null),
  item("CORR-01", "CORR", tile("楼道堆物", "Corridor clutter", "杂物", "纸箱")),
  item("CORR-03", "CORR", tile("楼道灯不亮", "Corridor light out", "灯坏")),
] as unknown as Items;
const CATEGORIES = grouped(GROUPS, ITEMS);
const found = (typed: string) => searchCategories(CATEGORIES, typed).map((each) => each.code);

describe("what this phone reported", () => {
  const record = (id: string, more: object = {}): never => ({ id, kind: "report", state: "delivered", madeAt: `2026-11-22T10:${id}:00Z`, title: "楼道灯不亮 · 甲小区", content: { item_code: "CORR-03" }, own: { categoryName: "楼道灯不亮", communityName: "甲小区" }, receipt: { tracking_code: `C${id}` }, ...more }) as never;

  it("is called in the language read now, where its category is known", () => {
    expect(titleIn(record("10"), "en", CATEGORIES)).toBe("Corridor light out · 甲小区");
    expect(titleIn(record("10", { content: { item_code: "X-1" } }), "en", CATEGORIES)).toBe("楼道灯不亮 · 甲小区");
    expect(titleIn(record("10", { kind: "not_fixed", title: "没修好 · 灯" }), "en", CATEGORIES)).toBe("没修好 · 灯");
  });

  it("is asked for how far it has come: delivered, the newest ten, not what is known", () => {
    const many = Array.from({ length: 14 }, (_, index) => record(String(10 + index)));
    const asked = askedFor([record("60", { state: "queued" }), record("61", { receipt: {} }), ...many], new Map([["23", {}]]));
    expect(asked.map(([id]) => id)).toEqual(["22", "21", "20", "19", "18", "17", "16", "15", "14", "13"]);
    expect(asked[0]).toEqual(["22", "C22"]);
  });
});

describe("categories", () => {
  it("stand in the tiles' order, without items that residents do not report and groups that have none", () => {
    expect(CATEGORIES.map((each) => [each.code, each.items.map((one) => one.code)])).toEqual([
      ["CORR", ["CORR-01", "CORR-03"]],
      ["FIRE", ["FIRE-01"]],
    ]);
  });

  it("are found by name, keyword, group and in English, the named ones first", () => {
    expect(found("堆物")).toEqual(["CORR-01"]);
    expect(found("纸箱")).toEqual(["CORR-01"]);
    expect(found("门口纸箱好多")).toEqual(["CORR-01"]);
    expect(found("LIGHT")).toEqual(["CORR-03"]);
    expect(found("消防")).toEqual(["FIRE-01"]);
    expect(found("楼道 灯")).toEqual(["CORR-03"]);
    expect(found("  ")).toEqual([]);
    expect(found("外星人")).toEqual([]);
  });

  it("are known by their code", () => {
    expect(findCategory(CATEGORIES, "FIRE-01")?.name.zh).toBe("消防通道被堵");
    expect(findCategory(CATEGORIES, "unknown")).toBeNull();
  });
});

describe("communities looked at", () => {
  beforeEach(() => localStorage.clear());
  const community = (id: string) => ({ id, name: `小区${id}`, place: "某居委会" });

  it("are kept newest first, each once, five at most", () => {
    for (const id of ["1", "2", "3", "4", "5", "6", "2"]) rememberCommunity(community(id));
    expect(rememberedCommunities().map((each) => each.id)).toEqual(["2", "6", "5", "4", "3"]);
    forgetCommunity("6");
    expect(rememberedCommunities().map((each) => each.id)).toEqual(["2", "5", "4", "3"]);
  });

  it("do not fall over what another version left there", () => {
    localStorage.setItem("jiayuan.communities", '[{"id":1},null,"x"]');
    expect(rememberedCommunities()).toEqual([]);
    localStorage.setItem("jiayuan.communities", "{");
    expect(rememberedCommunities()).toEqual([]);
  });
});

describe("what residents read", () => {
  it("is in their language", () => {
    expect(spoken({ zh: "楼道", en: "Corridor" }, "en")).toBe("Corridor");
    expect(spoken({ zh: "楼道", en: "Corridor" }, "zh-CN")).toBe("楼道");
    expect(spoken(null, "en")).toBe("");
  });

  it("cuts a rate, so that it never reads as a target that was not reached", () => {
    expect([0, 0.001, 0.29, 0.8667, 0.8999, 0.9, 0.999, 1].map(percent)).toEqual([0, 0, 29, 86, 89, 90, 99, 100]);
  });

  it("marks what is overdue red, whatever its stage, and an unknown stage grey", () => {
    expect([toneOf("handling"), toneOf("handling", true), toneOf("resolved"), toneOf("new_stage")]).toEqual(["blue", "red", "green", "grey"]);
  });

  it("takes a tracking code however it is typed", () => {
    expect(tidyCode(" 7kqf3m9t x2vb-r8wn 4hjd—6pca")).toBe("7KQF-3M9T-X2VB-R8WN-4HJD-6PCA");
    expect(tidyCode("")).toBe("");
  });
});
