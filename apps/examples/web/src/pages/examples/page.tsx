/** All examples of the documentation, for the visitor to read, change and run. */

import { examples } from "virtual:documentation";
import { type ReadonlySignal, signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { evalDirective, wasmDirective } from "../../shell/environment.js";
import { Button } from "../../ui/button.js";
import { Panel } from "../../ui/panel.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { Editor } from "../../ui/editor.js";
import type { DocumentationExample } from "./example.js";
import { FormulaPanel } from "./formula.js";
import { ExampleList, type Verdict } from "./list.js";
import { isWrong, Outcomes } from "./outcomes.js";
import "./page.css";
import { type Batch, runBatch } from "./run-all.js";
import { createRunner, type Runner, type RunState, TIME_LIMIT } from "./runner.js";

const FIRST = "nn/HuberLoss";

const byKey: ReadonlyMap<string, DocumentationExample> = new Map(examples.map((example) => [example.key, example]));
const runnable = examples.filter(({ reason }) => reason === undefined);

/** The example that the address names after its question mark. */
function keyOfAddress(): string {
  const key = decodeURIComponent(location.hash.split("?")[1] ?? "");
  return byKey.has(key) ? key : FIRST;
}

const createWorker = (): Worker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

const endings: Readonly<Partial<Record<RunState, string>>> = {
  running: "Running …",
  stopped: "Stopped.",
  overtime: `Stopped, because it ran for more than ${TIME_LIMIT / 1000} seconds.`,
};

const verdictOf = (runner: Runner): Verdict =>
  runner.state.value === "done" && !runner.outcomes.value.some(isWrong) ? "good" : "wrong";

/** The texts that the visitor has changed, by key. They are kept when the visitor leaves the page and comes back. */
const texts = signal<ReadonlyMap<string, string>>(new Map());

export function ExamplesPage(): JSX.Element {
  const selected = useSignal(keyOfAddress());
  const verdicts = useSignal<ReadonlyMap<string, Verdict>>(new Map());
  /** The text that ran last. */
  const ran = useSignal("");
  const progress = useSignal<number | undefined>(undefined);
  const runner = useMemo(() => createRunner(createWorker), []);
  const batch = useRef<Batch | undefined>(undefined);
  const directive = useMemo(evalDirective, []);
  const wasm = useMemo(wasmDirective, []);

  const example = byKey.get(selected.value)!;
  const text = texts.value.get(example.key) ?? example.code;
  const edited = text !== example.code;

  const judge = (key: string, verdict: Verdict): void => {
    verdicts.value = new Map(verdicts.value).set(key, verdict);
  };

  const run = async (key = selected.value): Promise<void> => {
    const { group, code, reason } = byKey.get(key)!;
    const source = texts.value.get(key) ?? code;
    if (reason !== undefined && source === code) return;
    ran.value = source;
    if (source !== code && directive !== undefined) return;
    const end = await runner.run(source === code ? { group, key } : { group, source });
    if (source === code && end === "done") judge(key, verdictOf(runner));
  };

  const select = (key: string): void => {
    if (key === selected.value) return;
    history.replaceState(null, "", `#/examples?${key}`);
    selected.value = key;
    runner.clear();
    void run(key);
    // On a narrow screen the example is below the list.
    const panel = document.querySelector(".examples-one")!;
    if (panel.getBoundingClientRect().top > innerHeight / 2) panel.scrollIntoView();
  };

  const runAll = (): void => {
    progress.value = 0;
    batch.current = runBatch(runnable, createWorker, (key, end, runner) => {
      judge(key, end === "done" ? verdictOf(runner) : "wrong");
      progress.value = progress.value! + 1;
    });
  };

  const stopAll = (): void => {
    batch.current?.stop();
    batch.current = undefined;
    progress.value = undefined;
  };

  useEffect(() => {
    void run();
    const follow = (): void => {
      if (location.hash.startsWith("#/examples")) select(keyOfAddress());
    };
    addEventListener("hashchange", follow);
    return () => {
      removeEventListener("hashchange", follow);
      stopAll();
      runner.dispose();
    };
  }, []);

  const running = runner.state.value === "running";
  const shown = runner.outcomes.value;
  // Lines are marked only as long as they are the lines that ran.
  const wrong = new Set(ran.value === text ? shown.filter(isWrong).map(({ line = 0 }) => line) : []);

  return (
    <>
      <h1>Documentation examples</h1>
      <p class="lead">
        These are all examples of the documentation. The project’s tests run them too. Change an example and run it:
        each result is compared with the comment behind the arrow (→) in the code.
      </p>
      <div class="panels examples-main">
        <Panel title="All examples" class="examples-all">
          {wasm !== undefined && (
            <p class="examples-note">
              This page’s content security policy lacks <code>{wasm}</code>, so the examples run on the cpu backend.
              Examples that ask for the wasm backend fail.
            </p>
          )}
          <ExampleList examples={examples} selected={selected} verdicts={verdicts} onSelect={select} />
          <Progress progress={progress} verdicts={verdicts} onRun={runAll} onStop={stopAll} />
        </Panel>
        <Panel
          title={example.subject}
          class="examples-one"
          actions={
            <>
              {running ? (
                <Button kind="primary" onClick={() => runner.stop()}>
                  Stop
                </Button>
              ) : (
                <Button
                  kind="primary"
                  disabled={(example.reason !== undefined && !edited) || (edited && directive !== undefined)}
                  onClick={() => run()}
                >
                  Run
                </Button>
              )}
              <Button
                disabled={!edited}
                onClick={() => {
                  const rest = new Map(texts.value);
                  rest.delete(example.key);
                  texts.value = rest;
                  void run();
                }}
              >
                Reset
              </Button>
            </>
          }
        >
          <p class="hint examples-file">
            {example.group} · {example.file}:{example.line}
          </p>
          <Editor
            key={example.key}
            label={`Code of the example: ${example.subject}`}
            value={text}
            wrong={wrong}
            onInput={(value) => {
              texts.value = new Map(texts.value).set(example.key, value);
            }}
            onRun={() => run()}
          />
          {example.reason !== undefined && !edited && (
            <p class="examples-note">This example can’t run in a browser. {example.reason}</p>
          )}
          {edited && directive !== undefined && (
            <p class="examples-note">
              You have changed the code. This page’s content security policy forbids running code that was not served
              with the page; it would need <code>{directive}</code>. The examples can be run without changes.
            </p>
          )}
          <div class="examples-results" aria-live="polite">
            {(shown.length > 0 || running) && (
              <h3>{running || ran.value === text ? "Results" : "Results of the code before the last change"}</h3>
            )}
            <Outcomes entries={shown} />
            {endings[runner.state.value] !== undefined && <p class="quiet">{endings[runner.state.value]}</p>}
          </div>
        </Panel>
      </div>
      <FormulaPanel directive={directive} />
    </>
  );
}

interface ProgressProps {
  readonly progress: ReadonlySignal<number | undefined>;
  readonly verdicts: ReadonlySignal<ReadonlyMap<string, Verdict>>;
  onRun(): void;
  onStop(): void;
}

/** A button that runs all examples, and the progress of that. */
function Progress({ progress, verdicts, onRun, onStop }: ProgressProps): JSX.Element {
  const done = progress.value;
  const count = runnable.length;
  const going = done !== undefined && done < count;
  const good = going ? 0 : runnable.filter(({ key }) => verdicts.value.get(key) === "good").length;
  return (
    <div class="examples-progress">
      {going ? (
        <>
          <ProgressBar label="Running all" value={done} max={count} />
          <Button onClick={onStop}>Stop</Button>
        </>
      ) : (
        <>
          {done === count && (
            <p role="status">
              {good} of {count} examples give the documented results.
            </p>
          )}
          <Button onClick={onRun}>Run all {count}</Button>
        </>
      )}
    </div>
  );
}
