/** A backend of a few lines, edited and used at once. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Button } from "../../ui/button.js";
import { ErrorText } from "../../ui/error-text.js";
import { Panel } from "../../ui/panel.js";
import { Select } from "../../ui/select.js";
import { Editor } from "../examples/editor.js";
import type { Standing } from "./page.js";
import { type PresetName, presets } from "./presets.js";

export interface CustomPanelProps {
  /** Without which the text cannot run. */
  readonly directive: string | undefined;
  readonly standing: ReadonlySignal<Standing>;
  readonly going: boolean;
  /** Resolves with the line of the text in which it failed. */
  onRun(source: string): Promise<number | undefined>;
  onStop(): void;
}

const titles = Object.fromEntries(Object.entries(presets).map(([name, { title }]) => [name, title])) as Readonly<
  Record<PresetName, string>
>;

export function CustomPanel({ directive, standing, going, onRun, onStop }: CustomPanelProps): JSX.Element {
  const preset = useSignal<PresetName>("counting");
  const text = useSignal(presets.counting.text);
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
            Use it
          </Button>
        )
      }
    >
      <p class="quiet backends-wide">
        <code>extendBackend</code> replaces members of another backend. The work chosen above runs on what the text
        exports as <code>backend</code>; what it exports as <code>counts</code> is shown while it does.
      </p>
      {directive !== undefined && (
        <p class="backends-note">
          This text is code that was not served with the page. The page’s content security policy forbids it: it would
          need <code>{directive}</code>.
        </p>
      )}
      <div class="backends-custom-parts">
        <div class="backends-column">
          <Select<PresetName>
            label="Begin with"
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
      <h3>What it does</h3>
      <ErrorText text={error && `${line === undefined ? "" : `line ${line}: `}${error}`} />
      {error === undefined && rate === undefined && (
        <p class="quiet">
          {going ? (
            "Starting …"
          ) : (
            <>
              Not used yet. Any member can be replaced: <code>map</code>, <code>reduce</code>, <code>matmul</code>,{" "}
              <code>gather</code>, <code>scatter</code>, <code>scan</code>, <code>sort</code>, and those that hold
              memory. A backend of your own may as well stand alone.
            </>
          )}
        </p>
      )}
      {rate !== undefined && (
        <p>
          <span class="number">{rate.steps.toLocaleString("en")}</span> steps,{" "}
          <span class="number">{Number(rate.perSecond.toPrecision(3)).toLocaleString("en")}</span> per second; the third
          gave <span class="number">{rate.result.toPrecision(6)}</span>.
        </p>
      )}
      {counts.length > 0 && (
        <table class="backends-counts">
          <caption>What it counts</caption>
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
