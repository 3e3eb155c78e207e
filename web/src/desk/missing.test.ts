import { describe, expect, it } from "vitest";

import { Problem } from "@/api/problems";

import { missingOf } from "./missing";

const notFound = (code = "not_found") => new Problem("refused", 404, code, "没有找到");
const asked = { indicator: null, item: null, rates: null, isChecklistKnown: true };

describe("what an address names in vain", () => {
  it("is told by the widest thing that is not there", () => {
    const rates = notFound();
    expect(missingOf({ ...asked, area: notFound(), rates })).toBe("area");
    expect(missingOf({ ...asked, community: notFound(), rates })).toBe("community");
    expect(missingOf({ ...asked, isChecklistKnown: false, rates })).toBe("checklist");
  });
  it("is the item, or else the indicator, where the checklist lacks it", () => {
    expect(missingOf({ ...asked, item: "NOPE-1", indicator: "NOPE", rates: notFound("unknown_item") })).toBe("item");
    expect(missingOf({ ...asked, indicator: "NOPE", rates: notFound("unknown_item") })).toBe("indicator");
  });
  it("is nothing while all is well, or when the trouble is another", () => {
    expect(missingOf(asked)).toBeNull();
    expect(missingOf({ ...asked, isChecklistKnown: null, area: Problem.unreachable(new Error()), rates: new Problem("refused", 500, "internal", "") })).toBeNull();
  });
});
