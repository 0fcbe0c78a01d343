import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dashes, type SeriesColour, type Theme, theme } from "./theme.js";

export interface ChartSeries {
  readonly name: string;
  readonly colour: SeriesColour;
  readonly values: readonly number[];
  /** Draws a thin dashed line, for a series that accompanies another one. */
  readonly faint?: boolean;
  /** The width of the line in pixels. Default: 2. */
  readonly width?: number;
}

export interface LossChartProps {
  /** What the chart shows, for screen readers. */
  readonly label: string;
  readonly xLabel: string;
  readonly x: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly logarithmic?: boolean;
  /** A fixed range of y. */
  readonly range?: readonly [number, number];
  readonly height?: number;
  /** Formats a value in the legend. */
  readonly format?: (value: number) => string;
  /** Whether the legend shows the last value of each series. Default: true. */
  readonly values?: boolean;
}

const digits = (value: number): string =>
  value === 0 || (Math.abs(value) >= 0.01 && Math.abs(value) < 1e5)
    ? String(+value.toPrecision(3))
    : value.toExponential(1);

/** Keeps the ticks at 1, 2 and 5 times a power of ten, for a logarithmic axis. */
const round = (_: UPlot, splits: number[]): (number | null)[] =>
  splits.map((split) => ("125".includes(split.toExponential()[0]!) ? split : null));

function options(props: LossChartProps, width: number, { quiet, line, font, series }: Theme): UPlot.Options {
  const axis: UPlot.Axis = {
    stroke: quiet,
    font: `12px ${font}`,
    labelFont: `12px ${font}`,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    gap: 6,
  };
  return {
    width,
    height: props.height ?? 200,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false },
      y: {
        distr: props.logarithmic === true ? 3 : 1,
        ...(props.range === undefined ? {} : { range: [props.range[0], props.range[1]] }),
      },
    },
    axes: [
      { ...axis, label: props.xLabel, labelSize: 18, size: 26 },
      {
        ...axis,
        ...(props.logarithmic === true ? { filter: round, grid: { ...axis.grid, filter: round } } : {}),
        size: 52,
        values: (_, splits) => splits.map((split) => (split === null ? "" : digits(split))),
      },
    ],
    series: [
      {},
      ...props.series.map(({ name, colour, faint, width }) => ({
        label: name,
        stroke: series[colour],
        width: faint === true ? 1 : (width ?? 2),
        dash: faint === true ? [2, 3] : [...dashes[colour]],
        points: { show: false },
      })),
    ],
  };
}

/** Curves over training steps or any other x, with a legend that shows the last values. */
export function LossChart(props: LossChartProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | undefined>(undefined);
  const colours = theme.value;
  // A change of any of these makes a new chart. A change of the data only draws the chart again.
  const kind = JSON.stringify([
    props.series.map(({ name, colour, faint, width }) => [name, colour, faint, width]),
    props.logarithmic,
    props.range,
    props.height,
    props.xLabel,
  ]);
  const data = (): UPlot.AlignedData => [
    props.x as number[],
    ...props.series.map(({ values }) =>
      // A logarithmic axis cannot show 0.
      props.logarithmic === true ? values.map((value) => (value > 0 ? value : null)) : (values as number[]),
    ),
  ];

  useEffect(() => {
    const element = frame.current!;
    const made = new UPlot(options(props, element.clientWidth || 300, colours), data(), element);
    chart.current = made;
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: made.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [kind, colours]);

  useEffect(() => chart.current?.setData(data()), [props.x, props.series]);

  const format = props.format ?? digits;
  return (
    <figure class="chart">
      <div ref={frame} class="chart-frame" role="img" aria-label={props.label} />
      <figcaption class="legend">
        {props.series.map(({ name, colour, values, faint, width }) => (
          <span key={name}>
            <Swatch colour={colour} faint={faint === true} width={width} />
            {name}
            {props.values !== false && values.length > 0 && (
              <span class="number"> {format(values[values.length - 1]!)}</span>
            )}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

export interface SwatchProps {
  readonly colour: SeriesColour;
  readonly faint?: boolean;
  /** The width of the line in pixels. Default: 3. */
  readonly width?: number | undefined;
}

/** A short piece of a series' line. */
export function Swatch({ colour, faint, width = 3 }: SwatchProps): JSX.Element {
  return (
    <svg class="swatch" viewBox="0 0 24 6" aria-hidden="true">
      <line
        x1="0"
        y1="3"
        x2="24"
        y2="3"
        stroke={`var(--series-${colour})`}
        stroke-width={faint === true ? 1.5 : width}
        stroke-dasharray={faint === true ? "2 3" : dashes[colour].join(" ")}
      />
    </svg>
  );
}
