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
  none: string;
  day: (day: string) => string;
  fraction: (figures: Figures) => string;
}

/** An axis begins at the ten below the lowest of what is drawn on it: a change is seen, and the scale says where it begins. */
export function floorOf(values: readonly (number | null | undefined)[]): number {
  const lowest = values.filter((each) => each !== null && each !== undefined);
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
  const hasCommunities = points.some((each) => each.communities?.value !== null && each.communities !== null);
  const text = { color: palette.ink2, fontSize: 12 };
  const left = 44;
  const right = 16;
  return {
    // The two rates lie far apart: each has a strip and a scale of its own, over the same days.
    grid: hasCommunities ? [{ left, right, top: 36, height: "48%" }, { left, right, bottom: 28, height: "24%" }] : [{ left, right, top: 36, bottom: 28 }],
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
        const rate = (figures: Figures) => (figures.value === null ? words.none : `${percent(figures.value)}%  ${words.fraction(figures)}`);
        const lines = [words.day(point.on), `${words.items}  ${rate(point.items)}`];
        if (point.items.interval !== null) lines.push(`${words.interval}  ${percent(point.items.interval.low)}–${percent(point.items.interval.high)}%`);
        if (hasCommunities && point.communities !== null) lines.push(`${words.communities}  ${rate(point.communities)}`);
        return lines.join("\n");
      },
    },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    xAxis: (hasCommunities ? [0, 1] : [0]).map((gridIndex) => ({
      type: "category",
      gridIndex,
      data: days,
      boundaryGap: false,
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { ...text, show: !hasCommunities || gridIndex === 1, formatter: (day: string) => day.slice(5).replace("-", "/"), hideOverlap: true },
    })),
    yAxis: [floorOf([...points.map((each) => each.items.interval?.low), target]), ...(hasCommunities ? [floorOf(points.map((each) => each.communities?.interval?.low))] : [])].map((min, gridIndex) => ({
      type: "value",
      gridIndex,
      min,
      max: gridIndex === 0 ? 100 : Math.min(100, Math.ceil(Math.max(...points.map((each) => (each.communities?.interval?.high ?? 0) * 10))) * 10),
      splitNumber: gridIndex === 0 ? 5 : 2,
      axisLabel: { ...text, formatter: "{value}%" },
      splitLine: { lineStyle: { color: palette.line } },
    })),
    series: [
      ...bandOf("items", points.map((each) => each.items), palette.brand, 0),
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
        ? [
            ...bandOf("communities", points.map((each) => each.communities), palette.blue, 1),
            {
              name: words.communities,
              type: "line",
              xAxisIndex: 1,
              yAxisIndex: 1,
              data: points.map((each) => hundred(each.communities?.value ?? null)),
              symbol: "none",
              color: palette.blue,
              lineStyle: { width: 2 },
            },
          ]
        : []),
    ],
  };
}

/** The interval as two stacked lines, the area between them filled. */
function bandOf(name: string, figures: readonly (Figures | null)[], colour: string, axis: number): object[] {
  const invisible = { type: "line", stack: name, xAxisIndex: axis, yAxisIndex: axis, symbol: "none", silent: true, lineStyle: { opacity: 0 } };
  return [
    { ...invisible, name: `${name}-low`, data: figures.map((each) => hundred(each?.interval?.low ?? null)) },
    { ...invisible, name: `${name}-band`, data: figures.map((each) => (each?.interval ? hundred(each.interval.high - each.interval.low) : null)), areaStyle: { color: colour, opacity: 0.2 } },
  ];
}
