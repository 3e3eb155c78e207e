import { describe, expect, it } from "vitest";

import { boxBetween, byKey, isLargeEnough, moved, resized } from "./redaction_boxes";

describe("boxes on a photo", () => {
  it("lie between two corners, whichever came first, and never beyond the picture", () => {
    expect(boxBetween({ x: 0.5, y: 0.6 }, { x: 0.2, y: 0.1 })).toEqual({ x: 0.2, y: 0.1, width: 0.3, height: 0.5 });
    expect(boxBetween({ x: 0.9, y: 0.9 }, { x: 1.4, y: -0.3 })).toEqual({ x: 0.9, y: 0, width: 0.1, height: 0.9 });
  });

  it("are none where a finger only slipped", () => {
    expect(isLargeEnough(boxBetween({ x: 0.5, y: 0.5 }, { x: 0.505, y: 0.8 }))).toBe(false);
  });

  it("stop at the edge without shrinking when they are moved", () => {
    expect(moved({ x: 0.75, y: 0.5, width: 0.25, height: 0.25 }, 0.1, 0.5)).toEqual({ x: 0.75, y: 0.75, width: 0.25, height: 0.25 });
  });

  it("move by arrows and grow with Shift; other keys are the page's", () => {
    const box = { x: 0.2, y: 0.2, width: 0.1, height: 0.1 };
    expect(byKey(box, "ArrowLeft", false)).toEqual({ ...box, x: 0.19 });
    expect(byKey(box, "ArrowDown", true)).toEqual({ ...box, height: 0.11 });
    expect(byKey(box, "Tab", false)).toBeNull();
    expect(resized(box, -1, 0).width).toBe(0.01);
  });
});
