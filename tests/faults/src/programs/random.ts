/**
 * Operations that draw random numbers. A call that fails has drawn none: it gives the same numbers when it is repeated.
 *
 * @module
 */
import { functional, init } from "@lucid/nn";
import {
  bernoulli,
  full,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  type Tensor,
  type TensorOptions,
} from "@lucid/tensor";
import { type Program, values } from "./program.js";

const float64: TensorOptions = { dtype: "float64" };

const draws: Readonly<Record<string, (x: Tensor, p: Tensor) => unknown>> = {
  rand: () => rand([2, 3]),
  randn: () => randn([2, 3], float64),
  randint: () => randint(3, 9, [4]),
  randperm: () => randperm(5),
  "randperm of another type": () => randperm(5, float64),
  randLike: (x) => randLike(x),
  randnLike: (x) => randnLike(x),
  "bernoulli of a number": (x) => bernoulli(x, 0.5),
  "bernoulli of probabilities": (_, p) => bernoulli(p),
  bernoulli_: (x) => x.bernoulli_(0.25),
  "bernoulli_ of probabilities": (x, p) => x.bernoulli_(p),
  normal_: (x) => x.normal_(1, 2),
  uniform_: (x) => x.uniform_(-1, 1),
  dropout: (x) => functional.dropout(x, 0.5),
  "init.kaimingUniform_": (x) => init.kaimingUniform_(x),
  "init.kaimingNormal_": (x) => init.kaimingNormal_(x),
  "init.xavierUniform_": (x) => init.xavierUniform_(x),
  "init.xavierNormal_": (x) => init.xavierNormal_(x),
  "init.uniform_": (x) => init.uniform_(x),
  "init.normal_": (x) => init.normal_(x),
  "init.constant_": (x) => init.constant_(x, 2),
};

/** The names of the functions and methods that these programs call. */
export const randomOperations: readonly string[] = Object.keys(draws).map((name) => name.split(" ")[0]!);

/** The programs. */
export function randomPrograms(): readonly Program[] {
  const plain = Object.entries(draws).map(([name, draw]) => ({
    name,
    prepare: () => {
      const x = values([4, 3]);
      const p = full([4, 3], 0.5);
      return { tensors: [x, p], work: () => draw(x, p) };
    },
  }));
  const recorded = {
    name: "recorded dropout",
    prepare: () => {
      const x = values([4, 3]).requiresGrad_();
      return {
        tensors: [x],
        work: () => functional.dropout(x, 0.5),
        outcome: (y: unknown) => {
          (y as Tensor).sum().backward();
          return [y, x.grad];
        },
      };
    },
  };
  return [...plain, recorded];
}
