/** When a round runs, as people say it: rounds run by days; their clock times matter only where they differ. Pure. */
import { clockTime, dayAndTime, fullDate } from "@/parts/times";

export function roundSpan(starts: string, ends: string, language: string): string {
  const say = clockTime(starts, language) === clockTime(ends, language) ? fullDate : dayAndTime;
  return `${say(starts, language)} – ${say(ends, language)}`;
}
