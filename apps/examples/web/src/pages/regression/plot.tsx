import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { dashes, type SeriesColour } from "../../ui/theme.js";
import { Axes } from "./axes.js";
import { curvePath, type Frame, nearestPoint, nudge, pointAt, xToPixel, yToPixel } from "./geometry.js";
import type { Domain, Point } from "./protocol.js";
import { useWidth } from "./width.js";

export interface Curve {
  readonly name: string;
  readonly colour: SeriesColour;
  /** The width of its line in pixels. */
  readonly width: number;
  readonly values: readonly number[];
}

export interface PlotProps {
  readonly domain: Domain;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly Point[];
  /** A signal, because the curves change many times a second and the points do not have to be drawn again with them. */
  readonly curves: ReadonlySignal<readonly Curve[]>;
  /** The index of the selected point, or −1. Keys move the selected point. */
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

/** A press that moves by at most this many pixels is a click or a tap. */
const TAP = 8;

/** A press within this many pixels of a point takes the point, by pointer type. Fingers are less exact. */
const reaches: Readonly<Record<string, number>> = { mouse: 14, pen: 16, touch: 24 };

function CurvePaths({ domain, frame, curves }: CurvePathsProps): JSX.Element {
  return (
    <>
      {curves.value.map(({ name, colour, width, values }) => (
        <path
          key={name}
          data-curve={name}
          class="regression-curve"
          d={curvePath(domain, frame, values)}
          stroke={`var(--series-${colour})`}
          stroke-dasharray={dashes[colour].join(" ")}
          stroke-width={width}
        />
      ))}
    </>
  );
}

/**
 * Points that the visitor adds, drags and removes by mouse, touch and keys, and the curves that fit them.
 *
 * The points lie closer together than a finger is wide, so they receive no pointer events themselves: the plot decides
 * which point is nearest to a press.
 */
export function Plot(props: PlotProps): JSX.Element {
  const { domain, points, selected } = props;
  const element = useRef<SVGSVGElement>(null);
  const clip = useId();
  const width = useWidth(element, 640);
  const height = Math.round(Math.min(460, Math.max(280, width * 0.62)));
  const frame: Frame = { left: 40, top: 30, width: width - 52, height: height - 76 };
  const dragged = useSignal(-1);
  /** The point under the mouse, or −1. */
  const hovered = useSignal(-1);
  /** Where a press began that took no point. */
  const pressed = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  /** Set when a key or a press has selected another point, which then receives the focus. */
  const follow = useRef(false);
  /** One tab stop for all points; arrow keys and Page Up, Page Down do the rest. */
  const tabStop = Math.max(0, Math.min(points.length - 1, selected));

  useLayoutEffect(() => {
    if (!follow.current) return;
    follow.current = false;
    element.current?.querySelector<SVGElement>('[role="slider"][tabindex="0"]')?.focus({ preventScroll: true });
  });

  const at = (event: PointerEvent): Point => {
    const { left, top } = element.current!.getBoundingClientRect();
    return pointAt(domain, frame, event.clientX - left, event.clientY - top);
  };

  const nearest = (at: { readonly clientX: number; readonly clientY: number }, pointerType: string): number => {
    const { left, top } = element.current!.getBoundingClientRect();
    const reach = reaches[pointerType] ?? reaches.mouse!;
    return nearestPoint(domain, frame, points, at.clientX - left, at.clientY - top, reach);
  };

  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const index = nearest(event, event.pointerType);
    if (index < 0) {
      pressed.current = { x: event.clientX, y: event.clientY };
      return;
    }
    element.current!.setPointerCapture(event.pointerId);
    dragged.value = index;
    follow.current = true;
    props.onSelect(index);
  };

  const move = (event: PointerEvent): void => {
    if (dragged.value >= 0) props.onMove(dragged.value, at(event));
    else if (event.pointerType !== "touch") hovered.value = nearest(event, event.pointerType);
  };

  const release = (event: PointerEvent): void => {
    const start = pressed.current;
    pressed.current = undefined;
    if (dragged.value >= 0) dragged.value = -1;
    else if (start !== undefined && Math.hypot(event.clientX - start.x, event.clientY - start.y) <= TAP) {
      props.onAdd(at(event));
    }
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
    // biome-ignore lint/a11y/useSemanticElements: a drawing is not a fieldset
    <svg
      ref={element}
      class={`regression-plot${dragged.value >= 0 ? " dragging" : hovered.value >= 0 ? " hovering" : ""}`}
      role="group"
      aria-label="Points and the curves that fit them"
      height={height}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={() => {
        pressed.current = undefined;
        dragged.value = -1;
      }}
      onPointerLeave={() => {
        hovered.value = -1;
      }}
      onLostPointerCapture={() => {
        dragged.value = -1;
      }}
      // Otherwise the browser would take the focus away from the point that the press has selected.
      onMouseDown={(event) => {
        if (dragged.value >= 0) event.preventDefault();
      }}
      // A finger that drags a point must not scroll the page as well.
      onTouchStart={(event) => {
        if (nearest(event.touches[0]!, "touch") >= 0) event.preventDefault();
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
          class={`regression-point${index === selected ? " selected" : ""}${
            index === dragged.value || index === hovered.value ? " near" : ""
          }`}
          role="slider"
          // The attribute in lower case: SVG elements do not know `tabIndex`.
          tabindex={index === tabStop ? 0 : -1}
          aria-label={`Point ${index + 1} of ${points.length}`}
          aria-orientation="vertical"
          aria-valuemin={domain.y[0]}
          aria-valuemax={domain.y[1]}
          aria-valuenow={point.y}
          aria-valuetext={`${props.xLabel} ${format(point.x)}, ${props.yLabel} ${format(point.y)}`}
          onFocus={() => props.onSelect(index)}
          onKeyDown={(event) => key(event, index)}
        >
          <circle class="reach" cx={xToPixel(domain, frame, point.x)} cy={yToPixel(domain, frame, point.y)} r={11} />
          <circle class="dot" cx={xToPixel(domain, frame, point.x)} cy={yToPixel(domain, frame, point.y)} r={5} />
        </g>
      ))}
    </svg>
  );
}
