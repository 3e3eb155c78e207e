import { describe, expect, it } from "vitest";

import { hiddenColumns } from "./hidden_columns";

const columns = [0, 100, 200, 300].map((left) => ({ left, right: left + 100 }));

describe("the columns that a frame hides", () => {
  it("are those with less than half of them in view", () => {
    expect(hiddenColumns({ left: 0, right: 400 }, columns)).toEqual({ left: 0, right: 0 });
    expect(hiddenColumns({ left: 60, right: 240 }, columns)).toEqual({ left: 1, right: 2 });
    expect(hiddenColumns({ left: 40, right: 260 }, columns)).toEqual({ left: 0, right: 1 });
  });
});
