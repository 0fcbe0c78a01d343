import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { dashes, type SeriesColour } from "../../ui/theme.js";
import { Axes } from "./axes.js";
import { curvePath, type Frame, nudge, pointAt, xToPixel, yToPixel } from "./geometry.js";
import type { Domain, Point } from "./protocol.js";
import { useWidth } from "./width.js";

export interface Curve {
  readonly name: string;
  readonly colour: SeriesColour;
  readonly values: readonly number[];
}

export interface PlotProps {
  readonly domain: Domain;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly Point[];
  /** A signal: curves move many times a second, and the points need not be drawn again for that. */
  readonly curves: ReadonlySignal<readonly Curve[]>;
  /** The point that keys move. */
  readonly selected: number;
  onSelect(index: number): void;
  onAdd(point: Point): void;
  onMove(index: number, point: Point): void;
  onRemove(index: number): void;
}

interface CurvePathsProps {
  readonly domain: Domain;
  readonly frame: Frame;
  readonly curves: ReadonlySignal<readonly Curve[]>;
}

const format = (value: number): string => String(+value.toFixed(2));

/** Pixels that a finger may move and still have tapped. */
const TAP = 8;

function CurvePaths({ domain, frame, curves }: CurvePathsProps): JSX.Element {
  return (
    <>
      {curves.value.map(({ name, colour, values }) => (
        <path
          key={name}
          data-curve={name}
          class="regression-curve"
          d={curvePath(domain, frame, values)}
          stroke={`var(--series-${colour})`}
          stroke-dasharray={dashes[colour].join(" ")}
        />
      ))}
    </>
  );
}

/** Points to add, drag and remove by mouse, touch and keys, and the curves that fit them. */
export function Plot(props: PlotProps): JSX.Element {
  const { domain, points, selected } = props;
  const element = useRef<SVGSVGElement>(null);
  const clip = useId();
  const width = useWidth(element, 640);
  const height = Math.round(Math.min(460, Math.max(280, width * 0.62)));
  const frame: Frame = { left: 40, top: 30, width: width - 52, height: height - 76 };
  const dragged = useSignal(-1);
  const pressed = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  /** Set when a key has changed what is selected: the focus follows. */
  const follow = useRef(false);

  useLayoutEffect(() => {
    if (!follow.current) return;
    follow.current = false;
    element.current?.querySelector<SVGElement>('[role="slider"][tabindex="0"]')?.focus();
  });

  const at = (event: PointerEvent): Point => {
    const { left, top } = element.current!.getBoundingClientRect();
    return pointAt(domain, frame, event.clientX - left, event.clientY - top);
  };

  const press = (event: PointerEvent, index: number): void => {
    if (event.button !== 0) return;
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    dragged.value = index;
    props.onSelect(index);
  };

  const select = (index: number): void => {
    follow.current = true;
    props.onSelect(Math.min(points.length - 1, Math.max(0, index)));
  };

  const key = (event: KeyboardEvent, index: number): void => {
    const point = points[index]!;
    const by = event.shiftKey ? 10 : 2;
    const move = (right: number, up: number): void => props.onMove(index, nudge(domain, point, right * by, up * by));
    switch (event.key) {
      case "ArrowLeft":
        move(-1, 0);
        break;
      case "ArrowRight":
        move(1, 0);
        break;
      case "ArrowUp":
        move(0, 1);
        break;
      case "ArrowDown":
        move(0, -1);
        break;
      case "PageDown":
        select(index + 1);
        break;
      case "PageUp":
        select(index - 1);
        break;
      case "Home":
        select(0);
        break;
      case "End":
        select(points.length - 1);
        break;
      case "Enter":
        follow.current = true;
        props.onAdd(nudge(domain, point, 4, 0));
        break;
      case "Delete":
      case "Backspace":
        follow.current = true;
        props.onRemove(index);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset
    <svg
      ref={element}
      class="regression-plot"
      role="group"
      aria-label="Points and the curves that fit them"
      height={height}
      onPointerDown={(event) => {
        if (event.button === 0) pressed.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerUp={(event) => {
        const start = pressed.current;
        pressed.current = undefined;
        if (start === undefined || Math.hypot(event.clientX - start.x, event.clientY - start.y) > TAP) return;
        props.onAdd(at(event));
      }}
      onPointerCancel={() => {
        pressed.current = undefined;
      }}
    >
      <clipPath id={clip}>
        <rect x={frame.left} y={frame.top} width={frame.width} height={frame.height} />
      </clipPath>
      <Axes domain={domain} frame={frame} xLabel={props.xLabel} yLabel={props.yLabel} />
      <g clip-path={`url(#${clip})`}>
        <CurvePaths domain={domain} frame={frame} curves={props.curves} />
      </g>
      {points.map((point, index) => (
        <g
          key={index}
          class={`regression-point${dragged.value === index ? " dragged" : ""}`}
          role="slider"
          tabIndex={index === selected ? 0 : -1}
          aria-label={`Point ${index + 1} of ${points.length}`}
          aria-orientation="vertical"
          aria-valuemin={domain.y[0]}
          aria-valuemax={domain.y[1]}
          aria-valuenow={point.y}
          aria-valuetext={`${props.xLabel} ${format(point.x)}, ${props.yLabel} ${format(point.y)}`}
          onPointerDown={(event) => press(event, index)}
          // A finger on a point drags it and does not scroll the page; touch-action does nothing on parts of an SVG.
          onTouchStart={(event) => event.preventDefault()}
          onPointerMove={(event) => {
            if (dragged.value === index) props.onMove(index, at(event));
          }}
          onPointerUp={(event) => {
            event.stopPropagation();
            dragged.value = -1;
          }}
          onLostPointerCapture={() => {
            dragged.value = -1;
          }}
          onFocus={() => props.onSelect(index)}
          onKeyDown={(event) => key(event, index)}
        >
          <circle class="reach" cx={xToPixel(domain, frame, point.x)} cy={yToPixel(domain, frame, point.y)} r={16} />
          <circle class="dot" cx={xToPixel(domain, frame, point.x)} cy={yToPixel(domain, frame, point.y)} r={5} />
        </g>
      ))}
    </svg>
  );
}
