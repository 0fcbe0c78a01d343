/** The data sets to choose from, and outliers to add. */
import { calls, years } from "../../../../src/telephone/data.js";
import type { Domain, Point } from "./protocol.js";

export interface Preset {
  readonly title: string;
  /** The origin of the data, and what to look for. */
  readonly note: string;
  readonly domain: Domain;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly Point[];
}

/** A number in [−1, 1) for each index. The numbers are spread evenly, however many are taken. */
function spread(index: number, ratio: number): number {
  return 2 * ((index * ratio) % 1) - 1;
}

/** The fractional parts of the golden ratio and of √2: multiples of either are spread evenly, and the two are unrelated. */
const GOLDEN = 0.6180339887498949;
const SILVER = 0.41421356237309515;

/** Noise within ±1 that looks random and is the same every time: the mean of two evenly spread numbers. */
const noise = (index: number): number => (spread(index + 1, GOLDEN) + spread(index + 1, SILVER)) / 2;

function sample(count: number, [least, most]: readonly [number, number], y: (x: number) => number): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const x = least + ((most - least) * (i + 0.5)) / count;
    return { x: round(x), y: round(y(x) + noise(i)) };
  });
}

const round = (value: number): number => Math.round(value * 100) / 100;

const plane: Domain = { x: [-5, 5], y: [-6, 10] };

export type PresetName = "telephone" | "line" | "wave" | "empty";

export const presets: Readonly<Record<PresetName, Preset>> = {
  telephone: {
    title: "Belgian telephone calls",
    note:
      "International calls from Belgium, in tens of millions. From 1964 to 1969, minutes were recorded by mistake instead of " +
      "calls. These six points pull the least-squares line up.",
    domain: { x: [1949, 1974], y: [-2, 24] },
    xLabel: "year",
    yLabel: "tens of millions of calls",
    points: years.map((x, i) => ({ x, y: calls[i]! })),
  },
  line: {
    title: "A line with three outliers",
    note: "0.6 x + 1 with noise, and three outliers.",
    domain: plane,
    xLabel: "x",
    yLabel: "y",
    points: [
      ...sample(24, [-4.6, 4.6], (x) => 0.6 * x + 1),
      { x: 3.1, y: -4.6 },
      { x: 3.9, y: -5.1 },
      { x: 4.5, y: -4.2 },
    ],
  },
  wave: {
    title: "A wave with two outliers",
    note: "A sine with noise. Choose a curved model and see which fits bend towards the two outliers above.",
    domain: plane,
    xLabel: "x",
    yLabel: "y",
    points: [...sample(30, [-4.7, 4.7], (x) => 3 * Math.sin(1.3 * x) + 1), { x: -1.6, y: 8.6 }, { x: -0.9, y: 9.1 }],
  },
  empty: {
    title: "Your own points",
    note: "Click or tap to add points.",
    domain: plane,
    xLabel: "x",
    yLabel: "y",
    points: [],
  },
};

/** The `index`-th outlier: near the top, in the outer third on the right or left, where it has most effect on a line. */
export function farPoint({ x, y }: Domain, index: number): Point {
  const side = index % 3 === 2 ? -1 : 1;
  const across = 0.5 + side * (0.3 + 0.08 * spread(index + 1, GOLDEN));
  const up = 0.88 + 0.07 * spread(index + 1, SILVER);
  return { x: round(x[0] + across * (x[1] - x[0])), y: round(y[0] + up * (y[1] - y[0])) };
}
