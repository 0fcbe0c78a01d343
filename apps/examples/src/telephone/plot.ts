/** Points and lines as text. */
import { plot } from "simple-ascii-chart";
import { calls, years } from "./data.js";
import type { Line } from "./fit.js";

/** The data and fitted lines as a chart for the terminal. */
export function plotLines(lines: Readonly<Record<string, Line>>, width = 72, height = 22): string {
  const ends = [years[0]!, years[years.length - 1]!];
  const series = Object.values(lines).map(({ slope, intercept }) =>
    years.map((year): [number, number] => [year, slope * year + intercept]),
  );
  return plot(series, {
    width,
    height,
    // The chart takes its range from the lines; the points reach further.
    yRange: [Math.min(0, ...series.flat().map(([, y]) => y)), Math.max(...calls) + 1],
    formatter: (value) => (value >= years[0]! ? value : Math.round(value * 10) / 10),
    color: ["ansiRed", "ansiGreen"],
    points: years.map((year, i) => ({ x: year, y: calls[i]!, color: "ansiYellow" as const })),
    customXAxisTicks: [ends[0]!, 1956, 1962, 1968, ends[1]!],
    title: "International telephone calls from Belgium, tens of millions",
    legend: { position: "bottom", series: Object.keys(lines) },
  });
}
