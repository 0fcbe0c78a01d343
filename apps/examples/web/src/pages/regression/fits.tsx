import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { Swatch } from "../../ui/loss-chart.js";
import { type Domain, type LossName, lossColours, lossNames, lossWidths, type RegressionSnapshot } from "./protocol.js";
import { shareOfFarthest } from "./pull.js";

export interface FitsProps {
  readonly domain: Domain;
  /** Whether the model is a line. Only lines have one slope. */
  readonly line: boolean;
  readonly delta: number;
  readonly snapshot: ReadonlySignal<RegressionSnapshot | undefined>;
  readonly hidden: ReadonlySet<LossName>;
  onToggle(name: LossName): void;
}

/** The current fit of each loss, and the choice of the curves that are shown. */
export function Fits({ domain, line, delta, hidden, onToggle, ...props }: FitsProps): JSX.Element {
  const snapshot = props.snapshot.value;
  return (
    <>
      <table class="regression-fits">
        <caption class="visually-hidden">The four fits</caption>
        <thead>
          <tr>
            <th scope="col">Loss</th>
            {line && <th scope="col">slope</th>}
            <th scope="col">pull of the farthest 25% of the points</th>
          </tr>
        </thead>
        <tbody>
          {lossNames.map((name, i) => {
            const curve = snapshot?.curves[i];
            const slope = curve && (curve[curve.length - 1]! - curve[0]!) / (domain.x[1] - domain.x[0]);
            const residuals = snapshot?.residuals[i] ?? [];
            return (
              <tr key={name}>
                <th scope="row">
                  <label>
                    <input type="checkbox" checked={!hidden.has(name)} onChange={() => onToggle(name)} />
                    <Swatch colour={lossColours[name]} width={lossWidths[name]} />
                    {name}
                  </label>
                </th>
                {line && <td data-slope={name}>{slope === undefined ? "–" : slope.toFixed(3)}</td>}
                <td>
                  {residuals.length === 0 ? "–" : `${Math.round(100 * shareOfFarthest(name, residuals, delta))}%`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="hint">
        A point’s pull is the size of the loss’s gradient at that point. If all points pulled equally hard, the farthest
        25% of them would have 25% of the pull.
      </p>
    </>
  );
}
