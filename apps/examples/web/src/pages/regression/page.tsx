import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { calls, years } from "../../../../src/telephone/data.js";
import { useTraining } from "../../training/client.js";
import { Button } from "../../ui/button.js";
import { ErrorText } from "../../ui/error-text.js";
import { LossChart } from "../../ui/loss-chart.js";
import { Panel } from "../../ui/panel.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import type { SeriesColour } from "../../ui/theme.js";
import { lossNames, type RegressionProtocol, type RegressionSettings } from "./protocol.js";

const settings: RegressionSettings = {
  domain: { x: [1949, 1974], y: [-2, 24] },
  points: years.map((x, i) => ({ x, y: calls[i]! })),
  model: "line",
  degree: 4,
  delta: 1,
  backend: "cpu",
};

export function RegressionPage(): JSX.Element {
  const training = useTraining<RegressionProtocol>(
    () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  );
  useEffect(() => training.start(settings, { pace: 300 }), [training]);
  const snapshot = training.snapshot.value;
  return (
    <>
      <h1>Robust regression</h1>
      <p class="lead">Four losses fit the same points.</p>
      <div class="panels">
        <Panel
          title="Loss"
          actions={
            training.state.value === "training" ? (
              <Button kind="primary" onClick={() => training.stop()}>
                Stop
              </Button>
            ) : (
              <Button kind="primary" onClick={() => training.start(settings, { pace: 300 })}>
                Train
              </Button>
            )
          }
        >
          <ErrorText text={training.error.value} />
          <ProgressBar label="Training" value={Math.round(1200 * (snapshot?.progress ?? 0))} max={1200} />
          {snapshot !== undefined && (
            <LossChart
              label="The loss of each fit over the steps of training"
              xLabel="step"
              x={snapshot.steps}
              series={lossNames.map((name, i) => ({
                name,
                colour: (i + 1) as SeriesColour,
                values: snapshot.losses[i]!,
              }))}
              logarithmic
            />
          )}
        </Panel>
      </div>
    </>
  );
}
