/** Times as people say them, always in the time of the place (Asia/Shanghai). Pure: now is handed in. */

const ZONE = "Asia/Shanghai";
export const DAY_MS = 86_400_000;

const cached = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let found = cached.get(key);
  if (found === undefined) cached.set(key, (found = new Intl.DateTimeFormat(language, { timeZone: ZONE, ...options })));
  return found;
}

export function clockTime(instant: string | Date, language: string): string {
  return format(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(instant));
}

/** Day and time, as on paper: 11月22日 09:12; of another year than the present one the year as well. */
export function dayAndTime(instant: string | Date, language: string, now = new Date()): string {
  const isOtherYear = localDay(instant).slice(0, 4) !== localDay(now).slice(0, 4);
  const day = format(language, { ...(isOtherYear ? { year: "numeric" } : {}), month: language === "en" ? "short" : "long", day: "numeric" });
  return `${day.format(new Date(instant))} ${clockTime(instant, language)}`;
}

/** The same as people say it: 今天 09:12, 昨天 18:00, 明天 14:30; days further off by their date. */
export function saidTime(instant: string | Date, language: string, now = new Date()): string {
  const days = daysBetween(now, instant);
  if (Math.abs(days) > 1) return dayAndTime(instant, language, now);
  return `${new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day")} ${clockTime(instant, language)}`;
}

/** Calendar days at the place from one instant to another. */
function daysBetween(from: string | Date, to: string | Date): number {
  return Math.round((Date.parse(localDay(to)) - Date.parse(localDay(from))) / DAY_MS);
}

export function fullDate(instant: string | Date, language: string): string {
  return format(language, { year: "numeric", month: "long", day: "numeric" }).format(new Date(instant));
}

/** The calendar day of an instant at the place, as YYYY-MM-DD. */
export function localDay(instant: string | Date): string {
  // By its parts: in what order a language writes them has changed (en-CA by CLDR 42, and so in Safari and Chrome of 2023).
  const parts = format("en", { calendar: "gregory", numberingSystem: "latn", year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(new Date(instant));
  return ["year", "month", "day"].map((type) => parts.find((each) => each.type === type)?.value).join("-");
}

/** 2小时前, 昨天, 3天前 …; beyond a week the date. */
export function timeAgo(instant: string | Date, now: Date, language: string): string {
  const past = now.getTime() - new Date(instant).getTime();
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (past < 3_600_000) return words.format(-Math.max(1, Math.round(past / 60_000)), "minute");
  if (localDay(instant) === localDay(now)) return words.format(-Math.round(past / 3_600_000), "hour");
  const days = daysBetween(instant, now);
  return days <= 7 ? words.format(-days, "day") : format(language, { month: "short", day: "numeric" }).format(new Date(instant));
}

/** How a span is worded (`parts.left`): its two greatest units, and of these none that is zero. */
export function spanWords({ days, hours, minutes }: { days: number; hours: number; minutes: number }): "days" | "wholeDays" | "hours" | "wholeHours" | "minutes" {
  if (days > 0) return hours > 0 ? "days" : "wholeDays";
  if (hours > 0) return minutes > 0 ? "hours" : "wholeHours";
  return "minutes";
}

/** How long until (or since) an instant, as days, hours and minutes; what is negative is over. */
export function timeLeft(until: string | Date, now: Date): { isOver: boolean; days: number; hours: number; minutes: number } {
  const span = new Date(until).getTime() - now.getTime();
  const minutes = Math.floor(Math.abs(span) / 60_000);
  return { isOver: span < 0, days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60), minutes: minutes % 60 };
}
