import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { timeLimit } from "./time_limit";

/** What older phones do not have. */
type Newer = { any: unknown; timeout: unknown };
const { any, timeout } = AbortSignal as unknown as Newer;

describe("the time limit of a request", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(AbortSignal, { any: undefined, timeout: undefined });
  });
  afterEach(() => {
    Object.assign(AbortSignal, { any, timeout });
    vi.useRealTimers();
  });

  it("ends it when its time is over, and not before, on phones without the newer signals", () => {
    const signal = timeLimit(20);
    vi.advanceTimersByTime(19_999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect((signal.reason as DOMException).name).toBe("TimeoutError");
  });

  it("ends it with the other signal, even one that was over before", () => {
    const other = new AbortController();
    const signal = timeLimit(20, other.signal);
    other.abort("left");
    expect([signal.aborted, signal.reason]).toEqual([true, "left"]);
    expect(timeLimit(20, other.signal).aborted).toBe(true);
  });
});
