/** Names on a map that do not run into each other. Pure. */

export interface LabelBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

const CHARACTER = 13;
const HEIGHT = 20;
const SPACE = 4;

/** The room that a name takes around its middle, in pixels. */
export function labelBox(x: number, y: number, name: string): LabelBox {
  const width = name.length * CHARACTER + SPACE;
  return { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT };
}

export function overlap(one: LabelBox, other: LabelBox): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}
