/** The heat table's contents: indicators (or items) by places, each cell a rate. */
import type { Figures } from "./figures";

/** An indicator or an item: long names, so each has a line of its own. */
export interface HeatLine {
  code: string;
  name: string;
  figures: Figures;
}

export interface HeatPlace {
  kind: "area" | "community";
  /** An area's code or a community's id. */
  key: string;
  name: string;
  figures: Figures;
  communities: Figures | null;
  cells: ReadonlyMap<string, Figures>;
}

export interface Heat {
  lines: HeatLine[];
  places: HeatPlace[];
}

/** A cell as it is shown. */
export interface HeatCell {
  figures: Figures;
  isBelow: boolean;
}

/** Runs of at most so many, as even as they can be: 13 by 12 is 7 and 6. */
export function inChunks<T>(all: readonly T[], most: number): T[][] {
  const size = Math.ceil(all.length / Math.max(1, Math.ceil(all.length / most)));
  return all.length === 0 ? [] : Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}

/** The lowest rate first, or as the server orders them, by code; what has no result yet last, for it would push aside what has. */
export function orderedPlaces(places: readonly HeatPlace[], order: "code" | "lowest"): HeatPlace[] {
  if (order === "code") return [...places.filter((each) => each.figures.value !== null), ...places.filter((each) => each.figures.value === null)];
  return [...places].sort((one, other) => (one.figures.value ?? 2) - (other.figures.value ?? 2));
}

export type Step = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight" | "Home" | "End";

/** Where the keyboard goes from a cell; it stops at the edges. Line 0 is all indicators, column 0 the whole area. */
export function stepFrom(at: { row: number; column: number }, key: string, rows: number, columns: number): { row: number; column: number } | null {
  const within = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
  switch (key as Step) {
    case "ArrowUp":
      return { row: within(at.row - 1, rows), column: at.column };
    case "ArrowDown":
      return { row: within(at.row + 1, rows), column: at.column };
    case "ArrowLeft":
      return { row: at.row, column: within(at.column - 1, columns) };
    case "ArrowRight":
      return { row: at.row, column: within(at.column + 1, columns) };
    case "Home":
      return { row: at.row, column: 0 };
    case "End":
      return { row: at.row, column: columns - 1 };
    default:
      return null;
  }
}
