import { describe, expect, it } from "vitest";

import type { RecordState, WaitReason } from "./record_types";
import { standingOf } from "./standing";

const told = (state: RecordState, isOnline: boolean, reason: WaitReason | null = null) => standingOf({ state, wait: reason && { reason, seconds: 5, until: 5000 } }, isOnline);

describe("what a record's state is called", () => {
  it("waits for a network only while there is none", () => {
    expect([told("queued", false), told("waiting", false, "server_busy"), told("waiting", true, "network")]).toEqual(["network", "network", "network"]);
    expect([told("queued", true), told("waiting", true, "server_busy"), told("waiting", true)]).toEqual(["queued", "queued", "queued"]);
  });

  it("is sending only with a network, even where an earlier try failed for want of one", () => {
    expect([told("sending", true, "network"), told("sending", false)]).toEqual(["sending", "network"]);
  });

  it("has nothing to do with the network before it is submitted and once it has arrived or come back", () => {
    for (const state of ["draft", "refused", "damaged", "delivered"] as const) expect(told(state, false)).toBe(state);
  });
});
