import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { dashes, type SeriesColour } from "../../ui/theme.js";
import { Axes } from "./axes.js";
import { curvePath, type Frame, xToPixel, yToPixel } from "./geometry.js";
import type { Curve } from "./plot.js";
import type { Domain } from "./protocol.js";
import { useWidth } from "./width.js";

export interface ShapeChartProps {
  readonly label: string;
  readonly yLabel: string;
  /** The chart shows residuals from −reach to reach. */
  readonly reach: number;
  readonly y: readonly [number, number];
  /** The residual at which Huber's loss changes from quadratic to linear. */
  readonly delta: number;
  readonly curves: readonly Curve[];
  /** The residuals of the points, drawn on the curve of this name. */
  readonly dots: { readonly name: string; readonly residuals: readonly number[] };
}

/** A function of the residual for each loss, and the place of each data point on one of them. */
export function ShapeChart(props: ShapeChartProps): JSX.Element {
  const { reach, delta, curves, dots } = props;
  const element = useRef<SVGSVGElement>(null);
  const clip = useId();
  const width = useWidth(element, 400);
  const height = 230;
  const frame: Frame = { left: 44, top: 26, width: width - 56, height: height - 68 };
  const domain: Domain = { x: [-reach, reach], y: props.y };
  const on = curves.find(({ name }) => name === dots.name);
  /** The curve's value at a residual, interpolated between the two values beside it. */
  const value = ({ values }: Curve, residual: number): number => {
    const place = ((residual + reach) / (2 * reach)) * (values.length - 1);
    const before = Math.min(values.length - 2, Math.max(0, Math.floor(place)));
    return values[before]! + (place - before) * (values[before + 1]! - values[before]!);
  };
  return (
    <svg ref={element} class="regression-shape" height={height} role="img" aria-label={props.label}>
      <clipPath id={clip}>
        <rect x={frame.left} y={frame.top} width={frame.width} height={frame.height} />
      </clipPath>
      {delta < reach && (
        <rect
          class="regression-quadratic"
          x={xToPixel(domain, frame, -delta)}
          width={xToPixel(domain, frame, delta) - xToPixel(domain, frame, -delta)}
          y={frame.top}
          height={frame.height}
        />
      )}
      <Axes domain={domain} frame={frame} xLabel="residual" yLabel={props.yLabel} />
      <g clip-path={`url(#${clip})`}>
        {curves.map((curve) => (
          <path
            key={curve.name}
            class="regression-curve"
            d={curvePath(domain, frame, curve.values)}
            stroke={`var(--series-${curve.colour})`}
            stroke-dasharray={dashes[curve.colour].join(" ")}
            stroke-width={curve.width}
          />
        ))}
        {on !== undefined &&
          dots.residuals.map((residual, index) => (
            <circle
              key={index}
              class="regression-residual"
              cx={xToPixel(domain, frame, residual)}
              cy={yToPixel(domain, frame, value(on, residual))}
              r={4}
              fill={`var(--series-${on.colour satisfies SeriesColour})`}
            />
          ))}
      </g>
    </svg>
  );
}
