import { DisposedError } from "@lucid/backend";
import {
  memory,
  nn,
  noGrad,
  ones,
  optim,
  owned,
  randn,
  scope,
  setDefaultBackend,
  type Tensor,
  tensor,
  zeros,
} from "@lucid/lucid";
import { beforeEach, describe, expect, it } from "vitest";
import { type CountingBackend, countingBackend } from "./counting-backend.js";

let counting: CountingBackend;

beforeEach(() => {
  counting = countingBackend();
  setDefaultBackend(counting.backend);
});

/** Buffers that a piece of work leaves behind. */
function left(work: () => void): number {
  const before = counting.live();
  work();
  return counting.live() - before;
}

describe("composed operations free what they do not return", () => {
  it("of variance, softmax and logsumexp, one buffer remains each", () => {
    const x = randn([4, 5]);
    expect(left(() => void x.var(1))).toBe(1);
    expect(left(() => void x.softmax(1))).toBe(1);
    expect(left(() => void x.logsumexp(1))).toBe(1);
  });

  it("of a user's owned block too, in arrays and records, and nothing on a throw", () => {
    const x = ones([3]);
    const block = (): { a: Tensor; list: Tensor[] } =>
      owned(() => {
        const a = x.add(1);
        const b = a.mul(2).mul(3);
        return { a, list: [b] };
      });
    expect(left(() => void block())).toBe(2);
    const failing = (): Tensor =>
      owned(() => {
        x.add(1).mul(2);
        throw new Error("stop");
      });
    expect(left(() => expect(failing).toThrow("stop"))).toBe(0);
  });

  it("what autograd saved lives until backward", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    let y: Tensor | undefined;
    // The result, and the exponential inside, which the derivative reads.
    expect(
      left(() => {
        y = owned(() => x.exp().mul(x));
      }),
    ).toBe(2);
    // The sum and the gradient come, the exponential goes.
    expect(left(() => y!.sum().backward())).toBe(1);
  });
});

describe("backward", () => {
  it("leaves nothing but the leaves' gradients", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = x.exp().mul(x).sum();
    expect(left(() => y.backward())).toBe(1);
  });

  it("a gradient nobody read is freed when it is cleared; one that was read stays", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const clear = (): void => {
      x.grad = null;
    };
    x.square().sum().backward();
    expect(left(clear)).toBe(-1);
    x.square().sum().backward();
    const read = x.grad!;
    expect(left(clear)).toBe(0);
    expect(read.arraySync()).toEqual([2, 4, 6]);
  });

  it("a training loop on a Sequential leaves only what user code names: the loss", () => {
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Flatten(), new nn.Linear(8, 2));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const criterion = new nn.HuberLoss();
    const x = randn([16, 4]);
    const y = randn([16, 2]);
    const step = (): void => {
      optimizer.zeroGrad();
      const prediction = model(x);
      const loss = criterion(prediction, y);
      loss.backward();
      optimizer.step();
    };
    step();
    // The prediction and the loss have names; everything else a step makes, it frees.
    expect(left(step)).toBe(2);
    expect(left(() => scope(step))).toBe(0);
  });
});

describe("scope", () => {
  it("frees all but what is returned, nested too", () => {
    const x = ones([10]);
    const kept = scope(() => {
      x.add(1);
      const inner = scope(() => x.add(2).mul(3));
      return { deep: [inner.add(1)] };
    });
    expect(kept.deep[0]!.arraySync()).toEqual(new Array(10).fill(10));
    expect(left(() => void scope(() => x.add(1).sum().item()))).toBe(0);
  });

  it("frees everything on a throw, and restores itself", () => {
    const x = ones([10]);
    const failing = (): void => {
      scope(() => {
        x.add(1);
        throw new Error("stop");
      });
    };
    expect(left(() => expect(failing).toThrow("stop"))).toBe(0);
    expect(left(() => void x.add(1))).toBe(1);
  });

  it("refuses a promise", () => {
    expect(() => scope(async () => ones([1]))).toThrow("[scope] the callback returned a promise");
    expect(() => noGrad(async () => ones([1]))).toThrow("[noGrad] the callback returned a promise");
  });

  it("keeps gradients, and what a graph outside still needs", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const loss = scope(() => x.exp().square().sum());
    scope(() => loss.backward());
    const [first, second] = x.grad!.arraySync() as number[];
    expect(first).toBeCloseTo(2 * Math.exp(2), 4);
    expect(second).toBeCloseTo(2 * Math.exp(4), 3);
  });

  it("using a tensor after its scope is an error", () => {
    let escaped: Tensor | undefined;
    scope(() => {
      escaped = ones([2]);
    });
    expect(() => escaped!.add(1)).toThrow(DisposedError);
    expect(() => escaped!.dataSync()).toThrow("the tensor was disposed");
    expect(String(escaped)).toContain("disposed");
  });
});

describe("dispose and using", () => {
  it("free at once; twice is harmless; use afterwards is an error; views go with their base", () => {
    const x = ones([4]);
    const view = x.reshape([2, 2]);
    expect(left(() => x.dispose())).toBe(-1);
    x.dispose();
    expect(() => x.add(1)).toThrow("[add] the tensor was disposed");
    expect(() => view.add(1)).toThrow(DisposedError);
    expect(
      left(() => {
        using y = zeros([3]);
        y.size;
      }),
    ).toBe(0);
  });

  it("a disposed value that a graph needs lives until its backward", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.exp();
    const loss = y.square().sum();
    y.dispose();
    loss.backward();
    expect((x.grad!.arraySync() as number[])[0]).toBeCloseTo(2 * Math.exp(2), 4);
  });
});

describe("memory()", () => {
  it("counts bytes and storages by backend, and forgets what was freed", () => {
    const usage = (): { bytes: number; storages: number } => {
      const found = memory()
        .backends.filter(({ backend }) => backend === "counting")
        .at(-1);
      return { bytes: found?.bytes ?? 0, storages: found?.storages ?? 0 };
    };
    ones([1]);
    const before = usage();
    const x = zeros([256]);
    expect(usage()).toEqual({ bytes: before.bytes + 1024, storages: before.storages + 1 });
    x.dispose();
    expect(usage()).toEqual(before);
  });

  it("a long loop without any care stays bounded once the collector has run", async () => {
    const x = ones([1000]);
    for (let i = 0; i < 20_000; i++) x.add(i);
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const found = memory()
      .backends.filter(({ backend }) => backend === "counting")
      .at(-1)!;
    expect(found.bytes).toBeLessThan(20_000 * 4000 * 0.2);
  });
});
