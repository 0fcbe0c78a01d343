/** Who measured what: a bar and a number for each backend. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { ErrorText } from "../../ui/error-text.js";
import type { Row } from "./page.js";

export interface RowsProps {
  readonly rows: readonly Row[];
  /** The visitor's; shown once it was measured. */
  readonly custom: Row;
}

const rateOf = ({ standing }: Row): number => standing.value.rate?.perSecond ?? 0;

const text = (rate: number): string =>
  rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toPrecision(rate >= 1 ? 3 : 2);

/** Results of one computation, rounded differently. */
const agree = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-3 * Math.max(1, Math.abs(a), Math.abs(b));

export function Rows({ rows, custom }: RowsProps): JSX.Element {
  const most = useComputed(() => Math.max(...[...rows, custom].map(rateOf), 1e-9));
  /** What results are compared with: the first that has one. */
  const result = useComputed(() =>
    rows.map(({ standing }) => standing.value.rate?.result).find((one) => one !== undefined),
  );
  const shown = custom.standing.value.state === "waiting" ? rows : [...rows, custom];
  return (
    <table class="backends-rows">
      <caption class="visually-hidden">Steps per second of each backend</caption>
      <thead>
        <tr>
          <th scope="col">Backend</th>
          <th scope="col" class="backends-number">
            Steps per second
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <Measured key={row.candidate.key} row={row} most={most.value} result={result.value} />
        ))}
      </tbody>
    </table>
  );
}

interface MeasuredProps {
  readonly row: Row;
  readonly most: number;
  readonly result: number | undefined;
}

function Measured({ row, most, result }: MeasuredProps): JSX.Element {
  const { candidate, standing } = row;
  const { state, rate, error } = standing.value;
  const differs = rate !== undefined && result !== undefined && !agree(rate.result, result);
  return (
    <tr class={candidate.key === "custom" ? "backends-yours" : ""} data-state={state} data-backend={candidate.key}>
      <th scope="row">
        {candidate.name}
        <span class="backends-detail">{candidate.detail}</span>
      </th>
      <td>
        {candidate.reason !== undefined ? (
          <p class="backends-reason">{candidate.reason}</p>
        ) : (
          <>
            <div class="backends-rate">
              <div class="backends-track" aria-hidden="true">
                <div
                  class="backends-bar"
                  style={{ transform: `translateX(${100 * ((rate?.perSecond ?? 0) / most - 1)}%)` }}
                />
              </div>
              <span class="backends-number">
                {rate !== undefined
                  ? text(rate.perSecond)
                  : state === "measuring"
                    ? "starting …"
                    : state === "failed"
                      ? "failed"
                      : "–"}
              </span>
            </div>
            <ErrorText text={candidate.key === "custom" ? undefined : error} />
            {differs && (
              <p class="backends-reason">
                Its result is another one: {rate.result.toPrecision(6)} instead of {result.toPrecision(6)}.
              </p>
            )}
          </>
        )}
      </td>
    </tr>
  );
}
