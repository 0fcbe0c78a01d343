/** Digits: a perceptron learns to read digits that the page draws, and then reads yours. */
import { batch, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { BackendName } from "../../training/backend.js";
import { type TrainingState, useTraining } from "../../training/client.js";
import { Button } from "../../ui/button.js";
import { ErrorText } from "../../ui/error-text.js";
import { LossChart } from "../../ui/loss-chart.js";
import { Panel } from "../../ui/panel.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { Select } from "../../ui/select.js";
import { Slider } from "../../ui/slider.js";
import { Answer } from "./answer.js";
import { Confusion } from "./confusion.js";
import { drawDigits, HELD_OUT_SEED } from "./handwriting.js";
import { EDGE, Pad } from "./pad.js";
import "./page.css";
import {
  type DigitsProtocol,
  type DigitsSettings,
  type DigitsSnapshot,
  type Evaluation,
  HELD_OUT,
  type OptimizerName,
  SAMPLES,
  STEPS,
} from "./protocol.js";
import { fitted, PIXELS, RADIUS, rasterise, type Stroke } from "./raster.js";
import { Samples } from "./samples.js";
import { Units } from "./units.js";
import { Weights } from "./weights.js";

/** Hidden layers to choose from. */
const architectures: readonly (readonly number[])[] = [[], [16], [64], [128, 64], [256, 128]];

const nameOf = (hidden: readonly number[]): string => hidden.join(",");

const titleOf = (hidden: readonly number[]): string =>
  hidden.length === 0 ? "none: a linear model" : `${hidden.join(" + ")} units`;

const optimizers: Readonly<Record<OptimizerName, string>> = {
  SGD: "SGD",
  momentum: "SGD with momentum 0.9",
  Adam: "Adam",
  AdamW: "AdamW",
};

/** With which each of them learns well. */
const learningRates: Readonly<Record<OptimizerName, number>> = { SGD: 0.3, momentum: 0.05, Adam: 0.003, AdamW: 0.003 };

type BatchSize = "16" | "32" | "64" | "128" | "256";
const batchSizes: Readonly<Record<BatchSize, string>> = { 16: "16", 32: "32", 64: "64", 128: "128", 256: "256" };

const titles: Readonly<Record<TrainingState, string>> = {
  idle: "Not trained",
  loading: "Making the network",
  training: "Training",
  stopped: "Stopped",
  finished: "Trained",
  failed: "Failed",
};

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

export function DigitsPage(): JSX.Element {
  const training = useTraining<DigitsProtocol>(
    () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  );
  const hidden = useSignal<readonly number[]>([128, 64]);
  const optimizer = useSignal<OptimizerName>("Adam");
  const learningRate = useSignal(learningRates.Adam);
  const batchSize = useSignal<BatchSize>("64");
  const backend = useSignal<BackendName>("wasm");
  const strokes = useSignal<readonly Stroke[]>([]);
  const probabilities = useSignal<readonly number[] | undefined>(undefined);
  const samples = useMemo(() => drawDigits(HELD_OUT_SEED, SAMPLES), []);

  const settings = (): DigitsSettings => ({
    hidden: hidden.value,
    optimizer: optimizer.value,
    learningRate: learningRate.value,
    batchSize: Number(batchSize.value),
    backend: backend.value,
  });
  const start = (paused = false): void => training.start(settings(), { paused });
  useEffect(() => start(), []);

  const pixels = useMemo(() => {
    const image = new Float32Array(PIXELS);
    rasterise(fitted(strokes.value), RADIUS, image);
    return image;
  }, [strokes.value]);

  // One question at a time; whatever was drawn or learnt meanwhile is asked next.
  const asking = useRef({ busy: false, again: false, pixels, empty: true });
  asking.current.pixels = pixels;
  asking.current.empty = strokes.value.length === 0;
  const ask = (): void => {
    const question = asking.current;
    if (question.empty) {
      probabilities.value = undefined;
      return;
    }
    if (question.busy) {
      question.again = true;
      return;
    }
    question.busy = true;
    question.again = false;
    const answered = (answer: readonly number[] | undefined): void => {
      question.busy = false;
      probabilities.value = question.empty ? undefined : answer;
      if (question.again) ask();
    };
    // Where there is no network, there is no answer; why is told beside the training.
    training.call("classify", question.pixels).then(answered, () => answered(undefined));
  };
  // Snapshots come with every frame, evaluations less often.
  const evaluation = useSignal<Evaluation | undefined>(undefined);
  useSignalEffect(() => {
    const next = training.snapshot.value?.evaluation;
    if (next?.time !== evaluation.peek()?.time) evaluation.value = next;
  });
  const time = evaluation.value?.time;
  useEffect(ask, [pixels, time]);

  const snapshot = training.snapshot.value;
  const state = training.state.value;
  const busy = state === "training" || state === "loading";
  const ready = snapshot !== undefined && state !== "loading" && state !== "idle";
  const shown = architectures.some((sizes) => nameOf(sizes) === nameOf(hidden.value))
    ? architectures
    : [...architectures, hidden.value];

  return (
    <>
      <h1>Digits</h1>
      <p class="lead">
        The page draws digits in many hands, and a multi-layer perceptron learns to read them while you watch. It has
        never seen yours: draw one.
      </p>
      <div class="panels digits-main">
        <Panel
          title="Draw a digit"
          actions={
            <>
              <Button disabled={strokes.value.length === 0} onClick={() => draw(strokes.value.slice(0, -1))}>
                Undo
              </Button>
              <Button disabled={strokes.value.length === 0} onClick={() => draw([])}>
                Clear
              </Button>
            </>
          }
        >
          <div class="digits-drawing">
            <Pad strokes={strokes.value} onChange={draw} />
            <Answer pixels={pixels} probabilities={probabilities.value} />
          </div>
        </Panel>
        <Panel
          title="Training"
          actions={
            <>
              <Button kind="primary" onClick={() => (busy ? training.stop() : resume())}>
                {busy ? "Stop" : "Train"}
              </Button>
              <Button onClick={() => start(true)}>Reset</Button>
            </>
          }
        >
          <ErrorText text={state === "failed" ? training.error.value : undefined} />
          <ProgressBar
            label={titles[state]}
            value={snapshot?.step ?? 0}
            max={STEPS}
            text={`${(snapshot?.step ?? 0).toLocaleString("en")} of ${STEPS.toLocaleString("en")} steps`}
          />
          <Figures snapshot={snapshot} />
          <LossChart
            label="The share of drawings that are recognised, over the steps of training"
            xLabel="step"
            x={snapshot?.steps ?? []}
            series={[
              { name: "accuracy, held-out", colour: 3, values: snapshot?.heldOutAccuracy ?? [] },
              { name: "training", colour: 1, faint: true, values: snapshot?.trainingAccuracy ?? [] },
            ]}
            range={[0, 1]}
            height={150}
            format={percent}
          />
          <LossChart
            label="The cross-entropy over the steps of training"
            xLabel="step"
            x={snapshot?.steps ?? []}
            series={[
              { name: "loss, held-out", colour: 3, values: snapshot?.heldOutLoss ?? [] },
              { name: "training", colour: 1, faint: true, values: snapshot?.trainingLoss ?? [] },
            ]}
            logarithmic
            height={195}
          />
        </Panel>
      </div>
      <div class="panels digits-lower">
        <Panel title="Settings">
          <div class="digits-controls">
            <Select<string>
              label="Hidden layers"
              value={nameOf(hidden.value)}
              options={Object.fromEntries(shown.map((sizes) => [nameOf(sizes), titleOf(sizes)]))}
              onChange={(name) => {
                hidden.value = shown.find((sizes) => nameOf(sizes) === name)!;
                start();
              }}
            />
            <Select<OptimizerName>
              label="Optimizer"
              value={optimizer.value}
              options={optimizers}
              onChange={(name) => {
                batch(() => {
                  optimizer.value = name;
                  learningRate.value = learningRates[name];
                });
                start();
              }}
            />
            <Slider
              label="Learning rate"
              value={learningRate.value}
              min={0.0001}
              max={1}
              step={0.02}
              scale="logarithmic"
              format={(value) => String(Number(value.toPrecision(2)))}
              onInput={(value) => {
                learningRate.value = Number(value.toPrecision(2));
                training.change(settings());
              }}
            />
            <Select<BatchSize>
              label="Batch size"
              value={batchSize.value}
              options={batchSizes}
              onChange={(size) => {
                batchSize.value = size;
                training.change(settings());
              }}
            />
            <Select<BackendName>
              label="Backend"
              value={backend.value}
              options={{ wasm: "wasm", cpu: "cpu" }}
              onChange={(name) => {
                backend.value = name;
                start();
              }}
            />
          </div>
          {snapshot?.note !== undefined && (
            <p class="hint digits-note">
              Computed on {snapshot.backend} instead of {backend.value}: {snapshot.note}
            </p>
          )}
          <p class="hint">
            Learning rate and batch size act on the training that runs; the others begin a new one. The learning rate
            rises over the first steps, then falls to 0 along half a cosine.
          </p>
        </Panel>
        <Panel title="What is taken for what">
          <Confusion evaluation={evaluation} />
          <p class="hint">
            {HELD_OUT.toLocaleString("en")} held-out drawings, {HELD_OUT / 10} of each digit. On the diagonal is what
            was read right.
          </p>
        </Panel>
      </div>
      <div class="panels digits-lower even">
        <Panel title="Held-out drawings">
          <Samples drawings={samples} evaluation={evaluation} onChoose={choose} />
          <p class="hint">
            Drawn like those it learns from, but never learnt from; below each, what it is taken for. Choose one to put
            it on the pad.
          </p>
        </Panel>
        <div class="panels">
          <Panel title="What the first layer looks for">
            <Units weights={snapshot?.units} time={time} />
          </Panel>
          <Weights
            hidden={snapshot?.hidden ?? hidden.value}
            parameters={snapshot?.parameters ?? 0}
            ready={ready}
            save={() => training.call("save")}
            load={load}
          />
        </div>
      </div>
    </>
  );

  function draw(next: readonly Stroke[]): void {
    strokes.value = next;
  }

  function choose(index: number): void {
    draw(fitted(samples.strokes[index]!, 0.7 * EDGE, EDGE));
    document.querySelector<HTMLElement>(".digits-pad svg")?.focus();
  }

  function resume(): void {
    if (state === "stopped" || state === "finished") training.resume();
    else start();
  }

  async function load(file: Uint8Array): Promise<void> {
    const sizes = await training.call("load", file);
    training.stop();
    hidden.value = sizes;
    // Shows what the file has brought.
    training.change(settings());
  }
}

/** The few numbers that matter. */
function Figures({ snapshot }: { readonly snapshot: DigitsSnapshot | undefined }): JSX.Element {
  const accuracy = snapshot?.evaluation?.accuracy;
  return (
    <dl class="digits-figures">
      <div>
        <dt>held-out accuracy</dt>
        <dd data-accuracy={accuracy}>{accuracy === undefined ? "–" : percent(accuracy)}</dd>
      </div>
      <div>
        <dt>drawings a second</dt>
        <dd>
          {snapshot === undefined || snapshot.speed === 0 ? "–" : Math.round(snapshot.speed).toLocaleString("en")}
        </dd>
      </div>
      <div>
        <dt>computed on</dt>
        <dd data-backend={snapshot?.backend}>{snapshot?.backend ?? "–"}</dd>
      </div>
    </dl>
  );
}
