/** Rectangles to black out on a photo, in fractions of the upright picture (BoxSchema). Pure. */
import type { Schemas } from "@/api/client";

export type Box = Schemas["Box"];

/** Smaller than this a box covers nothing that anybody could have meant: a slip of the finger. */
export const LEAST = 0.01;
export const STEP = 0.01;

const within = (value: number): number => Math.min(1, Math.max(0, value));
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** The box between two corners, whichever was first, cut off at the picture's edge. */
export function boxBetween(one: { x: number; y: number }, other: { x: number; y: number }): Box {
  const [left, right] = [within(Math.min(one.x, other.x)), within(Math.max(one.x, other.x))];
  const [top, bottom] = [within(Math.min(one.y, other.y)), within(Math.max(one.y, other.y))];
  return { x: rounded(left), y: rounded(top), width: rounded(right - left), height: rounded(bottom - top) };
}

export function isLargeEnough(box: Box): boolean {
  return box.width >= LEAST && box.height >= LEAST;
}

/** Moved as a whole; at the edge it stops, without shrinking. */
export function moved(box: Box, dx: number, dy: number): Box {
  return { ...box, x: rounded(Math.min(1 - box.width, Math.max(0, box.x + dx))), y: rounded(Math.min(1 - box.height, Math.max(0, box.y + dy))) };
}

/** Its lower right corner moved. */
export function resized(box: Box, dx: number, dy: number): Box {
  return { ...box, width: rounded(Math.min(1 - box.x, Math.max(LEAST, box.width + dx))), height: rounded(Math.min(1 - box.y, Math.max(LEAST, box.height + dy))) };
}

/** What an arrow key does to a chosen box: moves it, with Shift resizes it. Null for every other key. */
export function byKey(box: Box, key: string, isShift: boolean): Box | null {
  const step = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[key];
  if (step === undefined) return null;
  const [dx = 0, dy = 0] = step;
  return isShift ? resized(box, dx, dy) : moved(box, dx, dy);
}
