/**
 * Loops that leave every result to the garbage collector.
 *
 * @module
 */
import { arange, cat, full, nn, ones, optim, randn, type Tensor, zeros } from "@lucid/lucid";

/** A loop, and the memory that it keeps alive. */
export interface Loop {
  /** The most bytes of tensors that the program can reach at one time. */
  readonly live: number;
  readonly steps: number;
  /** Computes something, and returns a tensor of it. */
  readonly step: (index: number) => Tensor;
}

const FLOAT = 4;
/** The bytes of results that a loop makes: several times what may be resident. */
const RESULTS = 1e9;
/** Loops over tiny tensors end after this many steps. */
const MOST_STEPS = 200_000;

function stepsFor(bytes: number): number {
  return Math.min(Math.ceil(RESULTS / bytes), MOST_STEPS);
}

/** Adds numbers to a tensor of `bytes` bytes. */
function addition(bytes: number): Loop {
  const a = full([Math.ceil(bytes / FLOAT)], 1);
  return { live: 2 * bytes, steps: stepsFor(bytes), step: (i) => a.add(i) };
}

/** Computes each value from the previous one. */
function recurrence(bytes: number): Loop {
  let x = zeros([Math.ceil(bytes / FLOAT)]);
  return {
    live: 3 * bytes,
    steps: stepsFor(2 * bytes),
    step: (i) => {
      x = x.mul(0.5).add(i);
      return x;
    },
  };
}

/** Keeps the last `count` results alive. */
function window(bytes: number, count: number): Loop {
  const a = full([Math.ceil(bytes / FLOAT)], 1);
  const kept: Tensor[] = new Array(count).fill(a);
  return {
    live: (count + 2) * bytes,
    steps: Math.max(stepsFor(bytes), 4 * count),
    step: (i) => {
      const result = a.add(i);
      kept[i % count] = result;
      return result;
    },
  };
}

/** Makes views of views. */
function reshaping(): Loop {
  let x = ones([8, 8]);
  return {
    live: 256,
    steps: MOST_STEPS,
    step: (i) => {
      x = x.reshape(i % 2 === 0 ? [64] : [8, 8]);
      return x;
    },
  };
}

/** A module of the user's. Its layers' results belong to the user and not to the library. */
class Perceptron extends nn.Module<[x: Tensor], Tensor> {
  hidden = new nn.Linear(32, 64);
  output = new nn.Linear(64, 4);

  forward(x: Tensor): Tensor {
    return this.output(this.hidden(x).relu());
  }
}

/** Training steps of a module of the user's, with a batch of 64. */
function userModule(): Loop {
  const model = new Perceptron();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const criterion = new nn.MSELoss();
  const x = randn([64, 32]);
  const y = randn([64, 4]);
  return {
    live: 200_000,
    steps: 8000,
    step: () => {
      optimizer.zeroGrad();
      const loss = criterion(model(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    },
  };
}

/** Training steps of a Sequential with cross-entropy, with a batch of 512. */
function sequential(): Loop {
  const model = new nn.Sequential(new nn.Linear(32, 64), new nn.ReLU(), new nn.Linear(64, 10));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const criterion = new nn.CrossEntropyLoss();
  const x = randn([512, 32]);
  const y = arange(512).remainder(10).to("int32");
  return {
    live: 1_000_000,
    steps: 4000,
    step: () => {
      optimizer.zeroGrad();
      const loss = criterion(model(x) as Tensor, y);
      loss.backward();
      optimizer.step();
      return loss;
    },
  };
}

/** Sorts, and selects rows in the sorted order. */
function sorting(): Loop {
  const x = randn([2000]);
  const rows = randn([2000, 4]);
  return { live: 200_000, steps: 10_000, step: () => rows.indexSelect(0, x.sort().indices) };
}

/** A convolution as `unfold` and a matrix product. */
function convolution(): Loop {
  const images = randn([8, 28, 28]);
  const kernel = randn([25, 8]);
  const positions = 8 * 24 * 24;
  return {
    live: 2 * positions * 25 * FLOAT,
    steps: 3000,
    step: () => images.unfold(1, 5, 1).unfold(2, 5, 1).reshape([positions, 25]).matmul(kernel).relu(),
  };
}

/** Batches whose size changes from step to step. */
function batches(): Loop {
  const weight = randn([64, 32]);
  return {
    live: 2 * 512 * (64 + 32) * FLOAT,
    steps: 12_000,
    step: (i) =>
      ones([1 + ((i * 37) % 512), 64])
        .matmul(weight)
        .relu()
        .mul(2),
  };
}

/** Concatenates results of several sizes. */
function joining(): Loop {
  const parts = [1, 10, 100, 1000, 10_000].map((size) => ones([size]));
  const joined = (i: number): Tensor =>
    cat(
      parts.map((part) => part.add(i)),
      0,
    );
  return { live: 8 * 11_111 * FLOAT, steps: 12_000, step: joined };
}

/** Sizes from 4 bytes to 4 MB, on both sides of each limit at which a backend stores tensors in another way. */
export const sizes: readonly number[] = [
  4, 68, 1024, 4096, 4100, 8192, 16_384, 32_764, 32_768, 131_072, 1_048_576, 4_194_304,
];

/** The loops by name. */
export const loops: Readonly<Record<string, () => Loop>> = {
  ...Object.fromEntries(sizes.map((bytes) => [`additions of ${bytes} bytes`, () => addition(bytes)])),
  "a recurrence of 512 bytes": () => recurrence(512),
  "a recurrence of 64 KB": () => recurrence(65_536),
  "the last 100 results of 400 KB": () => window(400_000, 100),
  "the last 300 results of 64 KB": () => window(65_536, 300),
  "the last 2000 results of 8 KB": () => window(8192, 2000),
  "views of views": reshaping,
  "a module of the user's": userModule,
  "a Sequential with cross-entropy": sequential,
  "sorting and picking": sorting,
  "a convolution by unfold": convolution,
  "batches of many sizes": batches,
  "joined results": joining,
};

/** The ways in which steps follow one another. */
export const paces = ["synchronous", "awaiting", "with turns of the event loop"] as const;

/** The number of steps between two turns of the event loop. */
const TURN = 100;

/** Resident memory may be three times what is alive, and this much for the engine and the library. */
const BASE = 150e6;

/** Runs a loop. Throws an error if more memory was resident than is allowed. */
export async function runLoop(name: string, pace: (typeof paces)[number], peak: () => number): Promise<string> {
  const { live, steps, step } = loops[name]!();
  for (let i = 0; i < steps; i++) {
    const result = step(i);
    if (pace === "awaiting") await result.data();
    else if (pace !== "synchronous" && i % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  const most = 3 * live + BASE;
  const found = peak();
  const report = `${(found / 1e6).toFixed(0)} of ${(most / 1e6).toFixed(0)} MB`;
  if (found > most) throw new Error(`${report} were resident`);
  return report;
}
