/**
 * A ranking that says how sure it is. Two rates differ when the 95 % interval of their difference leaves out zero; it is
 * made of the two Wilson intervals that the server gives (R. G. Newcombe, "Interval estimation for the difference between
 * independent proportions", Statistics in Medicine 17 (1998), method 10). A place's rank is the span that it could have.
 */
import type { Figures } from "./figures";

export interface Ranked<T> {
  row: T;
  /** 1 + how many are surely better; null where nothing was assessed. */
  best: number | null;
  /** How many are assessed, less those that are surely worse. */
  worst: number | null;
  /** Whether this and the one before it in the list cannot be told apart. */
  isTiedWithPrevious: boolean;
}

/** Whether the first rate is surely higher than the second. */
export function isSurelyHigher(one: Figures, other: Figures): boolean {
  if (one.value === null || other.value === null || one.interval === null || other.interval === null) return false;
  const margin = Math.hypot(one.value - one.interval.low, other.interval.high - other.value);
  return one.value - other.value - margin > 0;
}

/** The highest first, equal ones by how much stands behind them; what was not assessed stands last, without a rank. */
export function rank<T>(rows: readonly T[], figuresOf: (row: T) => Figures): Ranked<T>[] {
  const assessed = rows.filter((each) => figuresOf(each).value !== null);
  const ordered = [...assessed].sort((one, other) => {
    const [a, b] = [figuresOf(one), figuresOf(other)];
    return (b.value ?? 0) - (a.value ?? 0) || b.denominator - a.denominator;
  });
  const ranked = ordered.map((row, at) => {
    const own = figuresOf(row);
    const previous = ordered[at - 1];
    return {
      row,
      best: 1 + assessed.filter((each) => isSurelyHigher(figuresOf(each), own)).length,
      worst: assessed.length - assessed.filter((each) => isSurelyHigher(own, figuresOf(each))).length,
      isTiedWithPrevious: previous !== undefined && !isSurelyHigher(figuresOf(previous), own),
    };
  });
  const rest = rows.filter((each) => figuresOf(each).value === null).map((row) => ({ row, best: null, worst: null, isTiedWithPrevious: false }));
  return [...ranked, ...rest];
}
