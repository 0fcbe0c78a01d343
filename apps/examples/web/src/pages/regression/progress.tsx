import type { JSX } from "preact";
import type { Training } from "../../training/client.js";
import { LossChart } from "../../ui/loss-chart.js";
import { Panel } from "../../ui/panel.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { lossColours, lossNames, lossWidths, type RegressionProtocol } from "./protocol.js";

/** The progress of training, and the loss of each fit after each step. */
export function Progress({ training }: { readonly training: Training<RegressionProtocol> }): JSX.Element {
  const snapshot = training.snapshot.value;
  const state = training.state.value;
  const label = state === "training" || state === "loading" ? "Training" : state === "finished" ? "Trained" : "Stopped";
  return (
    <Panel title="Loss">
      <ProgressBar
        label={label}
        value={Math.round(100 * (snapshot?.progress ?? 0))}
        max={100}
        text={`${training.steps.value.toLocaleString("en")} steps`}
      />
      <LossChart
        label="The mean loss of each fit over the steps of training"
        xLabel="step"
        x={snapshot?.steps ?? []}
        series={lossNames.map((name, i) => ({
          name,
          colour: lossColours[name],
          width: lossWidths[name],
          values: snapshot?.losses[i] ?? [],
        }))}
        logarithmic
      />
    </Panel>
  );
}
