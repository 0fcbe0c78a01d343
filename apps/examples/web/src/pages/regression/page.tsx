/** Robust regression: four losses fit the same points, and the plot shows which fits the outliers pull away. */
import { batch, useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type BackendName, backendNames } from "../../training/backend-names.js";
import { useTraining } from "../../training/client.js";
import { Button } from "../../ui/button.js";
import { ErrorText } from "../../ui/error-text.js";
import { Panel } from "../../ui/panel.js";
import { Select } from "../../ui/select.js";
import { Slider } from "../../ui/slider.js";
import { Source } from "../../ui/source.js";
import { prefersReducedMotion } from "../../ui/theme.js";
import { farPoint, type PresetName, presets } from "./data.js";
import { Fits } from "./fits.js";
import "./page.css";
import { type Curve, Plot } from "./plot.js";
import { Progress } from "./progress.js";
import {
  lossColours,
  lossNames,
  lossWidths,
  type ModelKind,
  type Point,
  type RegressionProtocol,
  type RegressionSettings,
  type RegressionSnapshot,
} from "./protocol.js";
import { Shapes } from "./shapes.js";
import {
  backend,
  degree,
  delta,
  farPoints,
  hidden,
  model,
  points,
  presetName,
  type Speed,
  selected,
  speed,
} from "./state.js";

/** Steps per second. */
const paces: Readonly<Record<Speed, number | undefined>> = { slow: 30, medium: 120, full: undefined };

const models: Readonly<Record<ModelKind, string>> = {
  line: "Line",
  polynomial: "Polynomial",
  mlp: "Multi-layer perceptron",
};

const presetTitles = Object.fromEntries(Object.entries(presets).map(([name, { title }]) => [name, title])) as Readonly<
  Record<PresetName, string>
>;

/** A worker for each backend, so that the visitor loads only the backend that trains. */
const workers: Readonly<Record<BackendName, () => Worker>> = {
  cpu: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  wasm: () => new Worker(new URL("./wasm-worker.ts", import.meta.url), { type: "module" }),
  webgpu: () => new Worker(new URL("./webgpu-worker.ts", import.meta.url), { type: "module" }),
};

export function RegressionPage(): JSX.Element {
  const training = useTraining<RegressionProtocol>(() => workers[backend.value]());
  const preset = presets[presetName.value];

  const settings = (): RegressionSettings => ({
    domain: presets[presetName.value].domain,
    points: points.value,
    model: model.value,
    degree: degree.value,
    delta: delta.value,
  });
  const start = (paused = false): void => training.start(settings(), { pace: paces[speed.value], paused });

  useEffect(() => start(), []);

  // A pointer moves many times a frame; the worker gets one message a frame.
  const frame = useRef(0);
  const change = (): void => {
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      const state = training.state.value;
      if (state === "failed" || state === "idle" || state === "loading") start();
      else training.change(settings(), { goOn: true });
    });
  };
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  const changePoints = (next: readonly Point[], select: number): void => {
    batch(() => {
      points.value = next;
      selected.value = Math.min(next.length - 1, select);
    });
    change();
  };
  const add = (point: Point): void => changePoints([...points.value, point], points.value.length);
  const remove = (index: number): void =>
    changePoints(
      points.value.filter((_, i) => i !== index),
      index,
    );

  /** The points of the chosen data set, as they were before the visitor changed them. */
  const restorePoints = (): void =>
    batch(() => {
      points.value = presets[presetName.value].points;
      selected.value = -1;
      farPoints.value = 0;
    });

  useSignalEffect(() => training.pace(paces[speed.value]));

  // The parts of the page read the signals themselves, so this component does not render again after every step.
  const drawn = useRef<RegressionSnapshot | undefined>(undefined);
  const curves = useComputed<readonly Curve[]>(() => {
    // Visitors who asked for less motion see only the final curves, unless they choose a speed at which to watch.
    const resting = prefersReducedMotion() && speed.value === "full" && training.state.value === "training";
    if (!resting || drawn.current === undefined) drawn.current = training.snapshot.value;
    const snapshot = drawn.current;
    if (snapshot === undefined) return [];
    return lossNames
      .map((name, i) => ({
        name,
        colour: lossColours[name],
        width: lossWidths[name],
        values: snapshot.curves[i]!,
      }))
      .filter(({ name }) => !hidden.value.has(name));
  });
  const residuals = useComputed(() => training.snapshot.value?.residuals);
  const state = training.state.value;
  const busy = state === "training" || state === "loading";

  return (
    <>
      <h1>Robust regression</h1>
      <p class="lead">
        Four losses fit the same points. Drag a point away from the others and see which curves follow it. The squared
        error follows outliers far; Huber’s loss limits how hard each of them can pull.
      </p>
      <div class="panels regression-main">
        <Panel
          title={preset.title}
          actions={
            <>
              <Button kind="primary" onClick={() => (busy ? training.stop() : resume())}>
                {busy ? "Stop" : "Train"}
              </Button>
              <Button
                onClick={() => {
                  restorePoints();
                  start(true);
                }}
              >
                Reset
              </Button>
              <Button
                onClick={() => {
                  add(farPoint(preset.domain, farPoints.value));
                  farPoints.value++;
                }}
              >
                Add an outlier
              </Button>
            </>
          }
        >
          <ErrorText text={training.error.value} />
          <Plot
            domain={preset.domain}
            xLabel={preset.xLabel}
            yLabel={preset.yLabel}
            points={points.value}
            curves={curves}
            selected={selected.value}
            onSelect={(index) => {
              selected.value = index;
            }}
            onAdd={add}
            onMove={(index, point) =>
              changePoints(
                points.value.map((before, i) => (i === index ? point : before)),
                index,
              )
            }
            onRemove={remove}
          />
          <p class="hint">
            {preset.note} Click or tap to add a point, and drag a point to move it. With the keyboard: Tab goes to the
            points, the arrow keys move the selected point (with Shift, further), Page Up and Page Down select another
            point, Enter adds one beside it, and Delete removes it.
          </p>
          <div class="buttons">
            <Button onClick={() => add(middle(preset.domain))}>Add a point</Button>
            <Button disabled={selected.value < 0} onClick={() => remove(selected.value)}>
              Remove the selected point
            </Button>
          </div>
        </Panel>
        <Panel title="Settings">
          <div class="regression-controls">
            <Select<PresetName>
              label="Data"
              value={presetName.value}
              options={presetTitles}
              onChange={(name) => {
                batch(() => {
                  presetName.value = name;
                  restorePoints();
                });
                start();
              }}
            />
            <Select<ModelKind>
              label="Model"
              value={model.value}
              options={models}
              onChange={(kind) => {
                model.value = kind;
                start();
              }}
            />
            {model.value === "polynomial" && (
              <Slider
                label="Degree"
                value={degree.value}
                min={2}
                max={9}
                step={1}
                onInput={(value) => {
                  degree.value = value;
                  start();
                }}
              />
            )}
            <Slider
              label="δ of Huber, β of SmoothL1"
              value={delta.value}
              min={0.1}
              max={20}
              step={0.02}
              scale="logarithmic"
              format={(value) => value.toPrecision(2).replace(/^(\d\d)\.0$/, "$1")}
              onInput={(value) => {
                // Rounded, so that the slider stops at 1 and not at 0.998.
                delta.value = Number(value.toPrecision(2));
                change();
              }}
            />
            <Select<Speed>
              label="Speed"
              value={speed.value}
              options={{ slow: "30 steps per second", medium: "120 steps per second", full: "as fast as possible" }}
              onChange={(value) => {
                speed.value = value;
              }}
            />
            <Select<BackendName>
              label="Backend"
              value={backend.value}
              options={backendNames}
              onChange={(name) => {
                backend.value = name;
                training.dispose();
                start();
              }}
            />
          </div>
          <Fits
            domain={preset.domain}
            line={model.value === "line"}
            delta={delta.value}
            snapshot={training.snapshot}
            hidden={hidden.value}
            onToggle={(name) => {
              const next = new Set(hidden.value);
              if (!next.delete(name)) next.add(name);
              hidden.value = next;
            }}
          />
        </Panel>
      </div>
      <div class="panels regression-lower">
        <Progress training={training} />
        <Shapes
          delta={delta.value}
          residuals={residuals}
          ask={(reach) => training.call("shapes", delta.value, reach)}
        />
        <Panel title="The code" class="regression-code">
          <p class="hint">
            This code runs in a worker. It holds the models, the losses and the training step, and nothing is left out.
          </p>
          <Source title="session.ts" load={async () => (await import("./session.ts?raw")).default} />
        </Panel>
      </div>
    </>
  );

  function resume(): void {
    if (state === "stopped") training.resume();
    else start();
  }
}

const middle = ({ x, y }: RegressionSettings["domain"]): Point => ({ x: (x[0] + x[1]) / 2, y: (y[0] + y[1]) / 2 });
