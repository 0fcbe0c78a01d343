/** Every example of the documentation, to be read, changed and run. */

import { examples } from "virtual:documentation";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { evalDirective, wasmDirective } from "../../shell/environment.js";
import { Button } from "../../ui/button.js";
import { Panel } from "../../ui/panel.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { Editor } from "./editor.js";
import type { DocumentationExample } from "./example.js";
import { FormulaPanel } from "./formula.js";
import { ExampleList, type Verdict } from "./list.js";
import { Outcomes } from "./outcomes.js";
import "./page.css";
import { createRunner, type Runner, type RunState, TIME_LIMIT } from "./runner.js";

const FIRST = "nn/HuberLoss";

const byKey: ReadonlyMap<string, DocumentationExample> = new Map(examples.map((example) => [example.key, example]));
const runnable = examples.filter(({ reason }) => reason === undefined);

/** What the address names behind its question mark. */
function keyOfAddress(): string {
  const key = decodeURIComponent(location.hash.split("?")[1] ?? "");
  return byKey.has(key) ? key : byKey.has(FIRST) ? FIRST : examples[0]!.key;
}

const createWorker = (): Worker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

const endings: Readonly<Partial<Record<RunState, string>>> = {
  running: "Running …",
  stopped: "Stopped.",
  overtime: `Stopped: it ran for more than ${TIME_LIMIT / 1000} seconds.`,
};

const verdictOf = (runner: Runner): Verdict =>
  runner.state.value === "done" && runner.outcomes.value.every(({ good }) => good !== false) ? "good" : "wrong";

export function ExamplesPage(): JSX.Element {
  const selected = useSignal(keyOfAddress());
  const texts = useSignal<ReadonlyMap<string, string>>(new Map());
  const verdicts = useSignal<ReadonlyMap<string, Verdict>>(new Map());
  /** What ran last: the example as documented, or an edited text. */
  const ranEdited = useSignal(false);
  const progress = useSignal<number | undefined>(undefined);
  const runner = useMemo(() => createRunner(createWorker), []);
  const all = useMemo((): { runner?: Runner; ended: boolean } => ({ ended: true }), []);
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
    ranEdited.value = source !== code;
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
    // On a narrow screen the example lies below the list.
    const panel = document.querySelector(".examples-one")!;
    if (panel.getBoundingClientRect().top > innerHeight / 2) panel.scrollIntoView();
  };

  const runAll = async (): Promise<void> => {
    all.ended = false;
    all.runner ??= createRunner(createWorker);
    for (const [i, { key, group }] of runnable.entries()) {
      if (all.ended) break;
      progress.value = i;
      const end = await all.runner.run({ group, key });
      if (!all.ended) judge(key, end === "done" ? verdictOf(all.runner) : "wrong");
    }
    if (!all.ended) progress.value = runnable.length;
    all.ended = true;
    all.runner?.dispose();
    delete all.runner;
  };

  const stopAll = (): void => {
    all.ended = true;
    all.runner?.stop();
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
      all.runner?.dispose();
      runner.dispose();
    };
  }, []);

  const running = runner.state.value === "running";
  const shown = edited === ranEdited.value ? runner.outcomes.value : [];
  const wrong = new Set(
    shown.filter(({ kind, good }) => kind === "error" || (!edited && good === false)).map(({ line }) => line),
  );

  return (
    <>
      <h1>Documentation examples</h1>
      <p class="lead">
        Every example of the documentation, as a test of the project runs it too. Change one and run it: what stands
        behind an arrow is compared with what comes.
      </p>
      <div class="panels examples-main">
        <Panel title="All examples" class="examples-all">
          {wasm !== undefined && (
            <p class="examples-note">
              This page’s content security policy lacks <code>{wasm}</code>: examples run on the cpu backend, and those
              that ask for wasm fail.
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
                As documented
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
            <p class="examples-note">It cannot run in a page. {example.reason}</p>
          )}
          {edited && directive !== undefined && (
            <p class="examples-note">
              A changed text is code that was not served with the page. This page’s content security policy forbids it:
              it would need <code>{directive}</code>. The examples run as they are documented.
            </p>
          )}
          <div class="examples-results" aria-live="polite">
            {(shown.length > 0 || running) && <h3>Results</h3>}
            <Outcomes outcomes={shown} compare={!edited} />
            {edited === ranEdited.value && endings[runner.state.value] !== undefined && (
              <p class="quiet">{endings[runner.state.value]}</p>
            )}
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

/** Runs all, one after the other. */
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
              {good} of {count} give what is documented.
            </p>
          )}
          <Button onClick={onRun}>Run all {count}</Button>
        </>
      )}
    </div>
  );
}
