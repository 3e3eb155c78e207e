/** The ranking's drawing: a point for each place, whiskers for its interval, a line for the target. Pure. */
import type { CustomSeriesRenderItem } from "echarts";

import { percent, wholePercent, type Figures } from "./figures";
import type { Palette } from "./plot_colours";
import type { Ranked } from "./ranking";

export interface Place {
  name: string;
  figures: Figures;
}

export interface WhiskerWords {
  target: string;
  coverage: string;
  interval: string;
  rank: (ranked: Ranked<Place>) => string;
  fraction: (figures: Figures) => string;
  shareOf: (coverage: Figures["coverage"]) => string;
}

export const ROW_HEIGHT = 26;

/** How tall the plot is for so many places. */
export function heightOf(places: number): number {
  return 56 + Math.max(3, places) * ROW_HEIGHT;
}

const NARROW = 480;
const WIDE = 520;

export function drawWhiskers(ranking: readonly Ranked<Place>[], target: number | null, words: WhiskerWords, palette: Palette, width: number): object {
  const shown = ranking.filter((each) => each.best !== null);
  const names = shown.map((each) => each.row.name);
  const lowest = Math.min(...shown.map((each) => each.row.figures.interval?.low ?? 1), target ?? 1);
  const longest = Math.max(0, ...shown.map((each) => `${percent(each.row.figures.value ?? 0)}%  ${words.fraction(each.row.figures)}`.length));
  const whisker: CustomSeriesRenderItem = (_, api) => {
    const at = Number(api.value(3));
    const [left, right, point] = [api.coord([api.value(0), at]), api.coord([api.value(2), at]), api.coord([api.value(1), at])];
    const colour = target === null ? palette.grey : Number(api.value(1)) < target * 100 ? palette.red : palette.brand;
    const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line" as const, shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 2 } });
    const [x1 = 0, y = 0] = left ?? [];
    const [x2 = 0] = right ?? [];
    const [x = 0] = point ?? [];
    return {
      type: "group",
      children: [line(x1, y, x2, y), line(x1, y - 5, x1, y + 5), line(x2, y - 5, x2, y + 5), { type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill: colour, stroke: palette.surface, lineWidth: 1.5 } }],
    };
  };
  return {
    grid: [{ left: width < NARROW ? 128 : 168, right: 28 + longest * 6 + (width < WIDE ? 0 : 76), top: 26, bottom: 26 }],
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 13 },
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const found = shown[dataIndex];
        if (found === undefined || found.row.figures.value === null) return "";
        const { name, figures } = found.row;
        const interval = figures.interval === null ? "—" : `${percent(figures.interval.low)}–${percent(figures.interval.high)}%`;
        return [`${name}  ${words.rank(found)}`, `${percent(figures.value ?? 0)}%  ${words.fraction(figures)}`, `${words.interval}  ${interval}`, `${words.coverage}  ${words.shareOf(figures.coverage)}`].join("\n");
      },
    },
    xAxis: {
      type: "value",
      min: Math.max(0, Math.floor(lowest * 10) * 10),
      max: 100,
      position: "bottom",
      splitNumber: width < NARROW ? 2 : 5,
      axisLabel: { color: palette.ink2, formatter: "{value}%", hideOverlap: true },
      splitLine: { lineStyle: { color: palette.line } },
    },
    yAxis: [
      {
        type: "category",
        data: names,
        inverse: true,
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: {
          color: palette.ink,
          fontSize: 13,
          width: width < NARROW ? 118 : 158,
          overflow: "truncate",
          formatter: (name: string, at: number) => `${name} ${shown[at] === undefined ? "" : words.rank(shown[at])}`,
        },
      },
      {
        type: "category",
        data: names,
        inverse: true,
        position: "right",
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: {
          color: palette.ink2,
          fontSize: 12,
          formatter: (_: string, at: number) => {
            const figures = shown[at]?.row.figures;
            if (figures?.value === null || figures === undefined) return "";
            const rate = `${percent(figures.value)}%  ${words.fraction(figures)}`;
            // The fraction comes before coverage where there is room for one only; the tooltip and the table have both.
            return width < WIDE || figures.coverage.value === null ? rate : `${rate}  ${words.coverage} ${wholePercent(figures.coverage.value)}%`;
          },
        },
      },
    ],
    series: [
      {
        type: "custom",
        renderItem: whisker,
        encode: { x: [0, 1, 2], y: 3 },
        data: shown.map((each, at) => {
          const { value, interval } = each.row.figures;
          return [(interval?.low ?? value ?? 0) * 100, (value ?? 0) * 100, (interval?.high ?? value ?? 0) * 100, at];
        }),
      },
      ...(target === null
        ? []
        : [
            {
              type: "line",
              data: [],
              markLine: {
                silent: true,
                symbol: "none",
                data: [{ xAxis: target * 100 }],
                lineStyle: { color: palette.amber, type: "dashed", width: 1.5 },
                label: { formatter: words.target, position: "start", distance: 4, color: palette.amber, fontSize: 12 },
              },
            },
          ]),
    ],
  };
}
