/** Fused operations: wrong definitions and calls, memory, and the sources of gradients. */
import { gradcheck, gradgradcheck } from "@lucid/autograd";
import {
  ArgumentError,
  DTypeError,
  extendBackend,
  type FusedOperation,
  kernelFor,
  kernelTable,
  ShapeError,
} from "@lucid/backend";
import { createWasmBackend } from "@lucid/backend-wasm";
import { exp, mul, ones, randn, scope, tensor } from "@lucid/tensor";
import {
  callFused,
  type FusedDefinition,
  fusedLayerNorm,
  fusedLogSoftmax,
  fusedSoftmax,
  logSoftmaxBackward,
  softmaxBackward,
} from "@lucid/tensor/extend";
import { describe, expect, it } from "vitest";
import { countingBackend } from "./counting-backend.js";

const wasm = createWasmBackend({ threads: 1 });
const float64 = { dtype: "float64", backend: wasm } as const;

/** Computes y = 2x. It has no derivative rule. */
const twice: FusedDefinition<{ readonly mode?: unknown } & Record<string, never>> = {
  operation: { name: "twice", inputs: ["x", "bias?"], infer: ([x]) => [x!] },
  compose: ([x, bias]) => [bias === undefined ? mul(x!, 2) : mul(x!, 2).add(bias)],
};

describe("callFused", () => {
  const x = ones([2, 3], { backend: wasm });
  const call =
    (...args: readonly unknown[]) =>
    () =>
      (callFused as (...args: readonly unknown[]) => unknown)(...args);

  it.each([
    ["no inputs", call(twice, [], {}), "the input x is missing"],
    ["an undefined input", call(twice, [undefined], {}), "the input x is missing"],
    ["a number as input", call(twice, [3], {}), "the input x is 3"],
    ["too many inputs", call(twice, [x, x, x], {}), "3 inputs were given"],
    ["no list of inputs", call(twice, x, {}), "the inputs are an instance of Tensor"],
    ["no attributes", call(twice, [x]), "the attributes are undefined"],
    ["null as attributes", call(twice, [x], null), "the attributes are null"],
    ["a function among the attributes", call(twice, [x], { mode: () => 1 }), "attributes.mode is a function"],
    ["a tensor among the attributes", call(twice, [x], { list: [x] }), "attributes.list[0] is an instance of Tensor"],
    ["a bigint among the attributes", call(twice, [x], { mode: 1n }), "attributes.mode is 1"],
    ["scalars that are no numbers", call(twice, [x], {}, ["1"]), 'scalar 0 is "1"'],
    ["an operation in place of its definition", call(twice.operation, [x], {}), "the first argument is"],
    ["nothing at all", call(), "the first argument is undefined"],
  ])("refuses %s", (_, refused, message) => {
    expect(refused).toThrow(ArgumentError);
    expect(refused).toThrow(message);
  });

  it("refuses attributes that contain themselves", () => {
    const attributes: Record<string, unknown> = {};
    attributes.self = attributes;
    expect(call(twice, [x], attributes)).toThrow("nested more than 32 levels deep");
  });

  it("refuses inputs that the framework's own operations cannot take", () => {
    expect(call(fusedSoftmax, [x], { axis: 2 })).toThrow("[softmax] axis is 2 for a tensor with 2 axes");
    expect(call(fusedSoftmax, [ones([2], { dtype: "int32", backend: wasm })], { axis: 0 })).toThrow(DTypeError);
    expect(call(fusedLayerNorm, [x, ones([2], { backend: wasm })], { axes: 1, eps: 0 })).toThrow(ShapeError);
    expect(call(fusedLayerNorm, [x], { axes: 3, eps: 0 })).toThrow(ArgumentError);
  });

  it("refuses a composition whose results do not have the inferred types", () => {
    const wrong = { ...twice, compose: () => [] };
    expect(call(wrong, [x], {})).toThrow("[twice] compose returned nothing, infer says [2, 3] float32");
  });

  it("looks kernels up by the object, not by the name", () => {
    const named: FusedDefinition<{ readonly axis: number }> = {
      operation: { name: "softmax", inputs: ["x"], infer: ([type]) => [type!] },
      compose: ([input]) => [mul(input!, 2)],
    };
    expect(callFused(named, [tensor([1, 2, 3], { backend: wasm })], { axis: 0 })[0]!.arraySync()).toEqual([2, 4, 6]);
  });

  it("differentiates an operation without a rule through its composition", () => {
    const a = tensor([1, 2], { backend: wasm, requiresGrad: true });
    callFused(twice, [exp(a), a], {})[0]!
      .sum()
      .backward();
    const expected = [1, 2].map((v) => 2 * Math.exp(v) + 1);
    (a.grad!.arraySync() as number[]).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i]!, 5);
    });
  });

  it("passes undefined where no gradient arrived, and returns no gradients for absent inputs", () => {
    const seen: unknown[] = [];
    const pair: FusedDefinition<Record<never, never>> = {
      operation: { name: "pair", inputs: ["a?", "b", "c?"], infer: ([, b]) => [b!, b!] },
      compose: ([, b]) => [mul(b!, 1), mul(b!, 3)],
      rule: {
        saves: () => ({ inputs: [0, 1, 2], outputs: [] }),
        gradients({ gradients, wanted, input, inputTypes }) {
          seen.push(gradients[0], wanted, inputTypes[0], input(1).arraySync());
          return [undefined, mul(gradients[1]!, 3), undefined];
        },
      },
    };
    const b = tensor([1, 2], { backend: wasm, requiresGrad: true });
    callFused(pair, [undefined, b], {})[1]!.sum().backward();
    expect(seen).toEqual([undefined, [false, true, false], undefined, [1, 2]]);
    expect(b.grad!.arraySync()).toEqual([3, 3]);
  });
});

describe("a call that fails", () => {
  it("frees the outputs and the scratch memory of a kernel that throws", () => {
    const { backend: base, live } = countingBackend();
    const operation: FusedOperation = { name: "failing", inputs: ["x"], infer: ([x]) => [x!, x!] };
    const fused = kernelTable(
      kernelFor(operation, {
        scratch: [{ shape: [7], dtype: "float64" }],
        run() {
          throw new Error("the device is gone");
        },
      }),
    );
    const backend = extendBackend(base, { name: "failing", fused });
    const x = ones([2], { backend });
    const before = live();
    expect(() => callFused({ operation, compose: () => [] }, [x], {})).toThrow("the device is gone");
    expect(live()).toBe(before);
  });

  it("frees the output of every member that throws", () => {
    const { backend: base, live } = countingBackend();
    const fail = (): never => {
      throw new Error("the device is gone");
    };
    let broken = false;
    const failing =
      <A extends readonly unknown[], R>(member: (...args: A) => R) =>
      (...args: A): R =>
        broken ? fail() : member(...args);
    const backend = extendBackend(base, {
      name: "failing",
      map: failing(base.map),
      reduce: failing(base.reduce),
      matmul: failing(base.matmul),
      gather: failing(base.gather),
      scatter: failing(base.scatter),
      scan: failing(base.scan),
      sort: failing(base.sort),
    });
    const x = ones([2, 2], { backend });
    const index = tensor([[0, 1]], { dtype: "int32", backend });
    const source = ones([1, 2], { backend });
    const before = live();
    broken = true;
    const operations: readonly (() => unknown)[] = [
      () => x.add(x),
      () => x.sum(),
      () => x.matmul(x),
      () => x.gather(0, index),
      () => x.scatter(0, index, source),
      () => x.cumsum(0),
      () => x.sort(0),
      () => x.flip(0).clone(),
    ];
    for (const operation of operations) {
      expect(() => scope(operation)).toThrow("the device is gone");
      expect(operation).toThrow("the device is gone");
    }
    expect(live()).toBe(before);
  });
});

describe("gradients on the wasm backend", () => {
  const x = () => randn([3, 5], { ...float64, requiresGrad: true });
  const row = () => randn([5], { ...float64, requiresGrad: true });

  it.each([
    ["softmax", fusedSoftmax],
    ["logSoftmax", fusedLogSoftmax],
  ])("of %s hold twice", (_, definition) => {
    for (const axis of [0, 1]) {
      const fn = (a: ReturnType<typeof x>) => callFused(definition, [a], { axis })[0]!;
      expect(gradcheck(fn, [x()])).toBe(true);
      expect(gradgradcheck(fn, [x()])).toBe(true);
    }
  });

  it.each([
    ["softmaxBackward", softmaxBackward],
    ["logSoftmaxBackward", logSoftmaxBackward],
  ])("of %s hold twice", (_, definition) => {
    const fn = (g: ReturnType<typeof x>, y: ReturnType<typeof x>) => callFused(definition, [g, y], { axis: 1 })[0]!;
    expect(gradcheck(fn, [x(), x()])).toBe(true);
    expect(gradgradcheck(fn, [x(), x()])).toBe(true);
  });

  it.each([
    ["weight and bias", true, true],
    ["weight alone", true, false],
    ["bias alone", false, true],
    ["neither", false, false],
  ])("of layerNorm with %s hold twice, through all outputs", (_, weighted, biased) => {
    const inputs = [x(), ...(weighted ? [row()] : []), ...(biased ? [row()] : [])];
    for (const output of [0, 1, 2]) {
      const fn = (...given: typeof inputs) => {
        const [a, ...rest] = given;
        const weight = weighted ? rest.shift() : undefined;
        return callFused(fusedLayerNorm, [a, weight, rest[0]], { axes: 1, eps: 0.1 })[output]!;
      };
      // The mean and the factor do not depend on weight and bias.
      const used = output === 0 ? inputs : inputs.slice(0, 1);
      const check = (...given: typeof inputs) => fn(...given, ...inputs.slice(given.length).map((t) => t.detach()));
      expect(gradcheck(check, used)).toBe(true);
      expect(gradgradcheck(check, used)).toBe(true);
    }
  });
});
