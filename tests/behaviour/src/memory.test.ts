import { DisposedError } from "@lucid/backend";
import {
  memory,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  scope,
  setDefaultBackend,
  type Tensor,
  tensor,
  zeros,
} from "@lucid/lucid";
import { owned } from "@lucid/tensor/extend";
import { beforeEach, describe, expect, it } from "vitest";
import { type CountingBackend, countingBackend } from "./counting-backend.js";

let counting: CountingBackend;

beforeEach(() => {
  counting = countingBackend();
  setDefaultBackend(counting.backend);
});

/** The number of buffers that `work` leaves behind. */
function left(work: () => void): number {
  const before = counting.live();
  work();
  return counting.live() - before;
}

describe("composed operations free what they do not return", () => {
  it("of variance, softmax and logsumexp, only the result's buffer remains", () => {
    const x = randn([4, 5]);
    expect(left(() => void x.var(1))).toBe(1);
    expect(left(() => void x.softmax(1))).toBe(1);
    expect(left(() => void x.logsumexp(1))).toBe(1);
  });

  it("in a user's owned block too, except results in arrays and records; if it throws, all is freed", () => {
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

  it("but what autograd saved lives until backward", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    let y: Tensor | undefined;
    // The result, and the exponential, which the derivative reads.
    expect(
      left(() => {
        y = owned(() => x.exp().mul(x));
      }),
    ).toBe(2);
    // Backward makes the sum and the gradient, and frees the exponential.
    expect(left(() => y!.sum().backward())).toBe(1);
  });
});

describe("backward", () => {
  it("keeps only the gradients of the leaves", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = x.exp().mul(x).sum();
    expect(left(() => y.backward())).toBe(1);
  });

  it("frees a gradient that nobody read when it is cleared; one that was read stays", () => {
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

  it("keeps only what user code refers to in a training loop on a Sequential: the loss", () => {
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
    // The caller has names for the prediction and the loss. A step frees everything else that it makes.
    expect(left(step)).toBe(2);
    expect(left(() => scope(step))).toBe(0);
  });
});

describe("scope", () => {
  it("frees everything except what is returned, also when it is nested", () => {
    const x = ones([10]);
    const kept = scope(() => {
      x.add(1);
      const inner = scope(() => x.add(2).mul(3));
      return { deep: [inner.add(1)] };
    });
    expect(kept.deep[0]!.arraySync()).toEqual(new Array(10).fill(10));
    expect(left(() => void scope(() => x.add(1).sum().item()))).toBe(0);
  });

  it("frees everything if the code throws", () => {
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

  it("keeps gradients, and values that a graph outside still needs", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const loss = scope(() => x.exp().square().sum());
    scope(() => loss.backward());
    const [first, second] = x.grad!.arraySync() as number[];
    expect(first).toBeCloseTo(2 * Math.exp(2), 4);
    expect(second).toBeCloseTo(2 * Math.exp(4), 3);
  });

  it("makes it an error to use a tensor afterwards", () => {
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
  it("free at once, may be called twice, make later use an error, and free views with their base", () => {
    const x = ones([4]);
    const view = x.reshape([2, 2]);
    expect(left(() => x.dispose())).toBe(-1);
    x.dispose();
    expect(() => x.add(1)).toThrow("[add] the tensor was disposed");
    expect(() => view.add(1)).toThrow(DisposedError);
    expect(
      left(() => {
        using y = zeros([3]);
        y.numel();
      }),
    ).toBe(0);
  });

  it("keep a value that a graph needs until its backward", () => {
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

  it("stays bounded in a long loop that frees nothing itself, once the collector has run", async () => {
    const x = ones([1000]);
    for (let i = 0; i < 20_000; i++) x.add(i);
    const held = (): number =>
      memory()
        .backends.filter(({ backend }) => backend === "counting")
        .at(-1)!.bytes;
    const limit = 20_000 * 4000 * 0.2;
    for (let i = 0; i < 50 && held() >= limit; i++) {
      (globalThis as { gc?: () => void }).gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(held()).toBeLessThan(limit);
  });
});
