import { describe, expect, it } from "vitest";

import type { Schemas } from "@/api/client";

import { areasOfPosts, lineFromOwn } from "./desk_area";

const NOW = new Date("2026-11-21T10:00:00+08:00");
const area = (code: string, level: Schemas["AreaBrief"]["level"]) => ({ code, level, name: code });
const post = (change: Partial<Schemas["Post"]>): Schemas["Post"] =>
  ({ id: "p", role: "township_manager", area: area("310151101", "township"), organisation: null, valid_from: "2026-01-01T00:00:00+08:00", valid_until: null, ...change }) as Schemas["Post"];

describe("the areas of somebody's posts", () => {
  it("are those of posts held now, the widest first, each once", () => {
    const posts = [post({}), post({ area: area("310151", "district"), role: "auditor" }), post({ role: "dispatcher" })];
    expect(areasOfPosts(posts, NOW).map((each) => each.code)).toEqual(["310151", "310151101"]);
  });
  it("leave out posts that ended, have not begun, or give no look at figures", () => {
    const posts = [post({ valid_until: "2026-11-01T00:00:00+08:00" }), post({ valid_from: "2026-12-01T00:00:00+08:00" }), post({ role: "handler" })];
    expect(areasOfPosts(posts, NOW)).toEqual([]);
  });
});

describe("an area's line", () => {
  const line = [area("310151", "district"), area("310151101", "township"), area("310151101001", "neighbourhood")];
  it("begins at one's own post", () => {
    expect(lineFromOwn(line, [area("310151101", "township")]).map((each) => each.code)).toEqual(["310151101", "310151101001"]);
  });
  it("is the area alone where no post lies above it", () => {
    expect(lineFromOwn(line, []).map((each) => each.code)).toEqual(["310151101001"]);
  });
});
