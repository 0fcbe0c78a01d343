/**
 * First and second derivatives of every differentiable function, against finite differences in float64.
 */
import { createCpuBackend, gradcheck, gradgradcheck, nn, setDefaultBackend, Tensor } from "@lucid/lucid";
import * as t from "@lucid/tensor";
import { describe, expect, it } from "vitest";

setDefaultBackend(createCpuBackend());
const { functionalCases, tensorCases, undifferentiable } = await import("./gradcheck-cases.js");

const functionsOf = (module: object): string[] =>
  Object.entries(module)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name);

type Cases = typeof tensorCases;

function checkAll(cases: Cases): void {
  for (const [name, list] of Object.entries(cases)) {
    it(name, () => {
      for (const [fn, ...inputs] of list) {
        expect(gradcheck(fn, inputs)).toBe(true);
        expect(gradgradcheck(fn, inputs)).toBe(true);
        // Every second element of something larger, in reverse: strides and offsets of all kinds.
        const strided = (x: Tensor): Tensor => t.flip(t.stack([x, x], -1).select(-1, 1), 0);
        const views = (...all: Tensor[]) => fn(...all.map((x) => (x.ndim === 0 ? x : t.flip(strided(x), 0))));
        expect(gradcheck(views, inputs)).toBe(true);
      }
    });
  }
}

describe("gradcheck and gradgradcheck of @lucid/tensor", () => checkAll(tensorCases));
describe("gradcheck and gradgradcheck of nn.functional", () => checkAll(functionalCases));

describe("element-wise operations in place", () => {
  for (const [name, list] of Object.entries(tensorCases)) {
    const operation: unknown = (t as Readonly<Record<string, unknown>>)[name];
    if (!t.isElementwise(operation) || name === "where") continue;
    it(`${name}_`, () => {
      const method = (Tensor.prototype as unknown as Readonly<Record<string, (...args: unknown[]) => Tensor>>)[
        `${name}_`
      ]!;
      for (const [fn, first, ...rest] of list) {
        // Calls with numbers have them built in; those with the operation itself can be made in place.
        if ((fn as unknown) !== operation || first === undefined) continue;
        const inPlace = (target: Tensor, ...others: Tensor[]): Tensor => method.call(target.mul(1), ...others);
        expect(gradcheck(inPlace, [first, ...rest])).toBe(true);
        expect(gradgradcheck(inPlace, [first, ...rest])).toBe(true);
      }
    });
  }
});

describe("no function goes without", () => {
  it("every function of @lucid/tensor has a case, or a mark that says why not", () => {
    const missing = functionsOf(t).filter((name) => !(name in tensorCases) && !(name in undifferentiable));
    expect(missing).toEqual([]);
    const unmarked = functionsOf(nn.functional).filter((name) => !(name in functionalCases));
    expect(unmarked).toEqual([]);
  });

  it("every case and every mark belongs to a function, and none has both", () => {
    const exported = functionsOf(t);
    expect(Object.keys({ ...tensorCases, ...undifferentiable }).filter((name) => !exported.includes(name))).toEqual([]);
    expect(Object.keys(functionalCases).filter((name) => !(name in nn.functional))).toEqual([]);
    expect(Object.keys(undifferentiable).filter((name) => name in tensorCases)).toEqual([]);
  });

  it("what is marked has no gradient indeed", () => {
    for (const [name, { call }] of Object.entries(undifferentiable)) {
      const result = call?.();
      const results = result instanceof Tensor ? [result] : Array.isArray(result) ? (result as readonly Tensor[]) : [];
      expect([name, results.some((x) => x.requiresGrad)]).toEqual([name, false]);
    }
  });
});
