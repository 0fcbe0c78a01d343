import type { JSX } from "preact";
import { type Frame, ticks, xToPixel, yToPixel } from "./geometry.js";
import type { Domain } from "./protocol.js";

export interface AxesProps {
  readonly domain: Domain;
  readonly frame: Frame;
  readonly xLabel: string;
  readonly yLabel: string;
}

const text = (value: number): string =>
  Math.abs(value) >= 1e4 ? value.toExponential(0) : String(value).replace("-", "−");

/** Grid lines with their numbers. */
export function Axes({ domain, frame, xLabel, yLabel }: AxesProps): JSX.Element {
  const bottom = frame.top + frame.height;
  const xs = ticks(domain.x[0], domain.x[1], Math.max(2, frame.width / 90));
  const ys = ticks(domain.y[0], domain.y[1], Math.max(2, frame.height / 55));
  return (
    <g class="regression-axes">
      {xs.map((value) => {
        const x = xToPixel(domain, frame, value);
        return (
          <g key={`x${value}`}>
            <line x1={x} x2={x} y1={frame.top} y2={bottom} class={value === 0 ? "zero" : undefined} />
            <text x={x} y={bottom + 17} text-anchor="middle">
              {text(value)}
            </text>
          </g>
        );
      })}
      {ys.map((value) => {
        const y = yToPixel(domain, frame, value);
        return (
          <g key={`y${value}`}>
            <line
              x1={frame.left}
              x2={frame.left + frame.width}
              y1={y}
              y2={y}
              class={value === 0 ? "zero" : undefined}
            />
            <text x={frame.left - 8} y={y + 4} text-anchor="end">
              {text(value)}
            </text>
          </g>
        );
      })}
      <text x={frame.left + frame.width} y={bottom + 33} text-anchor="end" class="label">
        {xLabel}
      </text>
      <text x={frame.left} y={frame.top - 10} class="label">
        {yLabel}
      </text>
    </g>
  );
}
