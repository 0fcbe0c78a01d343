/** Layer norm with weight and bias, over rows. Where a library has no such operation it is composed of what it has. */
import { elementwise, mean, owned, var as variance } from "@lucid/tensor";
import type { Operation } from "./operation.js";

const epsilon = 1e-5;

const normalise = elementwise((x, mean, variance, weight, bias) =>
  x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(weight).add(bias),
);

export const layerNorm: Operation = {
  label: "layer norm",
  pytorch: "layer norm",
  lucid: (x, weight, bias) =>
    owned(() => normalise(x, mean(x, -1, true), variance(x, -1, { correction: 0, keepdim: true }), weight, bias)),
  jax: ({ nn }, x, weight, bias) => nn.standardize(x, -1, { epsilon }).mul(weight).add(bias),
  tfjs: (tf, x, weight, bias) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon))), weight), bias);
  },
};
