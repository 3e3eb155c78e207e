/** How a rate reads: in per cent, against its target, against earlier, and how strong its colour is. Pure. */
import type { Schemas } from "@/api/client";
import { stepsOf } from "@/parts/shares";

export type Figures = Schemas["RateFigures"];
export type Target = Schemas["Target"];

/** A share in per cent with one decimal, cut: 89.97 % is 89.9. */
export function percent(share: number): string {
  const tenths = stepsOf(share, 1000);
  return tenths === 1000 ? "100" : (tenths / 10).toFixed(1);
}

/** A share in whole per cent, cut, where room is scarce. */
export function wholePercent(share: number): string {
  return String(stepsOf(share, 100));
}

/** A target in per cent as policies write it: 90, not 90.0; exact, for it is a number that somebody chose. */
export function percentOfTarget(share: number): string {
  return String(Math.round(share * 10_000) / 100);
}

/** Why a place has no rate here: nothing applies to it, nobody has looked yet, or all that was seen is out of date. */
export type Absence = "not_applicable" | "stale" | "unassessed";

export function absenceOf(figures: Pick<Figures, "value" | "excluded">): Absence | null {
  if (figures.value !== null) return null;
  if (figures.excluded.unassessed > 0) return "unassessed";
  return figures.excluded.stale > 0 ? "stale" : "not_applicable";
}

export type Standing = "unassessed" | "below" | "reached" | "untold";

/** Where a rate stands; `untold` where no policy has set a target, `unassessed` is neither 0 % nor 100 %. */
export function standingOf(value: number | null, target: number | null): Standing {
  if (value === null) return "unassessed";
  if (target === null) return "untold";
  return value < target ? "below" : "reached";
}

/**
 * How a cell is coloured: how far a rate is from its target in steps of ten points below it, two steps above it;
 * without a target by its own height, in one neutral colour that judges nothing.
 */
export type Shade = "none" | "out" | "below-3" | "below-2" | "below-1" | "reached-1" | "reached-2" | "plain-1" | "plain-2" | "plain-3" | "plain-4";

export function shadeOf(value: number | null, target: number | null, absence: Absence | null = null): Shade {
  if (value === null) return absence === "not_applicable" ? "out" : "none";
  if (target === null) return value < 0.6 ? "plain-1" : value < 0.75 ? "plain-2" : value < 0.9 ? "plain-3" : "plain-4";
  const gap = target - value;
  if (gap > 0.2) return "below-3";
  if (gap > 0.1) return "below-2";
  if (gap > 0) return "below-1";
  return value >= (1 + target) / 2 ? "reached-2" : "reached-1";
}

export interface Change {
  direction: "up" | "down" | "same";
  /** Percentage points, one decimal, without sign. */
  points: string;
}

/** The change from an earlier rate in percentage points; null where either was not assessed. Less than 0.05 is none. */
export function changeOf(now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  const points = (now - before) * 100;
  const rounded = Math.abs(points) < 0.05 ? 0 : points;
  return { direction: rounded > 0 ? "up" : rounded < 0 ? "down" : "same", points: Math.abs(rounded).toFixed(1) };
}

/** How many percentage points a rate lacks to its target, from the figures as they are shown: 90 less 87.5 is 2.5. */
export function gapOf(value: number, target: number): string {
  return (target * 100 - Number(percent(value))).toFixed(1);
}

export interface Aim {
  target: Target;
  /** The target is the whole checklist's: the policies set none for this indicator or item alone. */
  isOfWhole: boolean;
}

interface Measured {
  metric: Target["metric"];
  checklist: string;
  indicator: string | null;
  item: string | null;
}

/** The target that a figure is held against: its own, else its checklist's as a line to compare with, else none. */
export function aimOf(targets: readonly Target[], measured: Measured): Aim | null {
  const find = (indicator: string | null, item: string | null) =>
    targets.find(
      (each) => each.metric === measured.metric && each.checklist === measured.checklist && each.indicator === indicator && each.item === item,
    );
  const own = measured.item !== null ? find(measured.indicator, measured.item) ?? find(null, measured.item) : find(measured.indicator, null);
  if (own !== undefined) return { target: own, isOfWhole: false };
  if (measured.metric !== "item_rate" || (measured.indicator === null && measured.item === null)) return null;
  const whole = find(null, null);
  return whole === undefined ? null : { target: whole, isOfWhole: true };
}

/** Failing pairs: what was assessed and did not pass. */
export function failingOf(figures: Figures): number {
  return figures.denominator - figures.numerator;
}
