/**
 * First and second derivatives against finite differences in float64, of what no fixture of tests/pytorch can express: formulas
 * and reductions that users define, and functions that draw random numbers. All others are checked there.
 */
import { createCpuBackend, gradcheck, gradgradcheck, manualSeed, nn, setDefaultBackend, Tensor } from "@lucid/lucid";
import * as t from "@lucid/tensor";
import { fusedReduce } from "@lucid/tensor/extend";
import { describe, expect, it } from "vitest";

setDefaultBackend(createCpuBackend());

const leaf = (values: readonly (readonly number[])[] | readonly number[]): Tensor =>
  new Tensor(values as number[], { dtype: "float64", requiresGrad: true });

const x = leaf([
  [0.7, -1.3, 1.9],
  [-0.4, 2.6, -2.1],
]);
const y = leaf([0.25, 1.13, -0.85]);
const column = leaf([[0.25], [1.13]]);

/** A formula with a choice, a number, and other operations inside. */
const bent: t.Elementwise<[x: t.Formula, y: t.Formula]> = t.elementwise((a, b) =>
  t.where(a.gt(b), t.exp(a).mul(b), a.sin().div(b.square().add(1))),
);

/** The same random numbers in every call. */
const seeded =
  (fn: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor => {
    manualSeed(5);
    return fn(x);
  };

describe("gradients and finite differences agree", () => {
  it.each<readonly [name: string, fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]]>([
    ["of a formula", bent, [x, y]],
    ["of a reduction of a formula", (a, b) => fusedReduce(bent, [a, b]), [x, y]],
    [
      "of the mean of a formula",
      (a, b) => fusedReduce(bent, [a, b], { dim: 1, keepdim: true, mean: true }),
      [x, column],
    ],
    ["of the maximum of a formula", (a) => fusedReduce(bent, [a, 0.3], { op: "max", dim: 0 }), [x]],
    ["of the product of a formula", (a, b) => fusedReduce(bent, [a, b], { op: "prod", dim: [0] }), [x, y]],
    ["of dropout", seeded((a) => nn.functional.dropout(a, 0.5)), [x]],
    ["of bernoulli", seeded((a) => t.bernoulli(a.sigmoid())), [x]],
    ["of bernoulli_", (a) => a.mul(1).bernoulli_(1), [x]],
  ])("%s", (_, fn, inputs) => {
    expect(gradcheck(fn, inputs)).toBe(true);
    expect(gradgradcheck(fn, inputs)).toBe(true);
    // Every second element of something larger, in reverse: strides and offsets of all kinds.
    const strided = (a: Tensor): Tensor => t.flip(t.flip(t.stack([a, a], -1).select(-1, 1), 0), 0);
    expect(gradcheck((...all) => fn(...all.map(strided)), inputs)).toBe(true);
  });
});

describe("options", () => {
  it("raiseException false makes the result false where gradients differ, and leaves other errors", () => {
    // The derivative of a · a without the second factor's.
    const half = (a: Tensor): Tensor => a.mul(a.detach());
    expect(() => gradcheck(half, [y])).toThrow("[gradcheck] output 0 element 0 by input 0 [3] element 0");
    expect(gradcheck(half, [y], { raiseException: false })).toBe(false);
    expect(gradgradcheck(half, [y], { raiseException: false })).toBe(false);
    expect(gradcheck((a) => a.mul(a), [y], { raiseException: false })).toBe(true);
    expect(() => gradcheck(() => 3 as never, [y], { raiseException: false })).toThrow(
      "[gradcheck] the function returned",
    );
    expect(() => gradcheck(half, [y], { raiseException: 1 as never })).toThrow("raiseException is true or false");
  });

  it("nondetTol is how far two backward passes may differ", () => {
    let passes = 0;
    const drifting = (a: Tensor): Tensor => {
      const result = a.mul(1);
      if (result.requiresGrad) result.registerHook((gradient) => gradient.mul(1 + 1e-7 * passes++));
      return result;
    };
    expect(() => gradcheck(drifting, [y])).toThrow("two backward passes may differ by nondetTol, which is 0");
    expect(gradcheck(drifting, [y], { nondetTol: 1e-5 })).toBe(true);
  });
});

it("tensors that are made like another tensor do not depend on it", () => {
  for (const make of [t.emptyLike, t.randLike, t.randnLike]) expect(make(x).requiresGrad).toBe(false);
});
