import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Bitmap } from "./bitmap.js";

export interface AnswerProps {
  /** What the network is shown. */
  readonly pixels: Float32Array;
  /** Of the ten digits; none where nothing is drawn. */
  readonly probabilities: readonly number[] | undefined;
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/** How long an answer has to stand before it is read out, in milliseconds. */
const SETTLED = 500;

/** What the network takes a drawing for. */
export function Answer({ pixels, probabilities }: AnswerProps): JSX.Element {
  const best = probabilities === undefined ? -1 : probabilities.indexOf(Math.max(...probabilities));
  const text = best < 0 ? "" : `This looks like a ${best}, ${percent(probabilities![best]!)} sure.`;
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
        <div class="digits-best" data-best={best < 0 ? undefined : best} aria-hidden="true">
          {best < 0 ? "?" : best}
        </div>
        <figure class="digits-seen">
          <Bitmap pixels={pixels} />
          <figcaption>what the network sees</figcaption>
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
