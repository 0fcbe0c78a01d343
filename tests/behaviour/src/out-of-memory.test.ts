/**
 * The wasm backend at its memory limit: the error states the figures, nothing has changed, and smaller work still
 * succeeds.
 */
import { BackendError, OutOfMemoryError } from "@lucid/backend";
import { createWasmBackend } from "@lucid/backend-wasm";
import { arange, cat, nn, ones, optim, setDefaultBackend, type Tensor, tensor, zeros } from "@lucid/lucid";
import { afterEach, describe, expect, it, vi } from "vitest";

const MB = 1 << 20;

interface GrowableMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}
interface WasmGlobal {
  Memory: new (limits: { readonly initial: number; readonly maximum: number }) => GrowableMemory;
}
const wasm = (globalThis as unknown as { readonly WebAssembly: WasmGlobal }).WebAssembly;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** The error that `work` throws. */
function refusal(work: () => unknown): OutOfMemoryError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(OutOfMemoryError);
    return error as OutOfMemoryError;
  }
  throw new Error("nothing was refused");
}

/** Expects the elements 0, 1, 2, … from `from` on, wherever they have been stored meanwhile. */
function expectCounting(x: Tensor, from = 0): void {
  const numbers = x.dataSync();
  expect(numbers.findIndex((value, i) => value !== i + from)).toBe(-1);
}

const kinds: readonly (readonly [name: string, prepare: () => void])[] = [
  ["memory that can be shared", () => {}],
  ["memory that cannot", () => vi.stubGlobal("SharedArrayBuffer", undefined)],
];

describe.each(kinds)("the limit of %s", (_, prepare) => {
  it("causes an error with the bytes requested, in use and allowed; nothing is lost, and smaller work succeeds", () => {
    prepare();
    setDefaultBackend(createWasmBackend({ memory: 8 * MB, threads: 1 }));
    const x = arange(0, 100_000);
    const y = x.add(1);
    const error = refusal(() => zeros([3 * MB]));
    expect(error.requestedBytes).toBe(12 * MB);
    expect(error.limitBytes).toBeGreaterThanOrEqual(8 * MB);
    expect(error.limitBytes).toBeLessThan(9 * MB);
    expect(error.usedBytes).toBeGreaterThanOrEqual(800_000);
    expect(error.message).toBe(
      `[allocate] ${error.requestedBytes} bytes asked, ${error.usedBytes} in use, limit ${error.limitBytes}`,
    );
    expect(refusal(() => zeros([2 ** 15, 2 ** 15])).requestedBytes).toBe(2 ** 32);
    expectCounting(x);
    expectCounting(y, 1);
    expectCounting(y.sub(1));
  });

  it("is exceeded by an operation whose operands and result do not fit together", () => {
    prepare();
    setDefaultBackend(createWasmBackend({ memory: 8 * MB, threads: 1 }));
    // The tensors have 3 MB each, so two of them fit.
    const x = arange(0, 750_000);
    const y = arange(0, 750_000);
    refusal(() => x.add(y));
    refusal(() => cat([x, y]));
    refusal(() => x.sort());
    expectCounting(x);
    expectCounting(y);
    expect(
      x
        .narrow(0, 10, 3)
        .add(y.narrow(0, 0, 3))
        .arraySync(),
    ).toEqual([10, 12, 14]);
    x.neg_();
    expect(x.add(1).narrow(0, 0, 2).arraySync()).toEqual([1, 0]);
    expect(y.max().item()).toBe(749_999);
  });

  it("does not count tensors that can be moved out", () => {
    prepare();
    setDefaultBackend(createWasmBackend({ memory: 8 * MB, threads: 1 }));
    // 40 MB in tensors of 2 MB each.
    const all = Array.from({ length: 20 }, (_, k) => arange(k, 500_000 + k));
    for (let round = 0; round < 2; round++) for (const [k, x] of all.entries()) expectCounting(x, k);
  });
});

describe("memory that the engine does not let grow", () => {
  /** From now on, memories cannot grow beyond this many bytes. */
  function refuseFrom(bytes: number): void {
    const grow = wasm.Memory.prototype.grow as GrowableMemory["grow"];
    vi.spyOn(wasm.Memory.prototype as GrowableMemory, "grow").mockImplementation(function (
      this: GrowableMemory,
      pages: number,
    ) {
      if (this.buffer.byteLength + pages * 65536 > bytes) throw new RangeError("WebAssembly.Memory.grow(): refused");
      return grow.call(this, pages);
    });
  }

  it.each(kinds)("is used up to its limit: %s", (_, prepare) => {
    prepare();
    setDefaultBackend(createWasmBackend({ memory: 256 * MB, threads: 1 }));
    const early = arange(0, 500_000);
    refuseFrom(12 * MB);
    const all = Array.from({ length: 20 }, (_, k) => arange(k, 500_000 + k));
    const error = refusal(() => zeros([16 * MB]));
    expect(error.requestedBytes).toBe(64 * MB);
    expect(error.limitBytes).toBeGreaterThanOrEqual(256 * MB);
    for (const [k, x] of all.entries()) expectCounting(x, k);
    expectCounting(early);
    expectCounting(early.add(3), 3);
    // Small tensors have their own part of the memory, which may not have grown.
    const small = Array.from({ length: 5000 }, (_, k) => tensor([k, k + 1]).mul(2));
    for (const [k, x] of small.entries()) expect(x.arraySync()).toEqual([2 * k, 2 * k + 2]);
  });

  it("is requested in smaller pieces when a backend is made, with an error if there is none", () => {
    const asked: number[] = [];
    let granted = 16384;
    class Memory extends wasm.Memory {
      constructor(limits: { readonly initial: number; readonly maximum: number }) {
        asked.push(limits.maximum);
        if (limits.maximum > granted) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
        super(limits);
      }
    }
    vi.stubGlobal("WebAssembly", Object.create(wasm, { Memory: { value: Memory } }));
    setDefaultBackend(createWasmBackend({ threads: 1 }));
    expect(asked).toEqual([65536, 32768, 16384]);
    expect(tensor([1, 2]).add(1).arraySync()).toEqual([2, 3]);
    granted = 0;
    expect(() => createWasmBackend({ threads: 1 })).toThrow(BackendError);
    expect(() => createWasmBackend({ threads: 1, memory: MB })).toThrow("can be reserved");
  });
});

describe("training at the limit", () => {
  it("changes nothing in a step that does not fit, and succeeds with a smaller batch", () => {
    setDefaultBackend(createWasmBackend({ memory: 4 * MB, threads: 1 }));
    const model = new nn.Sequential(new nn.Linear(100, 200), new nn.ReLU(), new nn.Linear(200, 10));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const criterion = new nn.MSELoss();
    const numbers = (): unknown => model.parameters().map((parameter) => [...parameter.dataSync()]);
    const step = (batch: number): number => {
      optimizer.zeroGrad();
      const loss = criterion(model(ones([batch, 100])) as Tensor, ones([batch, 10]));
      loss.backward();
      optimizer.step();
      return loss.item();
    };
    const first = step(16);
    const before = numbers();
    for (const batch of [4000, 20_000]) refusal(() => step(batch));
    expect(numbers()).toEqual(before);
    let last = first;
    for (let i = 0; i < 30; i++) last = step(16);
    expect(last).toBeLessThan(first / 10);
  });
});
