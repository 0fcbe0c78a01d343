/** The data and the fitted lines as a chart of characters. */
import colors from "picocolors";
import { plot } from "simple-ascii-chart";
import { type Terminal, wrapped } from "../terminal.js";
import { calls, years } from "./data.js";
import type { Line } from "./fit.js";

/** Each line has a character of its own as well as a colour, because pipes and some terminals have no colours. */
function marksOf({ colour }: Terminal): { readonly data: string; readonly lines: readonly string[] } {
  const { yellow, red, green } = colors.createColors(colour);
  return { data: yellow("●"), lines: [red("×"), green("·")] };
}

/** The columns that the labels of the y axis take. */
const LABELS = 5;

const HEIGHT = 22;

/** The data and up to two fitted lines as a chart that fits the terminal. */
export function plotLines(lines: Readonly<Record<string, Line>>, terminal: Terminal): string {
  const marks = marksOf(terminal);
  const [first, last] = [years[0]!, years[years.length - 1]!];
  const width = Math.min(72, terminal.columns - LABELS - 2);
  // One point for each column, so that the lines have no gaps.
  const series = Object.values(lines).map(({ slope, intercept }) =>
    Array.from({ length: width }, (_, i): [number, number] => {
      const year = first + ((last - first) * i) / (width - 1);
      return [year, slope * year + intercept];
    }),
  );
  const lowest = Math.min(0, ...series.flat().map(([, y]) => y));
  const chart = plot(series, {
    width,
    height: HEIGHT,
    // Without a range the chart would end where the lines end, but the points reach further.
    yRange: [lowest, Math.max(...calls) + 1],
    customYAxisTicks: [0, 5, 10, 15, 20],
    customXAxisTicks: width < 50 ? [first, 1961, last] : [first, 1956, 1962, 1968, last],
    formatter: (value) => Math.round(value),
    // The chart does not say which series it draws, so the series is found by its value at this place.
    lineFormatter: ({ plotX, plotY, index, y }) => ({
      x: plotX,
      y: plotY,
      symbol: marks.lines[series.findIndex((points) => points[index]![1] === y)]!,
    }),
    symbols: { point: marks.data },
    points: years.map((x, i) => ({ x, y: calls[i]! })),
  });
  const legend = [`${marks.data} data`, ...Object.keys(lines).map((name, i) => `${marks.lines[i]} ${name}`)].join(
    "   ",
  );
  const trimmed = chart.replace(/^\n|[ \n]+$/g, "").replace(/ +$/gm, "");
  return [wrapped("International telephone calls from Belgium, in tens of millions", terminal), trimmed, legend].join(
    "\n",
  );
}
