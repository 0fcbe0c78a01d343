/**
 * Layer normalisation of rows, with weight and bias. For libraries without this operation, it is composed of others.
 */
import { functional } from "@lucid/nn";
import type { Operation } from "./operation.js";

const epsilon = 1e-5;

export const layerNorm: Operation = {
  label: "layer norm",
  pytorch: "layer norm",
  lucid: (x, weight, bias) => functional.layerNorm(x, bias.shape, { weight, bias }),
  jax: ({ nn }, x, weight, bias) => nn.standardize(x, -1, { epsilon }).mul(weight).add(bias),
  tfjs: (tf, x, weight, bias) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon))), weight), bias);
  },
};
