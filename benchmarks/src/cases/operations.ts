/** Operations bound by memory and by arithmetic, over 32 K and 1 M elements, eager and on one thread. */
import { functional } from "@lucid/nn";
import * as lucid from "@lucid/tensor";
import { numbers } from "../cpu.js";
import type { BenchmarkCase } from "../harness.js";
import { type Operation, operationVariant } from "../operation.js";

export const add: Operation = {
  label: "a + b",
  pytorch: "add",
  lucid: (a, b) => lucid.add(a, b),
  jax: ({ numpy }, a, b) => numpy.add(a, b),
  tfjs: (tf, a, b) => tf.add(a, b),
  numpy: (np, a, b) => np.add(a, b),
};

const exp: Operation = {
  label: "exp",
  pytorch: "exp",
  lucid: (a) => lucid.exp(a),
  jax: ({ numpy }, a) => numpy.exp(a),
  tfjs: (tf, a) => tf.exp(a),
  numpy: (np, a) => np.exp(a),
};

const softmax: Operation = {
  label: "softmax",
  pytorch: "softmax",
  lucid: (a) => functional.softmax(a, -1),
  jax: ({ nn }, a) => nn.softmax(a, -1),
  tfjs: (tf, a) => tf.softmax(a, -1),
};

const sum: Operation = {
  label: "sum",
  pytorch: "sum",
  lucid: (a) => lucid.sum(a),
  jax: ({ numpy }, a) => numpy.sum(a),
  tfjs: (tf, a) => tf.sum(a),
  numpy: (np, a) => np.sum(a) as number,
};

const shapes = [
  { label: "32 K", shape: [128, 256] },
  { label: "1 M", shape: [1024, 1024] },
] as const;

export const operations: BenchmarkCase = {
  name: "operations",
  about: "a + b, exp, softmax over rows and sum, eager, one thread",
  async *variants() {
    for (const operation of [add, exp, softmax, sum]) {
      for (const { label, shape } of shapes) {
        // Above 0, so that a sum is large beside its rounding errors; plain float32 sums are off by up to 0.001.
        const seeds = operation === add ? [1, 2] : [1];
        const inputs = seeds.map((seed) => ({ values: numbers(shape[0] * shape[1], seed).map(Math.abs), shape }));
        yield await operationVariant(operation, label, inputs, operation === sum ? 1e-3 : 1e-5);
      }
    }
  },
};
