/** Lengths, accuracy, and what a transform leaves behind; the numbers of all options are compared in tests/pytorch. */
import "@lucid/autograd";
import { ArgumentError, ShapeError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { memory, setDefaultBackend, Tensor } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { complex, fft, fftn, hammingWindow, ifft, irfft, rfft, stft, windows } from "./index.js";
import { factorsOf } from "./transform/factors.js";
import { turn } from "./transform/tables.js";

const backend = createCpuBackend();
setDefaultBackend(backend);

/** Numbers between −1 and 1 that float32 holds, the same in every run. */
function noise(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.fround(state / 2 ** 31);
  });
}

/** Element k of the transform by its definition. The sum is compensated, so that its last digits are right. */
function element(re: Float64Array, im: Float64Array, k: number): readonly [number, number] {
  const at = { cos: 0, sin: 0 };
  const sums = [0, 0];
  const lost = [0, 0];
  for (let j = 0; j < re.length; j++) {
    turn(Number((BigInt(j) * BigInt(k)) % BigInt(re.length)), re.length, at);
    const terms = [re[j]! * at.cos + im[j]! * at.sin, im[j]! * at.cos - re[j]! * at.sin];
    for (const part of [0, 1]) {
      const corrected = terms[part]! - lost[part]!;
      const next = sums[part]! + corrected;
      lost[part] = next - sums[part]! - corrected;
      sums[part] = next;
    }
  }
  return [sums[0]!, sums[1]!];
}

/** The largest error at some positions, in units of the last place of the spectrum's root mean square. */
function error(dtype: "float32" | "float64", length: number): { full: number; half: number } {
  const [re, im] = [noise(length, 1), noise(length, 2)];
  const some = [0, 1, 2, 3, 5, 8, 13, 21].map((i) => (i * 7919 + (i > 4 ? length >> 1 : 0)) % length);
  const found = fft(complex(new Tensor(re, { dtype }), new Tensor(im, { dtype }))).dataSync();
  const half = rfft(new Tensor(re, { dtype })).dataSync();
  const unit = Math.sqrt(length / 3) * (dtype === "float32" ? 2 ** -23 : 2 ** -52);
  const zeros = new Float64Array(length);
  const errors = { full: 0, half: 0 };
  for (const k of some) {
    const [a, b] = element(re, im, k);
    errors.full = Math.max(errors.full, Math.hypot(found[2 * k]! - a, found[2 * k + 1]! - b) / unit);
    const low = Math.min(k, length - k) % length;
    const [c, d] = element(re, zeros, low);
    errors.half = Math.max(errors.half, Math.hypot(half[2 * low]! - c, half[2 * low + 1]! - d) / unit);
  }
  return errors;
}

describe("fft", () => {
  // One matrix, several steps with every kind of radix, convolutions, and both together.
  const lengths = [1, 2, 3, 7, 17, 61, 64, 65, 67, 96, 128, 134, 243, 343, 1000, 1024, 1031, 4096, 4489, 6006, 10007];
  for (const dtype of ["float32", "float64"] as const) {
    it(`is exact to a few units in the last place for every kind of length in ${dtype}`, () => {
      for (const length of lengths) {
        const { full, half } = error(dtype, length);
        const most = 3 + Math.log2(length);
        expect(full, `${length}`).toBeLessThan(most);
        expect(half, `real, ${length}`).toBeLessThan(most);
      }
    });
  }

  it("transforms 2^20 elements and back", () => {
    const length = 2 ** 20;
    const { full, half } = error("float32", length);
    expect(full).toBeLessThan(10);
    expect(half).toBeLessThan(10);
    const re = noise(length, 5);
    const signal = new Tensor(re, { dtype: "float32" });
    const back = irfft(rfft(signal)).dataSync();
    let worst = 0;
    for (let i = 0; i < length; i++) worst = Math.max(worst, Math.abs(back[i]! - re[i]!));
    expect(worst).toBeLessThan(2e-6);
  });

  it("has the spectrum of a wave at its frequency alone", () => {
    for (const [length, frequency] of [
      [360, 7],
      [134, 5],
      [2048, 300],
    ] as const) {
      const wave = Float64Array.from({ length }, (_, j) =>
        Math.cos((2 * Math.PI * ((j * frequency) % length)) / length),
      );
      const spectrum = rfft(new Tensor(wave, { dtype: "float64" })).dataSync();
      for (let k = 0; k <= length / 2; k++) {
        expect(Math.abs(spectrum[2 * k]! - (k === frequency ? length / 2 : 0)), `${length}, ${k}`).toBeLessThan(1e-10);
        expect(Math.abs(spectrum[2 * k + 1]!), `${length}, ${k}`).toBeLessThan(1e-10);
      }
    }
  });

  it("does n · log n work", () => {
    for (const length of [2 ** 20, 3 ** 12, 1000003, 2 * 524287, 720720]) {
      const { radices, rest } = factorsOf(length);
      expect(radices.reduce((a, b) => a * b, 1) * rest).toBe(length);
      expect(Math.max(1, ...radices)).toBeLessThanOrEqual(64);
    }
    expect(factorsOf(2 ** 20).radices).toEqual([32, 32, 32, 32]);
  });

  it("keeps no memory of the backend", () => {
    const x = new Tensor(noise(2000, 3), { dtype: "float32" });
    const held = (): number => memory().backends.reduce((sum, { storages }) => sum + storages, 0);
    const before = held();
    const result = rfft(x);
    expect(held()).toBe(before + 1);
    result.dispose();
    // In row-major order, so that it can be viewed in another shape.
    const pairs = complex(x.reshape([40, 50]));
    expect(fftn(pairs).view([4000]).shape).toEqual([4000]);
  });

  it("has the gradient that is the transposed transform", () => {
    const x = new Tensor(noise(134, 4), { dtype: "float64", requiresGrad: true });
    const weights = new Tensor(noise(134, 6), { dtype: "float64" });
    ifft(complex(x)).select(-1, 0).mul(weights).sum().backward();
    const expected = ifft(complex(weights)).select(-1, 0).dataSync();
    // The real part of the inverse transform is a symmetric matrix.
    x.grad!.dataSync().forEach((value: number, i: number) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-14);
    });
  });

  it("refuses windows that are too long for a tensor", () => {
    expect(() => windows.cosine(2 ** 53)).toThrow(ArgumentError);
    expect(() => hammingWindow(2 ** 32 + 5)).toThrow(/fewer than 2³¹/);
  });

  it("says what pairs are", () => {
    expect(() => fft(new Tensor([1, 2, 3]))).toThrow(ShapeError);
    expect(() => fft(new Tensor([1, 2, 3]))).toThrow(/pairs .* make pairs from real numbers/);
    expect(() => rfft(new Tensor([1, 2]), { dims: 0 } as object)).toThrow(/did you mean "dim"/);
    expect(() => stft(new Tensor([1, 2, 3]), 2, { hop: 1 } as object)).toThrow(/unknown option "hop"/);
  });
});
