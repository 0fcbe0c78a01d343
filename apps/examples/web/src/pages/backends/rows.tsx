/** The results of the measurements: a bar and a number for each backend. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { ErrorText } from "../../ui/error-text.js";
import type { Row } from "./page.js";

export interface RowsProps {
  readonly rows: readonly Row[];
  /** The visitor's backend. It is shown once it has been measured. */
  readonly custom: Row;
  /** The result of the task, for when no built-in backend has been measured. */
  readonly reference: number | undefined;
}

const rateOf = ({ standing }: Row): number => standing.value.rate?.perSecond ?? 0;

const text = (rate: number): string =>
  rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toPrecision(rate >= 1 ? 3 : 2);

/** Whether two results differ by no more than rounding. */
const agree = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-3 * Math.max(1, Math.abs(a), Math.abs(b));

export function Rows({ rows, custom, reference }: RowsProps): JSX.Element {
  const most = useComputed(() => Math.max(...[...rows, custom].map(rateOf), 1e-9));
  /** All results are compared with this one. */
  const first = useComputed(() =>
    rows.map(({ standing }) => standing.value.rate?.result).find((one) => one !== undefined),
  );
  const result = first.value ?? reference;
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
          <Measured key={row.candidate.key} row={row} most={most.value} result={result} />
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
  const { state, rate, error, detail = candidate.detail } = standing.value;
  const differs = rate !== undefined && result !== undefined && !agree(rate.result, result);
  return (
    <tr class={candidate.key === "custom" ? "backends-yours" : ""} data-state={state} data-backend={candidate.key}>
      <th scope="row">
        {candidate.name}
        <span class="backends-detail">{detail}</span>
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
                Its result is wrong: {rate.result.toPrecision(6)} instead of {result.toPrecision(6)}.
              </p>
            )}
          </>
        )}
      </td>
    </tr>
  );
}
