/** The trend's drawing: the rate with its interval as a band, the target as a line. Pure. */
import { percent, type Figures } from "./figures";
import type { Palette } from "./plot_colours";

export interface TrendPoint {
  on: string;
  items: Figures;
  communities: Figures | null;
}

export interface TrendWords {
  items: string;
  communities: string;
  interval: string;
  target: string;
  day: (day: string) => string;
}

/** The axis begins at the ten below the lowest of what is drawn: a change is seen, and the scale says where it begins. */
export function floorOf(points: readonly TrendPoint[], target: number | null): number {
  const lowest = [...points.flatMap((each) => [each.items.interval?.low ?? null, each.communities?.value ?? null]), target].filter((each) => each !== null);
  return lowest.length === 0 ? 0 : Math.max(0, Math.floor(Math.min(...lowest) * 10 - 1e-9) * 10);
}

/** A row a week and the last day: what a table of a trend shows; every day is in the export. */
export function weekly<T>(points: readonly T[]): T[] {
  const last = points.length - 1;
  return points.filter((_, at) => (last - at) % 7 === 0);
}

const hundred = (share: number | null) => (share === null ? null : Math.round(share * 10_000) / 100);

export function drawTrend(points: readonly TrendPoint[], target: number | null, words: TrendWords, palette: Palette): object {
  const days = points.map((each) => each.on);
  const low = points.map((each) => hundred(each.items.interval?.low ?? null));
  const span = points.map((each) => (each.items.interval === null ? null : hundred(each.items.interval.high - each.items.interval.low)));
  const hasCommunities = points.some((each) => each.communities?.value !== null && each.communities !== null);
  const text = { color: palette.ink2, fontSize: 12 };
  return {
    grid: { left: 44, right: 16, top: 36, bottom: 28 },
    legend: { top: 0, left: 0, itemWidth: 18, textStyle: { color: palette.ink, fontSize: 12 }, data: [words.items, ...(hasCommunities ? [words.communities] : [])] },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 13 },
      formatter: (found: { dataIndex: number }[]) => {
        const point = points[found[0]?.dataIndex ?? -1];
        if (point === undefined) return "";
        const rate = (figures: Figures) => (figures.value === null ? "—" : `${percent(figures.value)}%  ${figures.numerator}/${figures.denominator}`);
        const lines = [words.day(point.on), `${words.items}  ${rate(point.items)}`];
        if (point.items.interval !== null) lines.push(`${words.interval}  ${percent(point.items.interval.low)}–${percent(point.items.interval.high)}%`);
        if (hasCommunities && point.communities !== null) lines.push(`${words.communities}  ${rate(point.communities)}`);
        return lines.join("\n");
      },
    },
    xAxis: {
      type: "category",
      data: days,
      boundaryGap: false,
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { ...text, formatter: (day: string) => day.slice(5).replace("-", "/"), hideOverlap: true },
    },
    yAxis: {
      type: "value",
      min: floorOf(points, target),
      max: 100,
      axisLabel: { ...text, formatter: "{value}%" },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: [
      { name: "low", type: "line", stack: "band", data: low, symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } },
      { name: "band", type: "line", stack: "band", data: span, symbol: "none", silent: true, lineStyle: { opacity: 0 }, areaStyle: { color: palette.brand, opacity: 0.2 } },
      {
        name: words.items,
        type: "line",
        data: points.map((each) => hundred(each.items.value)),
        symbol: "none",
        connectNulls: false,
        color: palette.brand,
        lineStyle: { width: 2.5 },
        ...(target === null
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: "none",
                data: [{ yAxis: target * 100 }],
                lineStyle: { color: palette.amber, type: "dashed", width: 1.5 },
                label: { formatter: words.target, position: "insideEndTop", color: palette.amber, fontSize: 12 },
              },
            }),
      },
      ...(hasCommunities
        ? [{ name: words.communities, type: "line", data: points.map((each) => hundred(each.communities?.value ?? null)), symbol: "none", color: palette.blue, lineStyle: { width: 2, type: "dotted" } }]
        : []),
    ],
  };
}
