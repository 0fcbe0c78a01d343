import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { theme } from "../../ui/theme.js";
import { PIXELS, SIZE } from "./raster.js";

/** The number of units in a row, and the pixels between two units. */
const ACROSS = 8;
const GAP = 2;

/** The red, green and blue components of colours. A canvas converts them from any CSS notation. */
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
  /** The weights of the units, one image after another. */
  readonly weights: Float32Array | undefined;
  /** The time of the last evaluation. The picture is drawn again when it changes. */
  readonly time: number | undefined;
}

/** The weights of the first layer's units as images. */
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
        Each picture shows the weights of one unit. Ink on <b class="digits-towards">blue</b> pixels increases the
        unit’s activation, and ink on <b class="digits-against">orange</b> pixels decreases it. The weights are noise at
        first; during training they take the form of parts of strokes.
      </p>
    </>
  );
}
