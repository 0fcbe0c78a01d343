/** Measures the same task on every backend that the page can use, and on one that the visitor writes. */
import { batch, type Signal, signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { errorText } from "../../training/protocol.js";
import { Button } from "../../ui/button.js";
import { Panel } from "../../ui/panel.js";
import { Select } from "../../ui/select.js";
import { Abilities } from "./abilities.js";
import { findAbility } from "./ability.js";
import { type Candidate, candidates } from "./candidates.js";
import { CustomPanel } from "./custom.js";
import { measure } from "./measure.js";
import "./page.css";
import type { FromMeasure, MeasureJob, Rate, WorkName } from "./protocol.js";
import { Rows } from "./rows.js";

/** The milliseconds for which each backend is measured. */
const DURATION = 1_800;

const worksTitles: Readonly<Record<WorkName, string>> = {
  training: "Training step",
  matmul: "Matrix product",
  elementwise: "Element-wise formula",
};

const worksNotes: Readonly<Record<WorkName, string>> = {
  training:
    "A forward pass, a backward pass and a step of Adam for a multi-layer perceptron 64 → 128 → 128 → 10 with a batch of 64: many small operations.",
  matmul:
    "The product of two 256 × 256 matrices, and the mean square of its elements: 34 million multiplications and additions per step.",
  elementwise: "GELU of 262,144 numbers, in one kernel with ten operations per number.",
};

/** The state of a backend's measurement. */
export interface Standing {
  readonly state: "waiting" | "measuring" | "done" | "failed";
  readonly rate?: Rate;
  readonly threads?: number;
  /** What the backend computes on, where only the measurement shows it. */
  readonly detail?: string | undefined;
  readonly error?: string;
}

type Told = Extract<FromMeasure, { kind: "ready" }>;

export interface Row {
  readonly candidate: Candidate;
  readonly standing: Signal<Standing>;
}

/** The chosen task. It is kept when the visitor leaves the page and comes back. */
const work = signal<WorkName>("training");

const createWorker = (): Worker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

export function BackendsPage(): JSX.Element {
  const ability = useMemo(findAbility, []);
  const rows = useMemo(
    (): readonly Row[] =>
      candidates(ability).map((candidate) => ({ candidate, standing: signal<Standing>({ state: "waiting" }) })),
    [],
  );
  const custom = useMemo((): Row => {
    const candidate: Candidate = { key: "custom", name: "yours", detail: "the code below", choice: undefined };
    return { candidate, standing: signal<Standing>({ state: "waiting" }) };
  }, []);
  const going = useSignal<"all" | "custom" | undefined>(undefined);
  const control = useMemo((): { stop: AbortController } => ({ stop: new AbortController() }), []);

  /** Ends the current measurement and begins another one. */
  const begin = (what: "all" | "custom"): AbortSignal => {
    control.stop.abort();
    control.stop = new AbortController();
    going.value = what;
    return control.stop.signal;
  };
  const stop = (): void => {
    control.stop.abort();
    going.value = undefined;
  };

  const measureRow = async (row: Row, job: MeasureJob, stopped: AbortSignal): Promise<number | undefined> => {
    const { standing } = row;
    standing.value = { state: "measuring" };
    let line: number | undefined;
    try {
      const watcher = {
        ready: ({ threads, detail }: Told): void => {
          standing.value = { ...standing.value, threads, detail };
        },
        rate: (rate: Rate): void => {
          standing.value = { ...standing.value, rate };
        },
      };
      await measure(createWorker, job, watcher, stopped);
      standing.value = { ...standing.value, state: standing.value.rate === undefined ? "waiting" : "done" };
    } catch (error) {
      line = (error as { readonly line?: number }).line;
      standing.value = { state: "failed", error: errorText(error) };
    }
    return line;
  };

  const measureAll = async (): Promise<void> => {
    const stopped = begin("all");
    batch(() => {
      for (const { standing } of rows) standing.value = { state: "waiting" };
      custom.standing.value = { state: "waiting" };
    });
    for (const row of rows) {
      const { choice } = row.candidate;
      if (choice === undefined || stopped.aborted) continue;
      await measureRow(row, { work: work.value, backend: choice, duration: DURATION }, stopped);
    }
    if (!stopped.aborted) going.value = undefined;
  };

  /** Results to compare a custom backend's result with, for tasks that no other backend has done yet. */
  const references = useSignal<Readonly<Partial<Record<WorkName, number>>>>({});

  /** Runs the task for a moment on the cpu backend, which every page can use. */
  const findReference = async (name: WorkName, stopped: AbortSignal): Promise<void> => {
    const measured = rows.some(({ standing }) => standing.value.rate !== undefined);
    if (measured || references.value[name] !== undefined) return;
    const watcher = {
      ready: (): void => {},
      rate: ({ result }: Rate): void => {
        references.value = { ...references.value, [name]: result };
      },
    };
    const generate = ability.evalDirective === undefined;
    await measure(createWorker, { work: name, backend: { kind: "cpu", generate }, duration: 1 }, watcher, stopped);
  };

  const measureCustom = async (source: string): Promise<number | undefined> => {
    const stopped = begin("custom");
    custom.standing.value = { state: "measuring" };
    await findReference(work.value, stopped).catch(() => {
      // Without a reference the result is shown, but not compared.
    });
    const job: MeasureJob = { work: work.value, backend: { kind: "custom", source }, duration: DURATION };
    const line = await measureRow(custom, job, stopped);
    if (!stopped.aborted) going.value = undefined;
    return line;
  };

  useEffect(() => {
    void measureAll();
    return stop;
  }, []);

  return (
    <>
      <h1>Backends</h1>
      <p class="lead">
        A backend computes with buffers, and lucid does everything else. So the same program runs on each of these
        backends, and on one that you write yourself.
      </p>
      <div class="panels backends-main">
        <Panel
          title={worksTitles[work.value]}
          actions={
            going.value === "all" ? (
              <Button kind="primary" onClick={stop}>
                Stop
              </Button>
            ) : (
              <Button kind="primary" onClick={measureAll}>
                Measure
              </Button>
            )
          }
        >
          <div class="backends-work">
            <Select<WorkName>
              label="Task"
              value={work.value}
              options={worksTitles}
              onChange={(name) => {
                work.value = name;
                void measureAll();
              }}
            />
            <p class="hint">{worksNotes[work.value]}</p>
          </div>
          <Rows rows={rows} custom={custom} reference={references.value[work.value]} />
        </Panel>
        <Panel title="What this page allows">
          <Abilities ability={ability} />
        </Panel>
      </div>
      <CustomPanel
        directive={ability.evalDirective}
        standing={custom.standing}
        going={going.value === "custom"}
        onRun={measureCustom}
        onStop={stop}
      />
    </>
  );
}
