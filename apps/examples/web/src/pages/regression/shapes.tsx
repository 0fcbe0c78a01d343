import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { EndedError } from "../../training/client.js";
import { errorText } from "../../training/protocol.js";
import { ErrorText } from "../../ui/error-text.js";
import { Panel } from "../../ui/panel.js";
import { Select } from "../../ui/select.js";
import { ticks } from "./geometry.js";
import { type LossName, type LossShapes, lossColours, lossNames, lossWidths } from "./protocol.js";
import { pull } from "./pull.js";
import { ShapeChart } from "./shape-chart.js";

export interface ShapesProps {
  readonly delta: number;
  /** For each fit, the residual of each point. */
  readonly residuals: ReadonlySignal<readonly (readonly number[])[] | undefined>;
  ask(reach: number): Promise<LossShapes>;
}

const lossOptions = Object.fromEntries(lossNames.map((name) => [name, name])) as Readonly<Record<LossName, LossName>>;

/** Rounds up to a round number, so that axes that follow the data do not change all the time. */
function roundUp(value: number): number {
  const steps = ticks(0, value, 4);
  const step = steps[1] ?? value;
  return Math.ceil(value / step) * step;
}

/** Each loss and its gradient as functions of the residual, with the data points of one fit on them. */
export function Shapes({ delta, ask, ...props }: ShapesProps): JSX.Element {
  const residuals = props.residuals.value;
  /** Whether the worker can answer: it can as soon as there are residuals. */
  const ready = residuals !== undefined;
  const shown = useSignal<LossName>("Huber");
  const shapes = useSignal<LossShapes | undefined>(undefined);
  const error = useSignal<string | undefined>(undefined);
  const dots = residuals?.[lossNames.indexOf(shown.value)] ?? [];
  const farthest = dots.reduce((most, residual) => Math.max(most, Math.abs(residual)), 0);
  const reach = roundUp(Math.max(3 * delta, 1.02 * farthest, 1));

  useEffect(() => {
    if (!ready) return;
    let wanted = true;
    ask(reach).then(
      (answer) => {
        if (!wanted) return;
        shapes.value = answer;
        error.value = undefined;
      },
      (thrown: unknown) => {
        // A worker that was ended cannot answer; its successor is asked as soon as it is ready.
        if (wanted && !(thrown instanceof EndedError)) error.value = errorText(thrown);
      },
    );
    return () => {
      wanted = false;
    };
  }, [delta, reach, ready]);

  const answer = shapes.value;
  const answeredReach = answer === undefined ? reach : -answer.residuals[0]!;
  const curves = (values: readonly (readonly number[])[] | undefined) =>
    values === undefined
      ? []
      : lossNames.map((name, i) => ({
          name,
          colour: lossColours[name],
          width: lossWidths[name],
          values: values[i]!,
        }));
  const index = lossNames.indexOf(shown.value);
  // The chosen loss fills the height of the chart. Losses that grow faster are cut off.
  const highest = answer === undefined ? 1 : answer.losses[index]![0]! * 1.15;
  const steepest = Math.max(1, pull(shown.value, reach, delta)) * 1.25;
  return (
    <Panel
      title="Why Huber’s loss resists outliers"
      actions={
        <Select<LossName> label="Show the points of" value={shown.value} options={lossOptions} onChange={choose} />
      }
    >
      <ErrorText text={error.value} />
      <div class="regression-shapes">
        <ShapeChart
          label={`The four losses as functions of the residual, up to ${reach}`}
          yLabel="loss"
          reach={answeredReach}
          y={[0, highest]}
          delta={delta}
          curves={curves(answer?.losses)}
          dots={{ name: shown.value, residuals: dots }}
        />
        <ShapeChart
          label={`Their gradients: MSE's grows without bound, Huber's stops at ${delta}`}
          yLabel="gradient: how hard a point pulls"
          reach={answeredReach}
          y={[-steepest, steepest]}
          delta={delta}
          curves={curves(answer?.gradients)}
          dots={{ name: shown.value, residuals: dots }}
        />
      </div>
      <p class="hint">
        A fit is at its best when the gradients of its points add up to 0. With MSE, a point that is ten times as far
        away pulls ten times as hard. With Huber, no point pulls harder than δ = {delta}. The shaded area is where
        Huber’s loss is quadratic. SmoothL1 is Huber’s loss divided by β, so both losses have the same minimum. Training
        takes a limited number of steps, so the two fits can still differ.
      </p>
    </Panel>
  );

  function choose(name: LossName): void {
    shown.value = name;
  }
}
