import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { theme } from "../../ui/theme.js";
import { PIXELS, SIZE } from "./raster.js";

/** Units beside each other, and pixels between them. */
const ACROSS = 8;
const GAP = 2;

/** Red, green and blue of colours in any notation: a canvas knows them all. */
function components(colours: readonly string[]): readonly (readonly number[])[] {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  return colours.map((colour) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
  });
}

function paint(
  canvas: HTMLCanvasElement,
  weights: Float32Array,
  [paper, against, towards]: readonly (readonly number[])[],
): void {
  const units = weights.length / PIXELS;
  canvas.width = ACROSS * (SIZE + GAP) - GAP;
  canvas.height = Math.ceil(units / ACROSS) * (SIZE + GAP) - GAP;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let unit = 0; unit < units; unit++) {
    const left = (unit % ACROSS) * (SIZE + GAP);
    const top = Math.floor(unit / ACROSS) * (SIZE + GAP);
    let most = 0;
    for (let i = 0; i < PIXELS; i++) most = Math.max(most, Math.abs(weights[unit * PIXELS + i]!));
    for (let i = 0; i < PIXELS; i++) {
      const weight = most > 0 ? weights[unit * PIXELS + i]! / most : 0;
      const colour = weight < 0 ? against! : towards!;
      const at = 4 * ((top + Math.floor(i / SIZE)) * canvas.width + left + (i % SIZE));
      for (let c = 0; c < 3; c++) image.data[at + c] = paper![c]! + Math.abs(weight) * (colour[c]! - paper![c]!);
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

export interface UnitsProps {
  /** Images of the weights, one after another. */
  readonly weights: Float32Array | undefined;
  /** Of the last evaluation: the picture changes with each. */
  readonly time: number | undefined;
}

/** What units of the first layer look for, and what they look away from. */
export function Units({ weights, time }: UnitsProps): JSX.Element {
  const element = useRef<HTMLCanvasElement>(null);
  const { surface, series } = theme.value;
  const colours = useMemo(() => components([surface, series[1], series[3]]), [surface, series]);
  useEffect(() => {
    if (weights !== undefined) paint(element.current!, weights, colours);
  }, [time, colours]);
  const shown = weights === undefined ? 0 : weights.length / PIXELS;
  return (
    <>
      <canvas
        ref={element}
        class="digits-units"
        width={ACROSS * (SIZE + GAP) - GAP}
        height={3 * (SIZE + GAP) - GAP}
        role="img"
        aria-label={`The weights of ${shown} units of the first layer, as images`}
      />
      <p class="hint">
        Each picture is one unit’s weights: it answers to ink where it is <b class="digits-towards">blue</b>, and is
        silenced by ink where it is <b class="digits-against">orange</b>. Noise at first; with training, pieces of
        strokes.
      </p>
    </>
  );
}
