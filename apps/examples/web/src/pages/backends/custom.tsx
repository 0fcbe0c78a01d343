/** An editor for a small backend, which the page measures as it measures the others. */
import { type ReadonlySignal, signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button } from "../../ui/button.js";
import { ErrorText } from "../../ui/error-text.js";
import { Panel } from "../../ui/panel.js";
import { Select } from "../../ui/select.js";
import { Editor } from "../../ui/editor.js";
import type { Standing } from "./page.js";
import { type PresetName, presets } from "./presets.js";

export interface CustomPanelProps {
  /** The directive of the content security policy that is missing; undefined if the text may run. */
  readonly directive: string | undefined;
  readonly standing: ReadonlySignal<Standing>;
  readonly going: boolean;
  /** Resolves with the line of the text that failed, if one did. */
  onRun(source: string): Promise<number | undefined>;
  onStop(): void;
}

const titles = Object.fromEntries(Object.entries(presets).map(([name, { title }]) => [name, title])) as Readonly<
  Record<PresetName, string>
>;

// What the visitor has written. It is kept when the visitor leaves the page and comes back.
const preset = signal<PresetName>("counting");
const text = signal(presets.counting.text);

export function CustomPanel({ directive, standing, going, onRun, onStop }: CustomPanelProps): JSX.Element {
  const wrong = useSignal<ReadonlySet<number>>(new Set());

  const run = async (): Promise<void> => {
    if (directive !== undefined) return;
    wrong.value = new Set();
    const line = await onRun(text.value);
    if (line !== undefined) wrong.value = new Set([line]);
  };

  return (
    <Panel
      title="A backend of your own"
      class="backends-custom"
      actions={
        going ? (
          <Button kind="primary" onClick={onStop}>
            Stop
          </Button>
        ) : (
          <Button kind="primary" disabled={directive !== undefined} onClick={run}>
            Run
          </Button>
        )
      }
    >
      <p class="quiet backends-wide">
        <code>extendBackend</code> replaces single functions of another backend. Run measures the backend that this code
        exports as <code>backend</code>, with the task chosen above. If the code exports <code>counts</code>, their
        values are shown while it runs.
      </p>
      {directive !== undefined && (
        <p class="backends-note">
          This page’s content security policy forbids running code that was not served with the page. It would need{" "}
          <code>{directive}</code>.
        </p>
      )}
      <div class="backends-custom-parts">
        <div class="backends-column">
          <Select<PresetName>
            label="Start from"
            value={preset.value}
            options={titles}
            onChange={(name) => {
              preset.value = name;
              text.value = presets[name].text;
              wrong.value = new Set();
            }}
          />
          <Editor
            label="Custom backend"
            value={text.value}
            wrong={wrong.value}
            onInput={(value) => {
              text.value = value;
              wrong.value = new Set();
            }}
            onRun={run}
          />
        </div>
        <Results standing={standing} going={going} line={[...wrong.value][0]} />
      </div>
    </Panel>
  );
}

interface ResultsProps {
  readonly standing: ReadonlySignal<Standing>;
  readonly going: boolean;
  readonly line: number | undefined;
}

function Results({ standing, going, line }: ResultsProps): JSX.Element {
  const { rate, error } = standing.value;
  const counts = Object.entries(rate?.counts ?? {});
  return (
    <div class="backends-column" aria-live="polite">
      <h3>Result</h3>
      <ErrorText text={error && `${line === undefined ? "" : `line ${line}: `}${error}`} />
      {error === undefined && rate === undefined && (
        <p class="quiet">
          {going ? (
            "Starting …"
          ) : (
            <>
              It has not run yet. You can replace any function of the backend: <code>map</code>, <code>reduce</code>,{" "}
              <code>matmul</code>, <code>gather</code>, <code>scatter</code>, <code>scan</code>, <code>sort</code>, and
              the functions that manage memory. You can also write a whole backend.
            </>
          )}
        </p>
      )}
      {rate !== undefined && (
        <p>
          <span class="number">{rate.steps.toLocaleString("en")}</span> steps,{" "}
          <span class="number">{Number(rate.perSecond.toPrecision(3)).toLocaleString("en")}</span> per second. The
          result of the third step is <span class="number">{rate.result.toPrecision(6)}</span>.
        </p>
      )}
      {counts.length > 0 && (
        <table class="backends-counts">
          <caption>Counts</caption>
          <tbody>
            {counts.slice(0, 40).map(([name, value]) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td class="backends-number">
                  {typeof value === "number" ? value.toLocaleString("en") : String(value)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
