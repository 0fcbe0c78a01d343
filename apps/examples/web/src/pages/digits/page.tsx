/** Digits: a multi-layer perceptron learns to read handwritten digits, and reads what the visitor draws. */
import { batch, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type BackendName, backendNames } from "../../training/backend-names.js";
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
import type { Images } from "./mnist.js";
import { Pad } from "./pad.js";
import "./page.css";
import {
  type DigitsProtocol,
  type DigitsSettings,
  type DigitsSnapshot,
  type Evaluation,
  HELD_OUT,
  type OptimizerName,
  STEPS,
  type TrainingData,
} from "./protocol.js";
import { fitted, PIXELS, RADIUS, rasterise, type Stroke } from "./raster.js";
import { Samples } from "./samples.js";
import {
  type BatchSize,
  backend,
  batchSize,
  data,
  hidden,
  learningRate,
  learningRates,
  optimizer,
  picture,
  strokes,
} from "./state.js";
import { Units } from "./units.js";
import { Weights } from "./weights.js";

/** The hidden layers to choose from, smallest network first. */
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

const sources: Readonly<Record<TrainingData, string>> = {
  both: "MNIST and generated drawings",
  mnist: "MNIST only",
  generated: "generated drawings only",
};

const batchSizes: Readonly<Record<BatchSize, string>> = { 16: "16", 32: "32", 64: "64", 128: "128", 256: "256" };

const titles: Readonly<Record<TrainingState, string>> = {
  idle: "Not trained",
  loading: "Loading",
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
  const probabilities = useSignal<readonly number[] | undefined>(undefined);
  const samples = useSignal<Images | undefined>(undefined);

  const settings = (): DigitsSettings => ({
    data: data.value,
    hidden: hidden.value,
    optimizer: optimizer.value,
    learningRate: learningRate.value,
    batchSize: Number(batchSize.value),
    backend: backend.value,
  });
  const start = (paused = false): void => training.start(settings(), { paused });
  useEffect(() => start(), []);

  const blank = strokes.value.length === 0 && picture.value === undefined;
  const pixels = useMemo(() => {
    if (picture.value !== undefined) return picture.value;
    const image = new Float32Array(PIXELS);
    rasterise(fitted(strokes.value), RADIUS, image);
    return image;
  }, [strokes.value, picture.value]);

  // There is a snapshot for every frame, but a new evaluation less often.
  const evaluation = useSignal<Evaluation | undefined>(undefined);
  useSignalEffect(() => {
    const next = training.snapshot.value?.evaluation;
    if (next?.time !== evaluation.peek()?.time) evaluation.value = next;
  });
  const time = evaluation.value?.time;

  // The worker answers one question at a time. If the drawing or the network has changed meanwhile, it is asked again.
  const asking = useRef({ busy: false, again: false, pixels, time, empty: true });
  Object.assign(asking.current, { pixels, time, empty: blank });
  const answeredFor = useSignal<{ readonly pixels: Float32Array; readonly time: number | undefined } | undefined>(
    undefined,
  );
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
    const { pixels, time } = question;
    const answered = (answer: readonly number[] | undefined): void => {
      question.busy = false;
      batch(() => {
        probabilities.value = question.empty ? undefined : answer;
        answeredFor.value = { pixels, time };
      });
      if (question.again) ask();
    };
    // Without a network there is no answer. The training panel shows why there is no network.
    training.call("classify", pixels).then(answered, () => answered(undefined));
  };
  useEffect(ask, [pixels, time]);
  const current = blank || (answeredFor.value?.pixels === pixels && answeredFor.value.time === time);

  const loaded = time !== undefined;
  useEffect(() => {
    if (!loaded || samples.value !== undefined) return;
    training.call("samples").then(
      (images) => {
        samples.value = images;
      },
      // The worker was ended. The next one is asked.
      () => {},
    );
  }, [loaded]);

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
        A multi-layer perceptron learns to read handwritten digits while you watch. Draw a digit, and it reads yours.
      </p>
      <div class="panels digits-main">
        <Panel
          title="Draw a digit"
          actions={
            <>
              <Button disabled={blank} onClick={() => draw(strokes.value.slice(0, -1))}>
                Undo
              </Button>
              <Button disabled={blank} onClick={() => draw([])}>
                Clear
              </Button>
            </>
          }
        >
          <div class="digits-drawing">
            <Pad strokes={strokes.value} picture={picture.value} onChange={draw} />
            <Answer pixels={pixels} probabilities={probabilities.value} current={current} />
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
            label="The accuracy on the test digits and on the training data, over the training steps"
            xLabel="step"
            x={snapshot?.steps ?? []}
            series={[
              { name: "accuracy on MNIST", colour: 3, values: snapshot?.heldOutAccuracy ?? [] },
              { name: "on the training data", colour: 1, faint: true, values: snapshot?.trainingAccuracy ?? [] },
            ]}
            range={[0, 1]}
            height={150}
            format={percent}
          />
          <LossChart
            label="The cross-entropy on the test digits and on the training data, over the training steps"
            xLabel="step"
            x={snapshot?.steps ?? []}
            series={[
              { name: "loss on MNIST", colour: 3, values: snapshot?.heldOutLoss ?? [] },
              { name: "on the training data", colour: 1, faint: true, values: snapshot?.trainingLoss ?? [] },
            ]}
            logarithmic
            height={195}
          />
          <p class="hint">
            The accuracy is measured on {HELD_OUT.toLocaleString("en")} digits of MNIST, written by people, that the
            network is not trained on. Train on generated drawings only, and you see how much worse it reads people’s
            handwriting.
          </p>
        </Panel>
      </div>
      <div class="panels digits-lower">
        <Panel title="Settings">
          <div class="digits-controls">
            <Select<TrainingData>
              label="Training data"
              value={data.value}
              options={sources}
              onChange={(name) => {
                data.value = name;
                start();
              }}
            />
            <Select<string>
              label="Hidden layers"
              value={nameOf(hidden.value)}
              options={shown.map((sizes) => [nameOf(sizes), titleOf(sizes)] as const)}
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
              options={backendNames}
              onChange={(name) => {
                backend.value = name;
                start();
              }}
            />
          </div>
          {snapshot?.note !== undefined && (
            <p class="hint digits-note">
              The {snapshot.backend} backend computes instead of {backend.value}: {snapshot.note}
            </p>
          )}
          <p class="hint">
            Learning rate and batch size change the current training; every other setting starts a new one. The learning
            rate rises over the first steps, and then falls to 0 along half a cosine.
          </p>
        </Panel>
        <Panel title="Confusion matrix: what was drawn (rows), what was predicted (columns)">
          <Confusion evaluation={evaluation} />
          <p class="hint">
            {HELD_OUT.toLocaleString("en")} test digits of MNIST, {HELD_OUT / 10} of each digit. The diagonal counts the
            digits that were read correctly.
          </p>
        </Panel>
      </div>
      <div class="panels digits-lower even">
        <Panel title="Test digits of MNIST">
          {samples.value === undefined ? (
            <p class="quiet">Loading …</p>
          ) : (
            <Samples images={samples.value} evaluation={evaluation} onChoose={choose} />
          )}
          <p class="hint">
            The network is not trained on these digits. The number below each is its prediction. Choose a digit to show
            it on the pad.
          </p>
        </Panel>
        <div class="panels">
          <Panel title="Weights of the first layer">
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
    batch(() => {
      strokes.value = next;
      picture.value = undefined;
    });
  }

  function choose(index: number): void {
    batch(() => {
      strokes.value = [];
      picture.value = samples.value!.pixels.slice(index * PIXELS, (index + 1) * PIXELS);
    });
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
    // Shows the network that the file has brought.
    training.change(settings());
  }
}

/** The most important figures of the training. */
function Figures({ snapshot }: { readonly snapshot: DigitsSnapshot | undefined }): JSX.Element {
  const accuracy = snapshot?.evaluation?.accuracy;
  return (
    <dl class="digits-figures">
      <div>
        <dt>accuracy on MNIST</dt>
        <dd data-accuracy={accuracy}>{accuracy === undefined ? "–" : percent(accuracy)}</dd>
      </div>
      <div>
        <dt>images per second</dt>
        <dd>
          {snapshot === undefined || snapshot.speed === 0 ? "–" : Math.round(snapshot.speed).toLocaleString("en")}
        </dd>
      </div>
      <div>
        <dt>backend</dt>
        <dd data-backend={snapshot?.backend}>{snapshot?.backend ?? "–"}</dd>
      </div>
    </dl>
  );
}
