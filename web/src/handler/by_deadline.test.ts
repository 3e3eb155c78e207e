import { describe, expect, it } from "vitest";

import { byDeadline, type CaseLine } from "./by_deadline";

const NOW = new Date("2026-11-21T10:00:00+08:00");
const line = (number: string, state: CaseLine["state"], deadline_effective: string | null): CaseLine => ({ number, state, deadline_effective }) as CaseLine;

describe("the handler's order", () => {
  it("begins with what is over, the longest first, and ends with what waits for others", () => {
    const groups = byDeadline(
      [
        line("1", "handling", "2026-11-24T10:00:00+08:00"),
        line("2", "handled", "2026-11-20T10:00:00+08:00"),
        line("3", "dispatched", "2026-11-21T09:59:59+08:00"),
        line("4", "dispatched", "2026-11-19T09:00:00+08:00"),
        line("5", "handling", "2026-11-21T23:59:00+08:00"),
        line("6", "suspended", "2026-11-01T09:00:00+08:00"),
        line("7", "dispatched", null),
      ],
      NOW,
    );
    expect(groups.map((each) => [each.urgency, each.cases.map((one) => one.number)])).toEqual([
      ["overdue", ["4", "3"]],
      ["today", ["5"]],
      ["later", ["1", "7"]],
      ["suspended", ["6"]],
      ["waiting", ["2"]],
    ]);
  });

  it("calls due today what ends before midnight at the place, whatever the device's zone", () => {
    expect(byDeadline([line("1", "handling", "2026-11-21T15:59:00Z"), line("2", "handling", "2026-11-21T16:01:00Z")], NOW).map((each) => each.urgency)).toEqual(["today", "later"]);
  });

  it("keeps every case exactly once", () => {
    const lines = Array.from({ length: 40 }, (_, index) => line(String(index), (["dispatched", "handling", "suspended", "handled"] as const)[index % 4] ?? "handling", index % 5 === 0 ? null : new Date(NOW.getTime() + (index - 20) * 7_200_000).toISOString()));
    const found = byDeadline(lines, NOW).flatMap((each) => each.cases.map((one) => one.number));
    expect([...found].sort()).toEqual(lines.map((each) => each.number).sort());
  });
});
