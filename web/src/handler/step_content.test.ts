import { describe, expect, it } from "vitest";

import { takesDay, withWritten } from "./step_content";

const extend = { action: "extend", needs: ["reason"] } as const;
const suspend = { action: "suspend", needs: ["reason", "until_on"] } as const;

describe("what a step of a case sends", () => {
  it("offers a day only where the server takes one", () => {
    expect([takesDay(extend as never), takesDay(suspend as never)]).toEqual([false, true]);
  });

  it("lets go of what was emptied, and of a day that was refused", () => {
    const was = { action: "suspend", reason: "旧", until_on: "2027-01-01", photo_ids: ["p"] } as never;
    expect(withWritten(was, suspend as never, { reason: " ", until: "" })).toEqual({ action: "suspend", reason: "", photo_ids: ["p"] });
    expect(withWritten({ ...(was as object), action: "extend" } as never, extend as never, { reason: "配件", until: "2027-01-01" })).toEqual({ action: "extend", reason: "配件", photo_ids: ["p"] });
    expect(withWritten(was, suspend as never, { reason: "新", until: "2027-02-02" })).toEqual({ action: "suspend", reason: "新", until_on: "2027-02-02", photo_ids: ["p"] });
  });
});
