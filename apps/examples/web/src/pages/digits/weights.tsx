import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { errorText } from "../../training/protocol.js";
import { Button } from "../../ui/button.js";
import { ErrorText } from "../../ui/error-text.js";
import { Panel } from "../../ui/panel.js";
import { PIXELS } from "./raster.js";

export interface WeightsProps {
  readonly hidden: readonly number[];
  readonly parameters: number;
  /** Whether there is a model that can be saved. */
  readonly ready: boolean;
  save(): Promise<Uint8Array>;
  load(file: Uint8Array): Promise<void>;
}

const NAME = "digits.safetensors";

/** The largest file that is accepted, in bytes. Every network that the page accepts is smaller. */
const LARGEST_FILE = 64 * 2 ** 20;

/** Python code that reads the file. */
function python(hidden: readonly number[]): string {
  const sizes = [PIXELS, ...hidden, 10];
  const layers = hidden.map((units, i) => `    nn.Linear(${sizes[i]}, ${units}), nn.ReLU(),`);
  return [
    "from torch import nn",
    "from safetensors.torch import load_file",
    "",
    "model = nn.Sequential(",
    ...layers,
    `    nn.Linear(${sizes[sizes.length - 2]}, 10),`,
    ")",
    `model.load_state_dict(load_file("${NAME}"))`,
  ].join("\n");
}

function download(file: Uint8Array): void {
  const address = URL.createObjectURL(
    new Blob([file as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" }),
  );
  const link = document.createElement("a");
  link.href = address;
  link.download = NAME;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Saves the network's weights to a file, and loads them from a file. */
export function Weights({ hidden, parameters, ready, save, load }: WeightsProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const error = useSignal<string | undefined>(undefined);
  const done = useSignal("");

  const attempt = (work: () => Promise<string>): void => {
    error.value = undefined;
    done.value = "";
    work().then(
      (text) => {
        done.value = text;
      },
      (thrown: unknown) => {
        error.value = errorText(thrown);
      },
    );
  };

  const take = async (file: File): Promise<string> => {
    if (file.size > LARGEST_FILE) {
      throw new Error(
        `${file.name} has ${Math.round(file.size / 2 ** 20)} MB, more than any network for this page has.`,
      );
    }
    try {
      await load(new Uint8Array(await file.arrayBuffer()));
    } catch (thrown) {
      throw new Error(`${file.name} was not loaded, and the network has not changed. ${errorText(thrown)}`);
    }
    return `${file.name} is loaded. Train continues from these weights.`;
  };

  return (
    <Panel
      title="Weights"
      actions={
        <>
          <Button
            disabled={!ready}
            onClick={() =>
              attempt(async () => {
                download(await save());
                return `${NAME} is saved.`;
              })
            }
          >
            Save
          </Button>
          <Button disabled={!ready} onClick={() => input.current!.click()}>
            Load …
          </Button>
        </>
      }
    >
      <input
        ref={input}
        type="file"
        class="visually-hidden"
        accept=".safetensors"
        aria-label="A safetensors file with weights"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // So that the same file can be chosen again.
          event.currentTarget.value = "";
          if (file !== undefined) attempt(() => take(file));
        }}
      />
      <ErrorText text={error.value} />
      <p role="status" aria-label="Weights" class="digits-done">
        {done.value}
      </p>
      <p class="hint">
        {parameters.toLocaleString("en")} weights, saved as a safetensors file with PyTorch’s names and shapes. This
        Python code loads it:
      </p>
      <pre class="digits-python">
        <code>{python(hidden)}</code>
      </pre>
    </Panel>
  );
}
