/** A period of days as the address names it. Pure. */
import type { LocationQuery } from "vue-router";

import { addDays, isDay } from "./days";

export interface Period {
  from: string;
  to: string;
}

const LENGTH = 30;
const DAY_MS = 86_400_000;

/** The last thirty days where the address names none, or none that can be. */
export function periodOf(query: LocationQuery, today: string): Period {
  const day = (name: string) => {
    const found = query[name];
    return typeof found === "string" && isDay(found) && found <= today ? found : null;
  };
  const to = day("to") ?? today;
  const from = day("from");
  return from !== null && from <= to ? { from, to } : { from: addDays(to, 1 - LENGTH), to };
}

/** The period of the same length that ends the day before. */
export function periodBefore({ from, to }: Period): Period {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
  return { from: addDays(from, -days), to: addDays(from, -1) };
}
