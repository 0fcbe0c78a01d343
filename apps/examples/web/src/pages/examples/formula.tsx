/** The visitor's formula as one fused operation: its expression, the expression of its derivative, and their curves. */
import { batch, signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Button } from "../../ui/button.js";
import { Editor } from "../../ui/editor.js";
import { ErrorText } from "../../ui/error-text.js";
import { type ChartSeries, LossChart } from "../../ui/loss-chart.js";
import { Panel } from "../../ui/panel.js";
import { Select } from "../../ui/select.js";
import { Slider } from "../../ui/slider.js";
import type { FormulaJob, FormulaResult, FromFormula, PrintedExpression } from "./formula-protocol.js";
import { type FormulaName, formulas } from "./formulas.js";
import { niceRange } from "./range.js";

/** A formula that takes longer than this many milliseconds is ended. */
const PATIENCE = 10_000;

// What the visitor has chosen. It is kept when the visitor leaves the page and comes back.
const preset = signal<FormulaName>("huber");
const text = signal(formulas.huber.text);
const numbers = signal<readonly number[]>(formulas.huber.numbers);
const reach = signal(4);

export function FormulaPanel({ directive }: { readonly directive: string | undefined }): JSX.Element {
  const result = useSignal<FormulaResult | undefined>(undefined);
  const error = useSignal<{ readonly text: string; readonly line?: number | undefined } | undefined>(undefined);

  const machine = useMemo(() => {
    let worker: Worker | undefined;
    let id = 0;
    let patience: ReturnType<typeof setTimeout> | undefined;
    let delay: ReturnType<typeof setTimeout> | undefined;
    const end = (): void => {
      clearTimeout(patience);
      worker?.terminate();
      worker = undefined;
    };
    const spawn = (): Worker => {
      const made = new Worker(new URL("./formula-worker.ts", import.meta.url), { type: "module" });
      made.onmessage = ({ data }: MessageEvent<FromFormula>) => {
        if (data.id !== id) return;
        clearTimeout(patience);
        batch(() => {
          if ("result" in data) result.value = data.result;
          error.value = "result" in data ? undefined : { text: data.error, line: data.line };
        });
      };
      made.onerror = (event) => {
        event.preventDefault();
        error.value = { text: event.message || "The worker's script could not be loaded." };
      };
      return made;
    };
    const send = (): void => {
      const job: FormulaJob = { id: ++id, source: text.value, numbers: numbers.value, reach: reach.value };
      worker ??= spawn();
      worker.postMessage(job);
      clearTimeout(patience);
      patience = setTimeout(() => {
        end();
        error.value = { text: `The formula did not end within ${PATIENCE / 1000} seconds, so it was stopped.` };
      }, PATIENCE);
    };
    return {
      /** Computes the formula after a moment in which the visitor has typed nothing else. */
      soon(milliseconds: number): void {
        clearTimeout(delay);
        delay = setTimeout(send, milliseconds);
      },
      dispose(): void {
        clearTimeout(delay);
        end();
      },
    };
  }, []);

  useEffect(() => {
    if (directive === undefined) machine.soon(0);
    return () => machine.dispose();
  }, []);

  const choose = (name: FormulaName): void => {
    batch(() => {
      preset.value = name;
      text.value = formulas[name].text;
      numbers.value = formulas[name].numbers;
    });
    machine.soon(0);
  };
  const shown = result.value;
  const edited = text.value !== formulas[preset.value].text;

  return (
    <Panel
      title="A formula of your own"
      class="examples-formula"
      actions={
        <Button disabled={!edited} onClick={() => choose(preset.value)}>
          Reset
        </Button>
      }
    >
      <p class="quiet examples-wide">
        <code>elementwise</code> turns a formula into one kernel for the value and one for the gradient, on every
        backend. Below you see the formula as lucid stores it, and the derivative that lucid computes from it.
      </p>
      {directive !== undefined ? (
        <p class="examples-note">
          This page’s content security policy forbids running code that was not served with the page, such as a formula.
          It would need <code>{directive}</code>.
        </p>
      ) : (
        <div class="examples-formula-parts">
          <div class="examples-formula-text">
            <Select<FormulaName> label="Start from" value={preset.value} options={titles} onChange={choose} />
            <Editor
              label="Formula"
              value={text.value}
              wrong={new Set(error.value?.line === undefined ? [] : [error.value.line])}
              onInput={(value) => {
                text.value = value;
                machine.soon(250);
              }}
              onRun={() => machine.soon(0)}
            />
            <ErrorText
              text={
                error.value &&
                `${error.value.line === undefined ? "" : `line ${error.value.line}: `}${error.value.text}`
              }
            />
            {numbers.value.slice(0, shown?.numbers ?? 0).map((value, i) => (
              <Slider
                key={i}
                label={shown?.names[i] ?? "ab"[i]!}
                value={value}
                min={0.1}
                max={4}
                step={0.1}
                {...(i === 0
                  ? { hint: "This number is passed at each call, so changing it compiles no new kernel." }
                  : {})}
                onInput={(next) => {
                  numbers.value = numbers.value.map((before, k) => (k === i ? next : before));
                  machine.soon(0);
                }}
              />
            ))}
            <Slider
              label="Range of x"
              value={reach.value}
              min={1}
              max={12}
              step={1}
              format={(value) => `−${value} … ${value}`}
              onInput={(value) => {
                reach.value = value;
                machine.soon(0);
              }}
            />
          </div>
          <div class="examples-formula-results">
            {shown !== undefined && <Curves result={shown} />}
            {shown !== undefined && (
              <>
                <Printed
                  title="y = f(x)"
                  expression={shown.expression}
                  note={`one kernel of ${count(shown.expression.operations)}`}
                />
                {shown.derivative === undefined ? (
                  <p class="quiet">The formula has no derivative, because its result is not a floating-point number.</p>
                ) : (
                  <Printed
                    title="Gradient of x, where g is the gradient of y"
                    expression={shown.derivative}
                    note={`one kernel of ${count(shown.derivative.operations)}`}
                  />
                )}
              </>
            )}
          </div>
        </div>
      )}
    </Panel>
  );
}

const titles = Object.fromEntries(Object.entries(formulas).map(([name, { title }]) => [name, title])) as Readonly<
  Record<FormulaName, string>
>;

const count = (operations: number): string => `${operations} scalar operation${operations === 1 ? "" : "s"}`;

function Curves({ result: { x, y, first, second } }: { readonly result: FormulaResult }): JSX.Element {
  const { series, range } = useMemo(() => {
    const curves: readonly (Float32Array | undefined)[] = [y, first, second];
    const made: ChartSeries[] = [{ name: "f(x)", colour: 3, values: Array.from(y) }];
    if (first !== undefined) made.push({ name: "f′(x)", colour: 1, values: Array.from(first) });
    if (second !== undefined) made.push({ name: "f″(x)", colour: 4, values: Array.from(second), faint: true });
    return { series: made, range: niceRange(curves.filter((curve) => curve !== undefined)) };
  }, [y, first, second]);
  const points = useMemo(() => Array.from(x), [x]);
  return (
    <LossChart
      label="The formula and its first and second derivatives as functions of x"
      xLabel="x"
      x={points}
      series={series}
      range={range}
      height={260}
      values={false}
    />
  );
}

interface PrintedProps {
  readonly title: string;
  readonly expression: PrintedExpression;
  readonly note: string;
}

function Printed({ title, expression, note }: PrintedProps): JSX.Element {
  return (
    <figure class="examples-printed">
      <figcaption>
        {title} <span class="quiet">· {note}</span>
      </figcaption>
      <pre>
        <code>{expression.lines.join("\n")}</code>
      </pre>
    </figure>
  );
}
