/** Runs work that is large enough to be shared on one thread and on several, and compares the results bit for bit. */
import type { Backend, TypedArray } from "@lucid/backend";
import { createWasmBackend } from "@lucid/backend-wasm";
import { arange, manualSeed, nn, optim, rand, randn, setDefaultBackend, type Tensor, where } from "@lucid/lucid";
import { runProgram } from "./program.js";
import { optionsFrom, sharesOf, warmUp } from "./team.js";

/** The result of the program. */
export interface ThreadsResult {
  readonly threads: number | undefined;
  /** The operations whose results differ from those of one thread. */
  readonly different: readonly string[];
  /** The number of operations that were compared. */
  readonly compared: number;
  /** For each worker, the number of parts of operations that it has computed. */
  readonly shares: readonly number[];
}

/** A full training run of two layers with a batch of 512. Returns the weights. */
function train(): Tensor[] {
  manualSeed(5);
  const x = randn([512, 96]);
  const y = x.mean(1, true);
  const model = new nn.Sequential(new nn.Linear(96, 128), new nn.GELU(), new nn.Linear(128, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const criterion = new nn.HuberLoss();
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    criterion(model(x), y).backward();
    optimizer.step();
  }
  return [...model.parameters()].map((parameter) => parameter.detach());
}

/** The operations to compare. Each makes its operands anew, on the default backend. */
const works: Readonly<Record<string, () => readonly Tensor[]>> = {
  draw: () => {
    manualSeed(1);
    return [rand([300_001]), randn([300_001])];
  },
  map: () => {
    const x = arange(500_003).div(1e5);
    return [x.exp(), x.sin().add(x.square()), where(x.gt(2), x, x.neg())];
  },
  "map in place": () => {
    const x = arange(500_003).div(1e5);
    x.mul_(1.5);
    x.add_(x);
    return [x];
  },
  "map of transposed and broadcast views": () => {
    const x = arange(700 * 701)
      .div(1e5)
      .reshape([700, 701]);
    return [x.transpose(0, 1).add(arange(700)), x.mul(arange(700).reshape([700, 1]))];
  },
  reduce: () => {
    const x = arange(700 * 701)
      .div(1e5)
      .sin()
      .reshape([700, 701]);
    return [x.sum(), x.sum(0), x.sum(1), x.max(), x.argmax(), x.var(1), x.softmax(1), x.prod(0)];
  },
  matmul: () => {
    const x = arange(301 * 257)
      .div(1e4)
      .sin()
      .reshape([301, 257]);
    return [
      x.matmul(x.transpose(0, 1)),
      x.transpose(0, 1).matmul(x),
      x.reshape([7, 43, 257]).matmul(x.transpose(0, 1)),
    ];
  },
  "scan and sort": () => {
    const x = arange(700 * 501)
      .sin()
      .reshape([700, 501]);
    return [x.cumsum(0), x.cumsum(1), x.sort(1).values, x.sort(0).indices];
  },
  "gather and scatter": () => {
    const x = arange(700 * 501)
      .sin()
      .reshape([700, 501]);
    const index = arange(700 * 501)
      .mul(7)
      .remainder(700)
      .to("int32")
      .reshape([700, 501]);
    return [x.gather(0, index), x.scatterAdd(0, index, x)];
  },
  training: train,
};

const resultsOn = (backend: Backend): ReadonlyMap<string, readonly TypedArray[]> => {
  setDefaultBackend(backend);
  return new Map(Object.entries(works).map(([name, work]) => [name, work().map((tensor) => tensor.dataSync())]));
};

/** The bytes of an array. They are compared because NaN and −0 count. */
const bytes = (array: TypedArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function equal(a: TypedArray, b: TypedArray): boolean {
  const [x, y] = [bytes(a), bytes(b)];
  return x.length === y.length && x.every((value, i) => value === y[i]);
}

void runProgram(import.meta.url, async (parameters): Promise<ThreadsResult> => {
  const expected = resultsOn(createWasmBackend({ threads: 1 }));
  const team = createWasmBackend(optionsFrom(parameters));
  const different = new Set<string>();
  let compared = 0;
  // In the first two rounds the main thread computes alone, as at the start of any program; then the work is shared.
  for (let round = 0; round < 6; round++) {
    if (round === 2) await warmUp(team);
    for (const [name, results] of resultsOn(team)) {
      if (!results.every((result, i) => equal(result, expected.get(name)![i]!))) different.add(name);
      compared += results.length;
    }
  }
  return { threads: team.capabilities.threads, different: [...different], compared, shares: sharesOf(team) };
});
