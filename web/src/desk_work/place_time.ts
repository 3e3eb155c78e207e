/** Between what a date-and-time field holds, which has no zone, and the place's own time (Asia/Shanghai, which knows no summer time). Pure. */
import { clockTime, localDay } from "@/parts/times";

const OFFSET = "+08:00";

/** 2026-11-23T08:30 of the place, as an instant. */
export function instantOf(field: string): string {
  return `${field}:00${OFFSET}`;
}

export function fieldOf(instant: string | Date): string {
  return `${localDay(instant)}T${clockTime(instant, "en-GB")}`;
}
