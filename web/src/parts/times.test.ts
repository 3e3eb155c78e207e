import { describe, expect, it, vi } from "vitest";

import { clockTime, dayAndTime, localDay, saidTime, spanWords, timeAgo, timeLeft } from "./times";

const NOW = new Date("2026-11-21T10:32:00+08:00");

describe("times", () => {
  it("are told in the place's own time, whatever the device's zone", () => {
    expect(clockTime("2026-11-21T02:05:00Z", "zh-CN")).toBe("10:05");
    expect(localDay("2026-11-20T16:30:00Z")).toBe("2026-11-21");
  });

  it("have a day as the server writes it, in whatever order the browser writes dates", () => {
    vi.spyOn(Intl.DateTimeFormat.prototype as { readonly format: object }, "format", "get").mockReturnValue(() => "11/21/2026");
    expect(localDay("2026-11-20T16:30:00Z")).toBe("2026-11-21");
    expect(localDay("2027-01-03T02:00:00Z")).toBe("2027-01-03");
  });

  it("name the year where it is another one", () => {
    expect(dayAndTime("2026-12-31T15:30:00Z", "zh-CN", NOW)).toBe("12月31日 23:30");
    expect(dayAndTime("2026-12-31T15:30:00Z", "en", NOW)).toBe("Dec 31 23:30");
    expect(dayAndTime("2026-12-31T16:30:00Z", "zh-CN", NOW)).toBe("2027年1月1日 00:30");
  });

  it("say today, yesterday and tomorrow by the place's calendar", () => {
    const said = ["2026-11-20T00:05:00+08:00", "2026-11-19T23:55:00+08:00", "2026-11-21T00:00:00+08:00", "2026-11-22T23:59:00+08:00", "2026-11-23T00:00:00+08:00"].map((each) => saidTime(each, "zh-CN", NOW));
    expect(said).toEqual(["昨天 00:05", "11月19日 23:55", "今天 00:00", "明天 23:59", "11月23日 00:00"]);
    expect(saidTime("2026-11-22T14:30:00+08:00", "en", NOW)).toBe("tomorrow 14:30");
  });

  it("speak of today in hours, of the day before as yesterday, even if it was an hour ago", () => {
    expect(timeAgo("2026-11-21T08:32:00+08:00", NOW, "zh-CN")).toBe("2小时前");
    expect(timeAgo("2026-11-20T23:00:00+08:00", NOW, "zh-CN")).toBe("昨天");
    expect(timeAgo("2026-11-21T10:31:50+08:00", NOW, "zh-CN")).toBe("1分钟前");
    expect(timeAgo("2026-10-01T10:00:00+08:00", NOW, "zh-CN")).toBe("10月1日");
  });

  it("count down, and up again once it is over", () => {
    expect(timeLeft("2026-11-22T13:32:00+08:00", NOW)).toEqual({ isOver: false, days: 1, hours: 3, minutes: 0 });
    expect(timeLeft("2026-11-21T10:02:00+08:00", NOW)).toEqual({ isOver: true, days: 0, hours: 0, minutes: 30 });
  });

  it("leave out of a span what is zero", () => {
    const words = (days: number, hours: number, minutes: number) => spanWords({ days, hours, minutes });
    expect([words(11, 3, 5), words(11, 0, 5), words(0, 3, 5), words(0, 3, 0), words(0, 0, 0)]).toEqual(["days", "wholeDays", "hours", "wholeHours", "minutes"]);
  });
});
