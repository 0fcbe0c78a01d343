import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Bitmap } from "./bitmap.js";
import type { Images } from "./mnist.js";
import type { Evaluation } from "./protocol.js";
import { PIXELS } from "./raster.js";

export interface SamplesProps {
  readonly images: Images;
  readonly evaluation: ReadonlySignal<Evaluation | undefined>;
  onChoose(index: number): void;
}

/** One digit. It renders again only when its prediction changes. */
function Sample({ images, evaluation, onChoose, index }: SamplesProps & { readonly index: number }): JSX.Element {
  const label = images.labels[index]!;
  const taken = useComputed(() => evaluation.value?.predictions[index]);
  const prediction = taken.value;
  const wrong = prediction !== undefined && prediction !== label;
  const told = prediction === undefined ? "" : `, predicted: ${prediction}`;
  return (
    <button
      type="button"
      class={wrong ? "wrong" : undefined}
      aria-label={`A ${label}${told}. Show it on the pad`}
      onClick={() => onChoose(index)}
    >
      <Bitmap pixels={images.pixels} start={index * PIXELS} />
      <span>{prediction === undefined ? " " : wrong ? `✗ ${prediction}` : prediction}</span>
    </button>
  );
}

/** Held-out digits and their predictions. */
export function Samples(props: SamplesProps): JSX.Element {
  return useMemo(
    () => (
      <ul class="digits-samples">
        {Array.from(props.images.labels, (_, index) => (
          <li key={index}>
            <Sample {...props} index={index} />
          </li>
        ))}
      </ul>
    ),
    [props.images, props.evaluation],
  );
}
