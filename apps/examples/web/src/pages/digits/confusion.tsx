import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Evaluation } from "./protocol.js";

export interface ConfusionProps {
  readonly evaluation: ReadonlySignal<Evaluation | undefined>;
}

interface CellProps extends ConfusionProps {
  readonly digit: number;
  readonly taken: number;
}

/** One count. It renders again only when the count changes, because there are many updates a second. */
function Cell({ evaluation, digit, taken }: CellProps): JSX.Element {
  const found = useComputed(() => evaluation.value?.confusion[digit]?.[taken]);
  const share = useComputed(() => {
    const row = evaluation.value?.confusion[digit] ?? [];
    // The square root makes a few errors visible beside many correct predictions.
    return Math.sqrt(
      (row[taken] ?? 0) /
        Math.max(
          1,
          row.reduce((sum, count) => sum + count, 0),
        ),
    ).toFixed(2);
  });
  const count = found.value;
  const kind = count === undefined || count === 0 ? "none" : taken === digit ? "right" : "wrong";
  return (
    <td class={kind} style={{ "--share": share.value }}>
      {count}
    </td>
  );
}

const digits = Array.from({ length: 10 }, (_, digit) => digit);

/** The confusion matrix: the number of held-out digits by digit and prediction. Colours repeat what the numbers say. */
export function Confusion({ evaluation }: ConfusionProps): JSX.Element {
  return useMemo(
    () => (
      <div class="digits-confusion">
        <table>
          <caption class="visually-hidden">
            Confusion matrix: the digit that was drawn (rows) and the digit that was predicted (columns)
          </caption>
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={10} class="axis">
                predicted
              </th>
            </tr>
            <tr>
              <th scope="col" class="axis">
                drawn
              </th>
              {digits.map((digit) => (
                <th key={digit} scope="col">
                  {digit}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {digits.map((digit) => (
              <tr key={digit}>
                <th scope="row">{digit}</th>
                {digits.map((taken) => (
                  <Cell key={taken} evaluation={evaluation} digit={digit} taken={taken} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    ),
    [evaluation],
  );
}
