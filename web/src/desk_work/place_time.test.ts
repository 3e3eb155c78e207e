import { describe, expect, it } from "vitest";

import { fieldOf, instantOf } from "./place_time";

describe("date and time fields", () => {
  it("hold the place's time, whatever the device's zone", () => {
    expect(fieldOf("2026-11-22T16:30:00Z")).toBe("2026-11-23T00:30");
    expect(instantOf("2026-11-23T00:30")).toBe("2026-11-23T00:30:00+08:00");
    expect(new Date(instantOf(fieldOf("2026-11-22T16:30:00Z"))).toISOString()).toBe("2026-11-22T16:30:00.000Z");
  });
});
