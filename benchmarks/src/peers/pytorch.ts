/** PyTorch in a process of its own: `python/peer.py`, run by the system's Python. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Peer } from "../harness/benchmark.js";
import { loadingOn } from "./load.js";
import { noteVersion } from "./versions.js";

/** An input array of a task. */
export interface Input {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** Makes a peer for a task that `peer.py` knows by name. */
export type PyTorch = (work: string, inputs: readonly Input[]) => Promise<Omit<Peer, "name">>;

const python = "/usr/bin/python3";

/** A process that gives no answer for this many milliseconds is ended. */
const patience = 120_000;

export const pytorch = loadingOn(async (threads): Promise<PyTorch> => {
  const folder = mkdtempSync(join(tmpdir(), "lucid-benchmarks-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const script = fileURLToPath(new URL("../../python/peer.py", import.meta.url));
  const count = String(threads);
  const child = spawn(python, [script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      ...process.env,
      OMP_NUM_THREADS: count,
      OPENBLAS_NUM_THREADS: count,
      MKL_NUM_THREADS: count,
      // Waiting threads of PyTorch and OpenBLAS would otherwise compete for the cores, and steps would take 5 to 100
      // times as long.
      ...(threads > 1 ? { OMP_WAIT_POLICY: "passive" } : {}),
    },
  });
  process.once("exit", () => child.kill());
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${python} ended with code ${code}`)));
  });
  failed.catch(() => undefined);
  // Writing to a process that has ended fails. The end of the process is reported above.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Readonly<Record<string, unknown>>> => {
    const timer = setTimeout(() => child.kill(), patience);
    try {
      const line = await Promise.race([lines.next(), failed]);
      if (line.done === true) throw new Error(`${python} gave no answer`);
      const values = JSON.parse(line.value);
      if (typeof values.error === "string") throw new Error(values.error);
      return values;
    } finally {
      clearTimeout(timer);
    }
  };
  const ask = (question: object) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return answer();
  };
  // This fails with the reason if torch cannot be imported.
  noteVersion("PyTorch", String((await answer()).torch));
  let files = 0;
  return async (work, inputs) => {
    const described = inputs.map(({ values, shape }) => {
      const path = join(folder, String(files++));
      writeFileSync(path, values);
      return { path, shape };
    });
    const { id } = await ask({ ask: "make", work, inputs: described });
    return {
      run: async () => {
        await ask({ ask: "time", id, repetitions: 1 });
      },
      time: async (repetitions) => Number((await ask({ ask: "time", id, repetitions })).milliseconds),
      result: async () => {
        const path = join(folder, "result");
        await ask({ ask: "result", id, path });
        const bytes = readFileSync(path);
        return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      },
      close: async () => {
        await ask({ ask: "close", id });
      },
    };
  };
});
