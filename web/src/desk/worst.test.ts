import { describe, expect, it } from "vitest";

import type { Schemas } from "@/api/client";

import { worstItems } from "./worst";

const row = (code: string, numerator: number, denominator: number): Schemas["Breakdown"] =>
  ({ code, item_rate: { numerator, denominator, value: denominator === 0 ? null : numerator / denominator } }) as Schemas["Breakdown"];

describe("what to mend first", () => {
  const rows = [row("fine", 50, 50), row("many", 60, 100), row("few", 1, 10), row("nobody looked", 0, 0), row("as many, lower", 10, 50)];
  it("is where most pairs fail, of equals where the rate is lower", () => {
    expect(worstItems(rows, 10).map((each) => each.code)).toEqual(["as many, lower", "many", "few"]);
  });
  it("is no longer than asked", () => expect(worstItems(rows, 2)).toHaveLength(2));
});
