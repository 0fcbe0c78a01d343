import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Bitmap } from "./bitmap.js";

export interface AnswerProps {
  /** The image that the network reads. */
  readonly pixels: Float32Array;
  /** The probability of each digit; undefined if nothing is drawn. */
  readonly probabilities: readonly number[] | undefined;
  /** Whether they belong to this image and to the current network. */
  readonly current: boolean;
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/** An answer is announced to screen readers when it has not changed for so many milliseconds. */
const SETTLED = 500;

/** The digit that the network reads, and the probabilities of all digits. */
export function Answer({ pixels, probabilities, current }: AnswerProps): JSX.Element {
  const best = probabilities === undefined ? -1 : probabilities.indexOf(Math.max(...probabilities));
  const text = best < 0 ? "" : `This looks like a ${best} (${percent(probabilities![best]!)}).`;
  const said = useSignal("");
  useEffect(() => {
    const timer = setTimeout(() => {
      said.value = text;
    }, SETTLED);
    return () => clearTimeout(timer);
  }, [text, said]);
  return (
    <div class="digits-answer">
      <div class="digits-verdict">
        <div
          class="digits-best"
          data-best={best < 0 ? undefined : best}
          data-current={current || undefined}
          aria-hidden="true"
        >
          {best < 0 ? "?" : best}
        </div>
        <figure class="digits-seen">
          <Bitmap pixels={pixels} />
          <figcaption>the network’s input</figcaption>
        </figure>
      </div>
      <p class="visually-hidden" role="status" aria-label="What the drawing looks like">
        {said.value}
      </p>
      <ol class="digits-bars" aria-label="Probabilities">
        {Array.from({ length: 10 }, (_, digit) => {
          const share = probabilities?.[digit] ?? 0;
          return (
            <li key={digit} class={digit === best ? "best" : undefined}>
              <span class="digit">{digit}</span>
              <span class="track" aria-hidden="true">
                <span class="bar" style={{ transform: `scaleX(${share.toFixed(3)})` }} />
              </span>
              <span class="number">{probabilities === undefined ? "–" : percent(share)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
