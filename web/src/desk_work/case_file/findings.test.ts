import { describe, expect, it } from "vitest";

import { isFindingWithdrawn } from "./findings";

const caseOf = (state: string, ...actions: string[]) => ({ state, events: actions.map((action) => ({ action })) }) as Parameters<typeof isFindingWithdrawn>[0];

describe("a case whose inspection was corrected", () => {
  it("is told while it is open, whatever was done with it since", () => {
    expect(isFindingWithdrawn(caseOf("dispatched", "open", "finding_withdrawn", "dispatch", "remind"))).toBe(true);
    expect(isFindingWithdrawn(caseOf("force_closed", "open", "finding_withdrawn", "force_close"))).toBe(false);
  });

  it("is as any other once somebody has found it again", () => {
    for (const found of ["join", "verify", "rework", "reopen"]) expect(isFindingWithdrawn(caseOf("filed", "open", "finding_withdrawn", found))).toBe(false);
    expect(isFindingWithdrawn(caseOf("filed", "open"))).toBe(false);
  });
});
