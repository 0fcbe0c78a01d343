import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { Bitmap } from "./bitmap.js";
import type { Stroke } from "./raster.js";

/** The pad's coordinates go from 0 to EDGE, whatever its size on the screen. */
export const EDGE = 100;

export interface PadProps {
  readonly strokes: readonly Stroke[];
  /** An image to show instead of strokes. */
  readonly picture: Float32Array | undefined;
  onChange(strokes: readonly Stroke[]): void;
}

/** The distance by which a key moves the pen, without and with Shift. */
const STRIDE = 5;
const SHORT_STRIDE = 1;

/** The directions of the keys. Home, End, Page Up and Page Down move diagonally, as on a numeric keypad. */
const directions: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [-1, -1],
  PageUp: [1, -1],
  End: [-1, 1],
  PageDown: [1, 1],
};

const within = (value: number): number => Math.min(EDGE, Math.max(0, value));

const round = (value: number): number => Math.round(10 * value) / 10;

function path(stroke: Stroke): string {
  let line = `M${stroke[0]} ${stroke[1]}`;
  // A line of length 0 is drawn as a dot, because its ends are round.
  if (stroke.length === 2) return `${line}h0`;
  for (let i = 2; i < stroke.length; i += 2) line += `L${stroke[i]} ${stroke[i + 1]}`;
  return line;
}

/** A pad on which the visitor draws by mouse, touch, pen or keyboard. */
export function Pad({ strokes, picture, onChange }: PadProps): JSX.Element {
  const element = useRef<SVGSVGElement>(null);
  const pointer = useRef<number | undefined>(undefined);
  const latest = useRef(strokes);
  latest.current = strokes;
  const pen = useSignal({ x: 30, y: 20, down: false });
  const help = useId();

  const change = (next: readonly Stroke[]): void => {
    latest.current = next;
    onChange(next);
  };
  const extend = (points: readonly number[]): void => {
    const all = latest.current;
    change([...all.slice(0, -1), [...all[all.length - 1]!, ...points]]);
  };

  const at = (event: PointerEvent): [x: number, y: number] => {
    const { left, top, width, height } = element.current!.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * EDGE;
    const y = ((event.clientY - top) / height) * EDGE;
    return [round(within(x)), round(within(y))];
  };

  const key = (event: KeyboardEvent): void => {
    const direction = directions[event.key];
    const { x, y, down } = pen.value;
    if (direction !== undefined) {
      const stride = event.shiftKey ? SHORT_STRIDE : STRIDE;
      const next = { x: within(x + stride * direction[0]), y: within(y + stride * direction[1]), down };
      pen.value = next;
      if (down) extend([next.x, next.y]);
    } else if (event.key === " " || event.key === "Enter") {
      pen.value = { x, y, down: !down };
      if (!down) change([...latest.current, [x, y]]);
    } else if (event.key === "Backspace") {
      pen.value = { x, y, down: false };
      change(latest.current.slice(0, -1));
    } else if (event.key === "Delete" || event.key === "Escape") {
      pen.value = { x, y, down: false };
      change([]);
    } else return;
    event.preventDefault();
  };

  const { x, y, down } = pen.value;
  return (
    <div class="digits-pad">
      <svg
        ref={element}
        viewBox={`0 0 ${EDGE} ${EDGE}`}
        role="application"
        aria-label="Drawing pad"
        aria-describedby={help}
        // In lower case: SVG elements do not know `tabIndex`.
        tabindex={0}
        onKeyDown={key}
        onBlur={() => {
          pen.value = { ...pen.value, down: false };
        }}
        onPointerDown={(event) => {
          if (event.button !== 0 || pointer.current !== undefined) return;
          element.current!.setPointerCapture(event.pointerId);
          pointer.current = event.pointerId;
          pen.value = { ...pen.value, down: false };
          change([...latest.current, at(event)]);
        }}
        onPointerMove={(event) => {
          if (event.pointerId !== pointer.current) return;
          // Browsers have getCoalescedEvents in secure contexts only.
          const events = event.getCoalescedEvents?.() ?? [];
          extend((events.length > 0 ? events : [event]).flatMap(at));
        }}
        onPointerUp={(event) => {
          if (event.pointerId === pointer.current) pointer.current = undefined;
        }}
        onLostPointerCapture={() => {
          pointer.current = undefined;
        }}
      >
        <path class="guide" d="M50 4V96M4 50H96" />
        {strokes.map((stroke, i) => (
          <path key={i} class="ink" d={path(stroke)} />
        ))}
        <g class={`pen${down ? " down" : ""}`} transform={`translate(${x} ${y})`}>
          <circle r="4.5" />
          <path d="M-8 0H-3M3 0H8M0 -8V-3M0 3V8" />
        </g>
      </svg>
      {picture !== undefined && (
        <div class="digits-picture">
          <Bitmap pixels={picture} />
        </div>
      )}
      {strokes.length === 0 && picture === undefined && (
        <p class="digits-invitation" aria-hidden="true">
          Draw a digit here
        </p>
      )}
      <p class="hint" id={help}>
        Draw with the mouse, a finger or a pen, at any size and anywhere on the pad. With the keyboard: the arrow keys
        move the pen, Space puts it down or lifts it, Backspace removes the last stroke, and Delete clears the pad.
      </p>
    </div>
  );
}
