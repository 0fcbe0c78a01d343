import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Bitmap } from "./bitmap.js";
import type { Drawings } from "./handwriting.js";
import type { Evaluation } from "./protocol.js";
import { PIXELS } from "./raster.js";

export interface SamplesProps {
  readonly drawings: Drawings;
  readonly evaluation: ReadonlySignal<Evaluation | undefined>;
  onChoose(index: number): void;
}

/** Renders when it is taken for something else. */
function Sample({ drawings, evaluation, onChoose, index }: SamplesProps & { readonly index: number }): JSX.Element {
  const label = drawings.labels[index]!;
  const taken = useComputed(() => evaluation.value?.predictions[index]);
  const prediction = taken.value;
  const wrong = prediction !== undefined && prediction !== label;
  const told = prediction === undefined ? "" : `, taken for a ${prediction}`;
  return (
    <button
      type="button"
      class={wrong ? "wrong" : undefined}
      aria-label={`A ${label}${told}: put it on the pad`}
      onClick={() => onChoose(index)}
    >
      <Bitmap pixels={drawings.pixels} start={index * PIXELS} />
      <span>{prediction === undefined ? " " : wrong ? `✗ ${prediction}` : prediction}</span>
    </button>
  );
}

/** Drawings that the network never learns from, and what it takes them for. */
export function Samples(props: SamplesProps): JSX.Element {
  return useMemo(
    () => (
      <ul class="digits-samples">
        {Array.from(props.drawings.labels, (_, index) => (
          <li key={index}>
            <Sample {...props} index={index} />
          </li>
        ))}
      </ul>
    ),
    [props.drawings, props.evaluation],
  );
}
