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

/** How far a name may stand from its middle, in its own widths and heights: in the middle, above, below, beside, further off. */
const PLACES: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, -1.4],
  [0, 1.4],
  [0.75, 0],
  [-0.75, 0],
  [0.6, -1.4],
  [-0.6, -1.4],
  [0.6, 1.4],
  [-0.6, 1.4],
  [0, -2.6],
  [0, 2.6],
];

/** The first place near its middle where a name covers nothing that is taken; null where there is none. */
export function freePlace(x: number, y: number, name: string, taken: readonly LabelBox[]): LabelBox | null {
  const { width, height } = labelBox(x, y, name);
  for (const [across, down] of PLACES) {
    const box = labelBox(x + across * width, y + down * height, name);
    if (!taken.some((each) => overlap(each, box))) return box;
  }
  return null;
}
