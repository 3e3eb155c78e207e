import { describe, expect, it } from "vitest";

import { Problem } from "@/api/problems";

import { badCellCountOf, badCellsOf } from "./table_upload";

const refused = (members: Record<string, unknown>): Problem => new Problem("refused", 422, "import_refused", "有误", [], null, members);
const cell = { line: 3, column: "户数", value: "many", zh: "应为整数", en: "must be a whole number" };

describe("a refused table", () => {
  it("lists its bad cells and says of how many", () => {
    const problem = refused({ bad_cells: [cell], bad_cell_count: 900 });
    expect(badCellsOf(problem)).toEqual([cell]);
    expect(badCellCountOf(problem)).toBe(900);
  });

  it("has none where the refusal is of something else", () => {
    expect(badCellsOf(refused({}))).toEqual([]);
    expect(badCellCountOf(refused({}))).toBe(0);
  });
});
