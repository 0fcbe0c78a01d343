/** The matrix product. */
import * as lucid from "@lucid/tensor";
import type { Operation } from "./operation.js";

export const matmul: Operation = {
  label: "matmul",
  pytorch: "matmul",
  lucid: (a, b) => lucid.matmul(a, b),
  jax: ({ numpy }, a, b) => numpy.matmul(a, b),
  tfjs: (tf, a, b) => tf.matMul(a, b),
  numpy: (np, a, b) => np.matmul(a, b),
};
