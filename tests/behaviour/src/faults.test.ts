/**
 * A backend that fails at its first call, its second, and so on until the work gets through: each time nothing has
 * changed, nothing has leaked, and the same work succeeds when it is done again.
 */
import {
  createCpuBackend,
  grad,
  isGradEnabled,
  nn,
  noGrad,
  ones,
  optim,
  scope,
  setDefaultBackend,
  Tensor,
  tensor,
} from "@lucid/lucid";
import { beforeEach, describe, expect, it } from "vitest";
import { Fault, type FaultKind, type FaultyBackend, faultyBackend } from "./faulty-backend.js";

let faulty: FaultyBackend;

beforeEach(() => {
  faulty = faultyBackend();
  setDefaultBackend(faulty.backend);
  return () => setDefaultBackend(createCpuBackend());
});

const numbers = (x: Tensor | null): number[] | null => (x === null ? null : Array.from(x.dataSync()));
const values = (shape: readonly number[], start = 0): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i + start))).reshape(shape);
};

/** Work under faults. */
interface Trial {
  readonly work: () => unknown;
  /** Everything that a failure must leave as it was. */
  readonly state: () => unknown;
  /** What the work yields when it gets through. */
  readonly result: () => unknown;
  /** Buffers that a failed attempt may keep: what user code has a name for, or what waits for the next attempt. */
  readonly mayKeep?: number;
}

const KINDS: readonly FaultKind[] = ["allocate", "compute"];

/** Lets the work of fresh trials fail at every call in turn. Returns how many failures there were. */
function failEverywhere(prepare: () => Trial, kinds: readonly FaultKind[] = KINDS): number {
  const clean = prepare();
  clean.work();
  const expected = clean.result();
  let failures = 0;
  for (const kind of kinds) {
    for (let n = 1; ; n++) {
      expect(n).toBeLessThan(500);
      const { work, state, result, mayKeep = 0 } = prepare();
      const before = state();
      const live = faulty.live();
      faulty.arm(kind, n);
      let error: unknown;
      try {
        work();
      } catch (thrown) {
        error = thrown;
      }
      faulty.arm(kind, 0);
      if (error === undefined) {
        expect(result()).toEqual(expected);
        break;
      }
      failures++;
      const where = `${kind} ${n}`;
      if (!(error instanceof Fault)) throw error;
      expect(faulty.live() - live, where).toBeLessThanOrEqual(mayKeep);
      expect(state(), where).toEqual(before);
      assertSane();
      work();
      expect(result(), where).toEqual(expected);
    }
  }
  return failures;
}

/** Recording is on, and what user code makes is its own. */
function assertSane(): void {
  expect(isGradEnabled()).toBe(true);
  const probe = ones([2]);
  const sum = probe.add(1);
  const live = faulty.live();
  probe.add(sum).dispose();
  expect(faulty.live()).toBe(live);
  expect(sum.add(probe).arraySync()).toEqual([3, 3]);
}

describe("operations", () => {
  const operations: Readonly<Record<string, (x: Tensor, y: Tensor) => unknown>> = {
    add: (x, y) => x.add(y),
    mean: (x) => x.mean(1),
    var: (x) => x.var(1),
    std: (x) => x.std(),
    softmax: (x) => x.softmax(1),
    logSoftmax: (x) => x.logSoftmax(0),
    logsumexp: (x) => x.logsumexp(1),
    max: (x) => Object.values(x.max(1)),
    topk: (x) => Object.values(x.topk(2)),
    sort: (x) => Object.values(x.sort(1, true)),
    cumsum: (x) => x.cumsum(1),
    matmul: (x, y) => x.matmul(y.t()),
    outer: (x, y) => x.select(0, 0).outer(y.select(0, 1)),
    linear: (x, y) => nn.functional.linear(x, y, y.select(1, 0)),
    flip: (x) => x.flip(0).contiguous(),
    roll: (x) => x.roll(1, 0),
    cat: (x, y) => x.t().reshape([2, 3]).mul(y),
    at: (x) => x.at([1, 0], [2, 2]),
    mask: (x) => x.at(x.gt(0)),
    nonzero: (x) => x.gt(0).nonzero(),
    gather: (x) => x.gather(1, tensor([[0], [2]], { dtype: "int32" })),
    scatterAdd: (x, y) =>
      x.scatterAdd(
        1,
        tensor(
          [
            [0, 0],
            [2, 1],
          ],
          { dtype: "int32" },
        ),
        y.narrow(1, 0, 2),
      ),
    indexAdd: (x, y) => x.indexAdd(0, tensor([1, 1], { dtype: "int32" }), y, { alpha: 0.5 }),
    prod: (x) => x.prod(1),
    countNonzero: (x) => x.countNonzero(),
    isclose: (x, y) => x.isclose(y),
    diag: (x) => x.select(0, 0).diag(),
    tril: (x) => x.tril(),
    repeat: (x) => x.repeat(2, 2),
    to: (x) => x.to("float64"),
    crossEntropy: (x, y) => nn.functional.crossEntropy(x, y.softmax(1)),
    nllLoss: (x) => nn.functional.nllLoss(x, tensor([2, 0], { dtype: "int32" })),
    huberLoss: (x, y) => nn.functional.huberLoss(x, y),
    gelu: (x) => nn.functional.gelu(x),
    item: (x) => x.t().dataSync(),
    printing: (x) => String(x.t()),
    "a tensor of data": () =>
      tensor([
        [1, 2],
        [3, 4],
      ]),
    "a tensor of numbers": () => ones([2]),
  };
  const plain = (value: unknown): unknown =>
    value instanceof Tensor ? numbers(value) : Array.isArray(value) ? value.map(plain) : value;

  for (const [name, operation] of Object.entries(operations)) {
    it(name, () => {
      const failures = failEverywhere(() => {
        const x = values([2, 3]);
        const y = values([2, 3], 7);
        let found: unknown;
        return {
          work: () => {
            found = plain(operation(x, y));
          },
          state: () => [numbers(x), numbers(y)],
          result: () => found,
          // The result of the call that failed, and an argument that was made before it: unreachable, so the collector's.
          mayKeep: 2,
        };
      });
      expect(failures).toBeGreaterThan(0);
    });
  }

  it("that get through leave their results alone", () => {
    const x = values([2, 3]);
    const left = (work: () => unknown): number => {
      const before = faulty.live();
      work();
      return faulty.live() - before;
    };
    for (const name of ["var", "softmax", "logsumexp", "outer", "linear", "roll", "at", "prod", "repeat", "gelu"]) {
      expect(
        left(() => operations[name]!(x, x)),
        name,
      ).toBe(1);
    }
    expect(left(() => x.narrow(1, 0, 2).add_(x.narrow(1, 1, 2)))).toBe(0);
    const matrix = values([3, 3]);
    expect(left(() => matrix.add_(matrix.t()))).toBe(0);
    expect(left(() => matrix.t().indexPut_([[0, 1]], matrix.narrow(0, 0, 2)))).toBe(0);
    expect(left(() => String(matrix.t()))).toBe(0);
  });

  it("recorded, with their gradients", () => {
    for (const name of ["var", "softmax", "matmul", "linear", "mask", "indexAdd", "prod", "huberLoss", "gelu"]) {
      failEverywhere(() => {
        const x = values([2, 3]).requiresGrad_();
        const y = values([2, 3], 7).requiresGrad_();
        return {
          work: () => {
            const value = operations[name]!(x, y) as Tensor;
            value.square().sum().backward();
          },
          state: () => [numbers(x), numbers(y), numbers(x.grad), numbers(y.grad)],
          result: () => [numbers(x.grad), numbers(y.grad)],
          // The values that the attempt has names for, and what its graph keeps until it is collected.
          mayKeep: 12,
        };
      });
    }
  });
});

describe("in place", () => {
  const operations: Readonly<Record<string, (x: Tensor, y: Tensor) => unknown>> = {
    add_: (x, y) => x.add_(y),
    "add_ of what overlaps": (x) => x.narrow(1, 0, 2).add_(x.narrow(1, 1, 2)),
    sin_: (x) => x.sin_(),
    "mul_ by another type": (x, y) => x.mul_(y.to("float64")),
    copy_: (x, y) => x.copy_(y.t().reshape([2, 3])),
    fill_: (x) => x.fill_(3),
    indexPut_: (x, y) =>
      x.indexPut_(
        [
          [0, 1],
          [2, 0],
        ],
        y.select(1, 0),
      ),
    "indexPut_ under a mask": (x, y) => x.indexPut_([x.gt(0)], y.sum()),
    scatterAdd_: (x, y) =>
      x.scatterAdd_(
        1,
        tensor(
          [
            [0, 0],
            [2, 1],
          ],
          { dtype: "int32" },
        ),
        y.narrow(1, 0, 2),
      ),
    maskedFill_: (x) => x.maskedFill_(x.gt(0), 7),
    normal_: (x) => x.normal_(0, 1).zero_(),
  };
  for (const [name, operation] of Object.entries(operations)) {
    it(name, () => {
      failEverywhere(() => {
        const x = values([2, 3]);
        const y = values([2, 3], 7);
        return {
          work: () => void operation(x, y),
          state: () => (name === "normal_" ? numbers(y) : [numbers(x), numbers(y)]),
          result: () => numbers(x),
          mayKeep: 2,
        };
      });
    });
  }

  it("recorded: the tape is as it was too", () => {
    for (const name of ["add_", "sin_", "mul_ by another type", "copy_", "indexPut_", "scatterAdd_"]) {
      failEverywhere(() => {
        const w = values([2, 3]).requiresGrad_();
        const y = values([2, 3], 7);
        const x = w.mul(2);
        const view = x.select(0, 1);
        return {
          work: () => void operations[name]!(x, y),
          state: () => [numbers(x), x.storage.version, numbers(view)],
          result: () => {
            w.grad = null;
            x.square().sum().add(view.exp().sum()).backward(null, { retainGraph: true });
            return [numbers(x), numbers(view), numbers(w.grad)];
          },
          mayKeep: 3,
        };
      });
    }
  });
});

describe("backward", () => {
  interface Graph {
    readonly leaves: readonly Tensor[];
    readonly loss: Tensor;
    readonly retained: readonly Tensor[];
  }

  function graph(): Graph {
    const x = values([2, 3]).requiresGrad_();
    const w = values([3, 3], 4).requiresGrad_();
    const b = values([3], 9).requiresGrad_();
    const h = nn.functional.linear(x, w, b).retainGrad();
    const mixed = h.softmax(1).mul(h.select(0, 1).to("float64")).sum(0);
    const loss = mixed.square().sum().add(x.max(1).values.prod()).add(b.sum());
    return { leaves: [x, w, b], loss, retained: [h] };
  }
  const gradients = ({ leaves, retained }: Graph): unknown => [...leaves, ...retained].map((x) => numbers(x.grad));

  it("leaves the gradients and the graph", () => {
    const failures = failEverywhere(() => {
      const made = graph();
      return {
        work: () => made.loss.backward(),
        state: () => gradients(made),
        result: () => gradients(made),
      };
    });
    expect(failures).toBeGreaterThan(40);
  });

  it("leaves what was accumulated", () => {
    failEverywhere(() => {
      const made = graph();
      for (const leaf of made.leaves) leaf.square().sum().backward();
      // One that user code has read, one that it set, one that nobody knows.
      const [x, w] = made.leaves;
      const read = x!.grad!;
      w!.grad = values([1, 3], 2).expand([3, 3]);
      return {
        work: () => made.loss.backward(),
        state: () => [gradients(made), numbers(read)],
        result: () => gradients(made),
      };
    });
  });

  it("with a given gradient, retainGraph and createGraph", () => {
    failEverywhere(() => {
      const made = graph();
      const given = values([], 3);
      return {
        work: () => made.loss.backward(given, { createGraph: true }),
        state: () => [gradients(made), numbers(given)],
        result: () => gradients(made),
        // What was recorded of the attempt is kept by its graph until that is collected.
        mayKeep: 60,
      };
    });
    failEverywhere(() => {
      const made = graph();
      return {
        work: () => made.loss.backward(null, { retainGraph: true }),
        state: () => gradients(made),
        result: () => gradients(made),
      };
    });
  });

  it("with hooks", () => {
    failEverywhere(() => {
      const made = graph();
      made.leaves[0]!.registerHook((g) => g.mul(2));
      return {
        work: () => made.loss.backward(),
        state: () => gradients(made),
        result: () => gradients(made),
        // The gradient that the hook was given, and the one it made, have names.
        mayKeep: 2,
      };
    });
  });

  it("grad and valueAndGrad, nested", () => {
    failEverywhere(() => {
      const w = values([3], 5).requiresGrad_();
      const x = values([3]);
      let found: Tensor | undefined;
      return {
        work: () => {
          found = noGrad(() =>
            grad((u: Tensor) =>
              grad((v: Tensor) => v.sin().mul(w).prod())(u)
                .square()
                .sum(),
            )(x),
          );
        },
        state: () => [numbers(w), numbers(x), numbers(w.grad), x.requiresGrad],
        result: () => numbers(found!),
        mayKeep: 60,
      };
    });
  });
});

describe("optimizers and modules", () => {
  const model = (): nn.Sequential => {
    const made = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2));
    made.parameters().forEach((parameter, i) => {
      noGrad(() => parameter.copy_(values(parameter.shape, i)));
    });
    return made;
  };
  const parameters = (made: nn.Sequential): unknown => made.parameters().map(numbers);
  const train = (made: nn.Sequential): void => {
    made.zeroGrad();
    nn.functional.huberLoss(made(values([5, 3])) as Tensor, values([5, 2], 3)).backward();
  };
  const makers: Readonly<Record<string, (made: nn.Sequential) => optim.SGD | optim.Adam>> = {
    SGD: (made) => new optim.SGD(made.parameters(), { lr: 0.1 }),
    "SGD with momentum": (made) => new optim.SGD(made.parameters(), { lr: 0.1, momentum: 0.9 }),
    Adam: (made) => new optim.Adam(made.parameters(), { lr: 0.1, amsgrad: true }),
    AdamW: (made) => new optim.AdamW(made.parameters(), { lr: 0.1 }),
  };
  const stateOf = (optimizer: optim.SGD | optim.Adam): unknown => {
    const plain = (value: unknown): unknown =>
      value instanceof Tensor
        ? numbers(value)
        : Array.isArray(value)
          ? value.map(plain)
          : typeof value === "object" && value !== null
            ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
            : value;
    return plain(optimizer.stateDict());
  };

  for (const [name, make] of Object.entries(makers)) {
    it(`a step of ${name} allocates before it writes`, () => {
      for (const steps of [0, 2]) {
        failEverywhere(() => {
          const made = model();
          const optimizer = make(made);
          for (let i = 0; i < steps; i++) {
            train(made);
            optimizer.step();
          }
          train(made);
          return {
            work: () => optimizer.step(),
            state: () => [parameters(made), stateOf(optimizer)],
            result: () => [parameters(made), stateOf(optimizer)],
            // State that was allocated waits for the next attempt.
            mayKeep: 12,
          };
        }, ["allocate"]);
      }
    });

    it(`a step of ${name} whose kernel fails has updated each parameter with its state, or not at all`, () => {
      // A write that fails half-way cannot be taken back without copies; what can be asked is that no parameter is torn.
      const clean = model();
      const reference = make(clean);
      train(clean);
      const before = [parameters(clean) as number[][], entries(reference)] as const;
      reference.step();
      const after = [parameters(clean) as number[][], entries(reference)] as const;
      for (let n = 1, failed = true; failed; n++) {
        const made = model();
        const optimizer = make(made);
        train(made);
        faulty.arm("compute", n);
        failed = false;
        try {
          optimizer.step();
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          failed = true;
        }
        faulty.arm("compute", 0);
        const found = parameters(made) as number[][];
        const states = entries(optimizer);
        let updates = 0;
        found.forEach((value, i) => {
          const updated = JSON.stringify(value) === JSON.stringify(after[0][i]);
          if (updated) updates++;
          expect(value).toEqual((updated ? after : before)[0][i]);
          expect(states[i]).toEqual((updated ? after : before)[1][i]);
        });
        expect(updates === found.length).toBe(!failed);
      }
    });
  }

  /** The saved state of each parameter. */
  function entries(optimizer: optim.SGD | optim.Adam): unknown[] {
    const { state } = stateOf(optimizer) as { readonly state: Readonly<Record<number, unknown>> };
    return Array.from({ length: 4 }, (_, i) => state[i]);
  }

  it("loadStateDict of a module, and of an optimizer", () => {
    const source = model();
    const sourceOptimizer = makers.Adam!(source);
    train(source);
    sourceOptimizer.step();
    const dict = source.stateDict();
    const saved = (sourceOptimizer as optim.Adam).stateDict();
    failEverywhere(() => {
      const made = model();
      return {
        work: () => made.loadStateDict(dict),
        state: () => parameters(made),
        result: () => parameters(made),
      };
    }, ["allocate"]);
    // From another backend: everything comes over before anything is written.
    const elsewhere = model().to(createCpuBackend()).stateDict();
    failEverywhere(() => {
      const made = model();
      return {
        work: () => scope(() => void made.loadStateDict(elsewhere)),
        state: () => parameters(made),
        result: () => parameters(made),
      };
    }, ["allocate"]);
    failEverywhere(() => {
      const made = model();
      const optimizer = makers.Adam!(made) as optim.Adam;
      train(made);
      optimizer.step();
      return {
        work: () => optimizer.loadStateDict(saved),
        state: () => [parameters(made), stateOf(optimizer)],
        result: () => stateOf(optimizer),
      };
    });
  });

  it("a module that moves or changes its type", () => {
    failEverywhere(() => {
      const made = model();
      train(made);
      const state = (): unknown => [
        parameters(made),
        made.parameters().map(({ dtype, grad }) => [dtype, grad?.dtype, numbers(grad)]),
      ];
      return { work: () => made.to("float64"), state, result: state, mayKeep: 8 };
    });
  });

  it("a training step that fails in forward or backward can be done again", () => {
    failEverywhere(() => {
      const made = model();
      const optimizer = new optim.SGD(made.parameters(), { lr: 0.1 });
      return {
        work: () => {
          train(made);
        },
        state: () => [parameters(made)],
        result: () => {
          optimizer.step();
          return parameters(made);
        },
        mayKeep: 40,
      };
    });
  });
});
