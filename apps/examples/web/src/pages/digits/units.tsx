import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Theme, theme } from "../../ui/theme.js";
import { PIXELS, SIZE } from "./raster.js";

/** Units beside each other, and pixels between them. */
const ACROSS = 8;
const GAP = 2;

/** Red, green and blue of a colour of the theme, which are written as #rrggbb. */
const components = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

function paint(canvas: HTMLCanvasElement, weights: Float32Array, colours: Theme): void {
  const units = weights.length / PIXELS;
  canvas.width = ACROSS * (SIZE + GAP) - GAP;
  canvas.height = Math.ceil(units / ACROSS) * (SIZE + GAP) - GAP;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(canvas.width, canvas.height);
  const [paper, against, towards] = [colours.surface, colours.series[1], colours.series[3]].map(components);
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
  const colours = theme.value;
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
