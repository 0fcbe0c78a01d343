/** Operations on single elements, on rows and on whole tensors. */
import { functional } from "@lucid/nn";
import * as lucid from "@lucid/tensor";
import type { Operation } from "./operation.js";

export const add: Operation = {
  label: "a + b",
  pytorch: "add",
  lucid: (a, b) => lucid.add(a, b),
  jax: ({ numpy }, a, b) => numpy.add(a, b),
  tfjs: (tf, a, b) => tf.add(a, b),
  numpy: (np, a, b) => np.add(a, b),
};

export const exp: Operation = {
  label: "exp",
  pytorch: "exp",
  lucid: (a) => lucid.exp(a),
  jax: ({ numpy }, a) => numpy.exp(a),
  tfjs: (tf, a) => tf.exp(a),
  numpy: (np, a) => np.exp(a),
};

export const sum: Operation = {
  label: "sum",
  pytorch: "sum",
  lucid: (a) => lucid.sum(a),
  jax: ({ numpy }, a) => numpy.sum(a),
  tfjs: (tf, a) => tf.sum(a),
  numpy: (np, a) => np.sum(a) as number,
};

export const softmax: Operation = {
  label: "softmax",
  pytorch: "softmax",
  lucid: (a) => functional.softmax(a, -1),
  jax: ({ nn }, a) => nn.softmax(a, -1),
  tfjs: (tf, a) => tf.softmax(a, -1),
};
