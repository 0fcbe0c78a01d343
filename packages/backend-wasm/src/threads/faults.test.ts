/**
 * Threads that fail: a worker that cannot be made, never starts, dies before its first job, while it sleeps, while it looks
 * for work, or with a part of a job in hand. Results stay right, or an error says what was lost; nothing waits for ever.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { BackendError, input, op, type View } from "@lucid/backend";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createWasmBackend, type WasmBuffer } from "../index.js";
import { LINE, places } from "./layout.js";

type WasmBackend = ReturnType<typeof createWasmBackend>;
type Words = Int32Array;

interface Worker {
  terminate(): Promise<number>;
}
type WorkerClass = new (source: string, options: object) => Worker;

const threads = createRequire(import.meta.url)("node:worker_threads") as { Worker: WorkerClass };
const { Worker: Genuine } = threads;
afterEach(() => {
  threads.Worker = Genuine;
  vi.restoreAllMocks();
});

const x = input(0, "float32");
const y = input(1, "float32");

/** Workers made from now on, which `make` may change. */
function watchWorkers(make: (source: string, options: object) => Worker = (s, o) => new Genuine(s, o)): Worker[] {
  const made: Worker[] = [];
  threads.Worker = new Proxy(Genuine, {
    construct: (_, [source, options]: [string, object]) => {
      const worker = make(source, options);
      made.push(worker);
      return worker;
    },
  });
  return made;
}

function vector(backend: WasmBackend, values: Float32Array): View<WasmBuffer> {
  const buffer = backend.allocate("float32", values.length);
  backend.write(buffer, 0, values);
  return { buffer, dtype: "float32", shape: [values.length], strides: [1], offset: 0 };
}

const wordsOf = (backend: WasmBackend): Words => {
  const a = vector(backend, new Float32Array(1));
  const words = new Int32Array(backend.hostView!(a.buffer).buffer);
  backend.free(a.buffer);
  return words;
};
const word = (worker: number, offset: number): number => (places.workers + worker * LINE + offset) / 4;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const SIZE = 60_000;
const numbers = Float32Array.from({ length: SIZE }, (_, i) => i % 1000);
const expected = numbers.map((value) => value + value ** 2);

/** One job of some 50 µs, and whether its result is right. */
function isRight(backend: WasmBackend): boolean {
  const a = vector(backend, numbers);
  const b = vector(backend, numbers);
  const sum = vector(backend, new Float32Array(SIZE));
  backend.map({ exprs: [op("add", x, op("mul", y, y))], inputs: [a, b], scalars: [], outputs: [sum] });
  const found = backend.readSync!(sum.buffer, 0, SIZE);
  for (const { buffer } of [a, b, sum]) backend.free(buffer);
  return found.every((value, i) => value === expected[i]);
}

/** Works until all workers have done some of it. */
async function warmUp(backend: WasmBackend): Promise<void> {
  const words = wordsOf(backend);
  const workers = backend.capabilities.threads! - 1;
  while (Array.from({ length: workers }, (_, i) => Atomics.load(words, word(i + 1, places.count))).includes(0)) {
    expect(isRight(backend)).toBe(true);
    await pause(2);
  }
}

/** Right results for a while, with the event loop reached in between and not. */
async function goesOn(backend: WasmBackend): Promise<void> {
  for (let i = 0; i < 40; i++) expect(isRight(backend)).toBe(true);
  await pause(20);
  for (let i = 0; i < 20; i++) expect(isRight(backend)).toBe(true);
}

const create = (): WasmBackend => createWasmBackend({ threads: 3, memory: 1 << 26, shareFrom: 0 });

describe("fewer threads compute if workers do not start", () => {
  it("because none can be made, which is one warning", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => {});
    watchWorkers(() => {
      throw new Error("workers are forbidden");
    });
    const backend = create();
    await goesOn(backend);
    const text = said.mock.calls.flat().filter((line) => String(line).includes("workers are forbidden"));
    expect(text).toHaveLength(1);
  });

  it("because the second one cannot be made", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    let made = 0;
    watchWorkers((source, options) => {
      if (++made > 1) throw new Error("one is enough");
      return new Genuine(source, options);
    });
    const backend = create();
    for (let i = 0; i < 100; i++) {
      expect(isRight(backend)).toBe(true);
      await pause(1);
    }
    await goesOn(backend);
  });

  it("because they never begin", async () => {
    const made = watchWorkers((_, options) => new Genuine("setInterval(() => {}, 1000)", options));
    const backend = create();
    await goesOn(backend);
    expect(made).toHaveLength(2);
    await goesOn(backend);
    for (const worker of made) await worker.terminate();
  });

  it("because their program fails", async () => {
    const made = watchWorkers((_, options) => new Genuine("throw new Error('no')", options));
    const backend = create();
    await goesOn(backend);
    expect(made).toHaveLength(2);
  });

  it("because they end before their first job, without a return to the event loop", () => {
    const made = watchWorkers();
    const backend = create();
    while (made.length < 2) expect(isRight(backend)).toBe(true);
    for (const worker of made) void worker.terminate();
    for (let i = 0; i < 400; i++) expect(isRight(backend)).toBe(true);
    expect(made).toHaveLength(2);
  });
});

describe("workers that die", () => {
  it("while they sleep, and the event loop is reached", async () => {
    const made = watchWorkers();
    const backend = create();
    await warmUp(backend);
    await pause(30);
    for (const worker of made) await worker.terminate();
    await goesOn(backend);
  });

  it("while they sleep, inside a job of the event loop", async () => {
    const made = watchWorkers();
    const backend = create();
    await warmUp(backend);
    const words = wordsOf(backend);
    while ([1, 2].some((worker) => Atomics.load(words, word(worker, places.asleep)) === 0)) await pause(1);
    for (const worker of made) void worker.terminate();
    for (let i = 0; i < 200; i++) expect(isRight(backend)).toBe(true);
    await goesOn(backend);
  });

  it("while they look for work", async () => {
    const made = watchWorkers();
    const backend = create();
    await warmUp(backend);
    for (let i = 0; i < 5; i++) isRight(backend);
    void made[0]!.terminate();
    for (let i = 0; i < 200; i++) expect(isRight(backend)).toBe(true);
    void made[1]!.terminate();
    for (let i = 0; i < 200; i++) expect(isRight(backend)).toBe(true);
    await goesOn(backend);
  });
});

/** Makes workers that die in the middle of a chunk when the trap is set: `die` is what they run, once. */
function trapWorkers(die: string): {
  readonly made: Worker[];
  readonly set: () => void;
  readonly wasSet: () => boolean;
} {
  const trap = new Int32Array(new SharedArrayBuffer(4));
  const prelude = `
    const { trap } = require("node:worker_threads").workerData;
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (module, imports) {
      const { exports } = new Instance(module, imports);
      if (exports.run === undefined) return { exports };
      const run = (block, begin, end) => {
        if (Atomics.compareExchange(trap, 0, 1, 0) === 1) {
          exports.run(block, begin, begin + Math.floor((end - begin) / 8) * 4);
          ${die};
        }
        exports.run(block, begin, end);
      };
      return { exports: { run } };
    };`;
  const made = watchWorkers((source, options) => {
    const { workerData } = options as { readonly workerData: object };
    return new Genuine(prelude + source, { ...options, workerData: { ...workerData, trap } });
  });
  return {
    made,
    set: () => void Atomics.store(trap, 0, 1),
    wasSet: () => Atomics.load(trap, 0) === 0,
  };
}

/** Runs `job` with the trap set until a worker has fallen into it. */
function untilTrapped({ set, wasSet }: ReturnType<typeof trapWorkers>, job: () => void): void {
  set();
  for (let i = 0; i < 2000 && !wasSet(); i++) job();
  expect(wasSet()).toBe(true);
}

const deaths: readonly (readonly [how: string, die: string])[] = [
  ["its thread ends", "process.exit()"],
  ["it never returns", "for (;;);"],
  ["its kernel fails", "throw new Error('trap')"],
];

describe.each(deaths)("a worker in the middle of a chunk: %s", (_, die) => {
  it("the chunk is done again, and work goes on", async () => {
    const trap = trapWorkers(die);
    const backend = create();
    await warmUp(backend);
    untilTrapped(trap, () => expect(isRight(backend)).toBe(true));
    for (let i = 0; i < 20; i++) expect(isRight(backend)).toBe(true);
    // The other worker dies, too.
    untilTrapped(trap, () => expect(isRight(backend)).toBe(true));
    await goesOn(backend);
  });

  it("sums are the same to the bit", async () => {
    const trap = trapWorkers(die);
    const backend = create();
    const sum = (on: WasmBackend): number => {
      const values = vector(on, numbers);
      const output = vector(on, new Float32Array(1));
      const value = op("sin", x);
      const call = { op: "sum", value, finish: undefined, inputs: [values], scalars: [], shape: [SIZE] } as const;
      on.reduce({ ...call, axes: [0], output: { ...output, shape: [1] } });
      const found = on.readSync!(output.buffer, 0, 1)[0]!;
      for (const { buffer } of [values, output]) on.free(buffer);
      return found;
    };
    const alone = sum(createWasmBackend({ threads: 1, memory: 1 << 24 }));
    await warmUp(backend);
    untilTrapped(trap, () => expect(sum(backend)).toBe(alone));
    expect(sum(backend)).toBe(alone);
  });

  it("a tensor that is changed in place is named in an error, and nothing else is lost", async () => {
    const trap = trapWorkers(die);
    const backend = create();
    await warmUp(backend);
    const other = vector(backend, numbers);
    const changed = vector(backend, numbers);
    const change = (): void => {
      backend.map({ exprs: [op("add", x, y)], inputs: [changed, other], scalars: [], outputs: [changed] });
    };
    let error: unknown;
    trap.set();
    for (let i = 0; i < 2000 && error === undefined; i++) {
      try {
        change();
      } catch (thrown) {
        error = thrown;
      }
    }
    expect(error).toBeInstanceOf(BackendError);
    expect(String(error)).toContain(`float32 [${SIZE}]`);
    expect(backend.readSync!(other.buffer, 0, SIZE)).toEqual(numbers);
    backend.write(changed.buffer, 0, numbers);
    for (let i = 0; i < 50; i++) change();
    expect(backend.readSync!(changed.buffer, 0, SIZE)).toEqual(numbers.map((value) => 51 * value));
    await goesOn(backend);
  });
});

describe("a process with workers", () => {
  /** The exit code of a program, and what it printed. It is killed, and has no code, if it does not end by itself. */
  function run(program: string): Promise<{ readonly code: number | null; readonly printed: string }> {
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const flags = ["--import", "tsx", "--conditions=@lucid/source", "--input-type=module"];
    const child = spawn(process.execPath, [...flags, "-e", program], { cwd, stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (text) => {
      printed += text;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), 600_000);
    return new Promise((resolve) => {
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve({ code, printed });
      });
    });
  }

  const program = (end: string): string => `
    import { input, op } from "@lucid/backend";
    import { createWasmBackend } from "./src/index.ts";
    import { LINE, places } from "./src/threads/layout.ts";
    const backend = createWasmBackend({ threads: 3, shareFrom: 0 });
    const size = 100000;
    const buffer = backend.allocate("float32", size);
    backend.write(buffer, 0, new Float32Array(size));
    const view = { buffer, dtype: "float32", shape: [size], strides: [1], offset: 0 };
    const x = input(0, "float32");
    const work = () => backend.map({ exprs: [op("exp", x)], inputs: [view], scalars: [], outputs: [view] });
    const words = new Int32Array(backend.hostView(buffer).buffer);
    const word = (worker, offset) => Atomics.load(words, (places.workers + worker * LINE + offset) / 4);
    while (word(1, places.count) === 0 || word(2, places.count) === 0) {
      work();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    ${end}
    console.log("last word");
  `;

  it.each([
    ["asleep", "while (word(1, places.asleep) + word(2, places.asleep) < 2);"],
    ["looking for work", "for (let i = 0; i < 100; i++) work();"],
  ])("ends by itself while they are %s", async (_, end) => {
    expect(await run(program(end))).toEqual({ code: 0, printed: "last word\n" });
  });
});
