/**
 * Calls of every differentiable function, away from kinks and ties, and the functions that need none.
 */
import { nn, type Tensor, tensor, zeros } from "@lucid/lucid";
import * as t from "@lucid/tensor";

/** A function of tensors and the tensors to call it with; those that require gradients are checked. */
export type Case = readonly [fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[], ...inputs: Tensor[]];

/** Distinct numbers, none near 0, near another or near a multiple of ½. */
const NUMBERS = [0.7, -1.3, 1.9, -0.4, 2.6, -2.1, 0.25, 1.13, -0.85, 3.2, -1.75, 0.6, -2.7, 1.35, -0.15, 2.15];

const fill = (shape: readonly number[], value: (i: number) => number): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float64Array.from({ length: size }, (_, i) => value(i));
  return tensor(values).reshape(shape).requiresGrad_();
};
const at = (i: number): number => NUMBERS[i % NUMBERS.length]! + 0.011 * Math.floor(i / NUMBERS.length);

/** Numbers of either sign. */
const x = (shape: readonly number[] = [2, 3], from = 0): Tensor => fill(shape, (i) => at(i + from));
/** Positive numbers from 0.4 to 1.9. */
const positive = (shape: readonly number[] = [2, 3], from = 0): Tensor => fill(shape, (i) => 1.15 + at(i + from) / 4.3);
/** Numbers between −0.9 and 0.9. */
const unit = (shape: readonly number[] = [2, 3], from = 0): Tensor => fill(shape, (i) => at(i + from) / 3.6);
/** Numbers above 1. */
const above = (shape: readonly number[] = [2, 3]): Tensor => fill(shape, (i) => 2.2 + at(i) / 2.7);
const integers = (values: readonly number[] | readonly (readonly number[])[]): Tensor =>
  tensor(values as number[], { dtype: "int32" });
const bools = (values: readonly boolean[] | readonly (readonly boolean[])[]): Tensor => tensor(values as boolean[]);

/** What an in-place function makes of a computed tensor. */
const written =
  (fn: (target: Tensor, ...rest: Tensor[]) => unknown) =>
  (target: Tensor, ...rest: Tensor[]): Tensor => {
    const own = target.mul(1);
    fn(own, ...rest);
    return own;
  };

const MASK = [
  [true, false, true],
  [false, false, true],
] as const;

/** A formula with a choice, a number, and another operation inside. */
const bent: t.Elementwise<[x: t.Formula, y: t.Formula]> = t.elementwise((a, b) =>
  t.where(a.gt(b), t.exp(a).mul(b), a.sin().div(b.square().add(1))),
);

/** By name in `@lucid/tensor`. */
export const tensorCases: Readonly<Record<string, readonly Case[]>> = {
  add: [[t.add, x(), x([3], 7)]],
  sub: [[t.sub, x(), x([2, 1], 7)]],
  mul: [
    [t.mul, x(), x([3], 7)],
    [(a) => t.mul(a, a), x()],
    [(a) => t.mul(a, 2.5), x()],
  ],
  div: [
    [t.div, x(), x([3], 7)],
    [(a) => t.div(2, a), x()],
  ],
  floorDivide: [[t.floorDivide, x(), positive([3])]],
  truncDivide: [[t.truncDivide, x(), positive([3])]],
  remainder: [[t.remainder, x(), positive([3])]],
  fmod: [[t.fmod, x(), positive([3])]],
  pow: [
    [t.pow, positive(), x([3], 5)],
    ...[1, 2, 3, 0.5, -0.5, -1, -2, 2.7, 0].map((power): Case => [(a) => t.pow(a, power), positive()]),
    ...[1, 2, 3, -1, -2].map((power): Case => [(a) => t.pow(a, power), x()]),
    [(a) => t.pow(2, a), x()],
  ],
  neg: [[t.neg, x()]],
  abs: [[t.abs, x()]],
  sign: [[t.sign, x()]],
  square: [[t.square, x()]],
  sqrt: [[t.sqrt, positive()]],
  reciprocal: [[t.reciprocal, x()]],
  rsqrt: [[t.rsqrt, positive()]],
  floor: [[t.floor, x()]],
  ceil: [[t.ceil, x()]],
  round: [[t.round, x()]],
  trunc: [[t.trunc, x()]],
  frac: [[t.frac, x()]],
  maximum: [[t.maximum, x(), x([3], 9)]],
  minimum: [[t.minimum, x(), x([3], 9)]],
  atan2: [[t.atan2, x(), x([3], 9)]],
  lerp: [[t.lerp, x(), x([2, 3], 6), x([3], 9)]],
  clamp: [
    [(a) => t.clamp(a, -1, 1.5), x()],
    [(a) => t.clamp(a, undefined, 0.5), x()],
    [t.clamp, x(), unit([3], 3), above([3])],
  ],
  to: [[(a) => t.to(a, "float64"), x()]],
  double: [[t.double, x()]],
  typeAs: [[(a) => t.typeAs(a, zeros([1], { dtype: "float64" })), x()]],
  clone: [[t.clone, x()]],
  contiguous: [[(a) => t.contiguous(a.t()), x()]],
  exp: [[t.exp, x()]],
  exp2: [[t.exp2, x()]],
  expm1: [[t.expm1, x()]],
  log: [[t.log, positive()]],
  log1p: [[t.log1p, positive()]],
  log2: [[t.log2, positive()]],
  log10: [[t.log10, positive()]],
  sin: [[t.sin, x()]],
  cos: [[t.cos, x()]],
  tan: [[t.tan, unit()]],
  asin: [[t.asin, unit()]],
  acos: [[t.acos, unit()]],
  atan: [[t.atan, x()]],
  sinh: [[t.sinh, x()]],
  cosh: [[t.cosh, x()]],
  tanh: [[t.tanh, x()]],
  asinh: [[t.asinh, x()]],
  acosh: [[t.acosh, above()]],
  atanh: [[t.atanh, unit()]],
  relu: [[t.relu, x()]],
  sigmoid: [[t.sigmoid, x()]],
  erf: [[t.erf, x()]],
  erfc: [[t.erfc, x()]],
  softmax: [
    [(a) => t.softmax(a, 0), x()],
    [(a) => t.softmax(a, -1), x()],
  ],
  logSoftmax: [
    [(a) => t.logSoftmax(a, 0), x()],
    [(a) => t.logSoftmax(a, -1), x()],
  ],
  where: [[(a, b) => t.where(bools(MASK), a, b), x(), x([3], 6)]],
  elementwise: [[bent, x(), x([3], 6)]],
  fusedReduce: [
    [(a, b) => t.fusedReduce(bent, [a, b]), x(), x([3], 6)],
    [(a, b) => t.fusedReduce(bent, [a, b], { axes: 1, keepdim: true, mean: true }), x(), x([2, 1], 6)],
    [(a) => t.fusedReduce(bent, [a, 0.3], { op: "max", axes: 0 }), x()],
    [(a, b) => t.fusedReduce(bent, [a, b], { op: "prod", axes: [0] }), x(), x([3], 6)],
  ],
  sum: [
    [(a) => t.sum(a), x()],
    [(a) => t.sum(a, 0), x()],
    [(a) => t.sum(a, [0, 2], true), x([2, 2, 2])],
  ],
  prod: [
    [(a) => t.prod(a), x()],
    [(a) => t.prod(a, 1), x()],
    [(a) => t.prod(a.mul(tensor([1, 0, 1])), 1), x()],
  ],
  mean: [
    [(a) => t.mean(a), x()],
    [(a) => t.mean(a, -1, true), x()],
  ],
  amax: [
    [(a) => t.amax(a), x()],
    [(a) => t.amax(a, 0), x()],
  ],
  amin: [
    [(a) => t.amin(a), x()],
    [(a) => t.amin(a, 1, true), x()],
  ],
  max: [
    [(a) => t.max(a), x()],
    [(a) => t.max(a, 1).values, x()],
  ],
  min: [
    [(a) => t.min(a), x()],
    [(a) => t.min(a, 0, true).values, x()],
  ],
  var: [
    [(a) => t.var(a), x()],
    [(a) => t.var(a, 1, { correction: 0, keepdim: true }), x()],
  ],
  std: [
    [(a) => t.std(a), x()],
    [(a) => t.std(a, 0), x()],
  ],
  logsumexp: [
    [(a) => t.logsumexp(a), x()],
    [(a) => t.logsumexp(a, 1, true), x()],
  ],
  cumsum: [
    [(a) => t.cumsum(a, 0), x()],
    [(a) => t.cumsum(a, -1), x()],
  ],
  sort: [
    [(a) => t.sort(a).values, x()],
    [(a) => t.sort(a, 0, true).values, x()],
  ],
  topk: [
    [(a) => t.topk(a, 2).values, x()],
    [(a) => t.topk(a, 1, 0, { largest: false }).values, x()],
  ],
  matmul: [
    [t.matmul, x(), x([3, 2], 6)],
    [t.matmul, x([2, 1, 3]), x([2, 3, 2], 3)],
    [t.matmul, x([3]), x([3, 2], 6)],
    [t.matmul, x([2, 3]), x([3], 6)],
    [t.matmul, x([3]), x([3], 6)],
    [t.matmul, x([2, 2, 3]), x([3, 1], 6)],
  ],
  mm: [[t.mm, x(), x([3, 2], 6)]],
  bmm: [[t.bmm, x([2, 1, 2]), x([2, 2, 2], 6)]],
  mv: [[t.mv, x(), x([3], 6)]],
  dot: [[t.dot, x([3]), x([3], 6)]],
  outer: [[t.outer, x([2]), x([3], 6)]],
  linear: [
    [t.linear, x(), x([2, 3], 6), x([2], 12)],
    [t.linear, x([2, 1, 3]), x([2, 3], 6)],
  ],
  cat: [[(a, b) => t.cat([a, b, a], 1), x([2, 1]), x([2, 2], 6)]],
  stack: [[(a, b) => t.stack([a, b], -1), x([2]), x([2], 6)]],
  split: [[(a) => t.split(a, [1, 2], 1), x()]],
  chunk: [[(a) => t.chunk(a, 2, 1), x()]],
  unbind: [[(a) => t.unbind(a, 1), x()]],
  gather: [
    [
      (a) =>
        t.gather(
          a,
          1,
          integers([
            [0, 0],
            [2, 1],
          ]),
        ),
      x(),
    ],
  ],
  scatter: [
    [
      (a, b) =>
        t.scatter(
          a,
          1,
          integers([
            [0, 2],
            [1, 0],
          ]),
          b,
        ),
      x(),
      x([2, 2], 6),
    ],
    [
      (a, b) =>
        t.scatter(
          a,
          1,
          integers([
            [0, 0],
            [1, 0],
          ]),
          b,
          { reduce: "add" },
        ),
      x(),
      x([2, 2], 6),
    ],
    [
      (a, b) =>
        t.scatter(
          a,
          1,
          integers([
            [0, 0],
            [1, 0],
          ]),
          b,
          { reduce: "amax" },
        ),
      x(),
      x([2, 2], 6),
    ],
    [
      (a, b) =>
        t.scatter(
          a,
          1,
          integers([
            [0, 0],
            [1, 0],
          ]),
          b,
          { reduce: "amin" },
        ),
      x(),
      x([2, 2], 6),
    ],
  ],
  scatter_: [
    [
      written((a, b) =>
        t.scatter_(
          a,
          1,
          integers([
            [0, 2],
            [1, 0],
          ]),
          b!,
        ),
      ),
      x(),
      x([2, 2], 6),
    ],
  ],
  scatterAdd: [
    [
      (a, b) =>
        t.scatterAdd(
          a,
          1,
          integers([
            [0, 0],
            [1, 0],
          ]),
          b,
        ),
      x(),
      x([2, 2], 6),
    ],
  ],
  scatterAdd_: [
    [
      written((a, b) =>
        t.scatterAdd_(
          a,
          1,
          integers([
            [0, 0],
            [1, 0],
          ]),
          b!,
        ),
      ),
      x(),
      x([2, 2], 6),
    ],
  ],
  indexSelect: [[(a) => t.indexSelect(a, 1, integers([2, 0, 2])), x()]],
  indexAdd: [[(a, b) => t.indexAdd(a, 1, integers([2, 2]), b, { alpha: 0.5 }), x(), x([2, 2], 6)]],
  indexAdd_: [[written((a, b) => t.indexAdd_(a, 1, integers([2, 2]), b!)), x(), x([2, 2], 6)]],
  take: [
    [
      (a) =>
        t.take(
          a,
          integers([
            [0, 5],
            [5, 2],
          ]),
        ),
      x(),
    ],
  ],
  maskedFill: [
    [(a) => t.maskedFill(a, bools(MASK), 5), x()],
    [(a, b) => t.maskedFill(a, bools(MASK), b), x(), x([], 6)],
  ],
  maskedFill_: [[written((a, b) => t.maskedFill_(a, bools(MASK), b!)), x(), x([], 6)]],
  maskedSelect: [[(a) => t.maskedSelect(a, bools(MASK)), x()]],
  at: [
    [(a) => t.at(a, 1, t.slice(undefined, undefined, -1)), x()],
    [(a) => t.at(a, [1, 0, 1]), x()],
    [(a) => t.at(a, t.slice(), integers([2, 2])), x()],
    [(a) => t.at(a, bools(MASK)), x()],
    [(a) => t.at(a, "...", null, 0), x()],
  ],
  indexPut_: [
    [written((a, b) => t.indexPut_(a, [1, t.slice(1)], b!)), x(), x([2], 6)],
    [written((a, b) => t.indexPut_(a, [bools(MASK)], b!)), x(), x([3], 6)],
    [
      written((a, b) =>
        t.indexPut_(
          a,
          [
            [1, 1, 0],
            [0, 0, 2],
          ],
          b!,
          { accumulate: true },
        ),
      ),
      x(),
      x([3], 6),
    ],
    [written((a, b) => t.indexPut_(a, [[1, 0]], b!)), x(), x([], 6)],
  ],
  narrow: [[(a) => t.narrow(a, 1, 1, 2), x()]],
  select: [[(a) => t.select(a, -1, -2), x()]],
  flip: [[(a) => t.flip(a, [0, 1]), x()]],
  roll: [[(a) => t.roll(a, [1, -2], [0, 1]), x()]],
  diagonal: [
    [(a) => t.diagonal(a), x()],
    [(a) => t.diagonal(a, 1), x()],
  ],
  diag: [
    [(a) => t.diag(a, -1), x([2])],
    [(a) => t.diag(a), x()],
  ],
  unfold: [[(a) => t.unfold(a, 1, 2, 1), x()]],
  tril: [[(a) => t.tril(a), x()]],
  triu: [[(a) => t.triu(a, 1), x()]],
  reshape: [[(a) => t.reshape(a.t(), 2, -1), x()]],
  view: [[(a) => t.view(a, 3, 2), x()]],
  reshapeAs: [[(a) => t.reshapeAs(a, zeros([3, 2])), x()]],
  flatten: [[(a) => t.flatten(a), x()]],
  unflatten: [[(a) => t.unflatten(a, 0, [2, 3]), x([6])]],
  squeeze: [[(a) => t.squeeze(a), x([1, 2, 1])]],
  unsqueeze: [[(a) => t.unsqueeze(a, 1), x()]],
  permute: [[(a) => t.permute(a, 2, 0, 1), x([2, 1, 2])]],
  transpose: [[(a) => t.transpose(a, 0, -1), x()]],
  swapaxes: [[(a) => t.swapaxes(a, 0, 1), x()]],
  t: [[(a) => t.t(a), x()]],
  movedim: [[(a) => t.movedim(a, 0, -1), x([2, 1, 2])]],
  expand: [[(a) => t.expand(a, 2, 2, 3), x([1, 3])]],
  expandAs: [[(a) => t.expandAs(a, zeros([2, 3])), x([3])]],
  broadcastTo: [[(a) => t.broadcastTo(a, [2, 3]), x([2, 1])]],
  repeat: [[(a) => t.repeat(a, 2, 2), x([1, 2])]],
  tile: [[(a) => t.tile(a, 2), x([1, 2])]],
  repeatInterleave: [
    [(a) => t.repeatInterleave(a, 2), x([2])],
    [(a) => t.repeatInterleave(a, 2, 1), x([1, 2])],
  ],
  copy_: [[written((a, b) => t.copy_(a, b!)), x(), x([3], 6)]],
  fill_: [
    [written((a) => t.fill_(a, 2)), x()],
    [written((a, b) => t.fill_(a, b!)), x(), x([], 6)],
  ],
  zero_: [[written((a) => t.zero_(a)), x()]],
  bernoulli: [
    [
      (a) => {
        t.manualSeed(5);
        return t.bernoulli(a.div(2));
      },
      positive(),
    ],
  ],
  bernoulli_: [[written((a) => t.bernoulli_(a, 1)), x()]],
};

/** By name in `nn.functional`. */
export const functionalCases: Readonly<Record<string, readonly Case[]>> = {
  linear: tensorCases.linear!,
  relu: tensorCases.relu!,
  sigmoid: tensorCases.sigmoid!,
  tanh: tensorCases.tanh!,
  softmax: tensorCases.softmax!,
  logSoftmax: tensorCases.logSoftmax!,
  layerNorm: [
    [(a) => nn.functional.layerNorm(a, [3]), x()],
    [
      (a, weight, bias) => nn.functional.layerNorm(a, [3], { weight: weight!, bias: bias!, eps: 0.1 }),
      x(),
      x([3], 5),
      x([3], 8),
    ],
    [(a, weight) => nn.functional.layerNorm(a, [2, 3], { weight: weight! }), x(), x([2, 3], 5)],
  ],
  gelu: [
    [(a) => nn.functional.gelu(a), x()],
    [(a) => nn.functional.gelu(a, { approximate: "tanh" }), x()],
  ],
  huberLoss: (["mean", "sum", "none"] as const).flatMap((reduction): Case[] => [
    [(a, b) => nn.functional.huberLoss(a, b, { reduction }), x(), x([2, 3], 7)],
    [(a, b) => nn.functional.huberLoss(a, b, { reduction, delta: 2.47 }), x(), x([2, 3], 9)],
  ]),
  smoothL1Loss: (["mean", "none"] as const).map(
    (reduction): Case => [(a, b) => nn.functional.smoothL1Loss(a, b, { reduction, beta: 0.8 }), x(), x([2, 3], 7)],
  ),
  mseLoss: (["mean", "sum", "none"] as const).map(
    (reduction): Case => [(a, b) => nn.functional.mseLoss(a, b, { reduction }), x(), x([2, 3], 7)],
  ),
  l1Loss: (["mean", "none"] as const).map(
    (reduction): Case => [(a, b) => nn.functional.l1Loss(a, b, { reduction }), x(), x([2, 3], 7)],
  ),
  nllLoss: [
    [(a) => nn.functional.nllLoss(a, integers([2, 0])), x()],
    [(a) => nn.functional.nllLoss(a, integers([2, 0]), { reduction: "none", ignoreIndex: 0 }), x()],
  ],
  crossEntropy: [
    [(a) => nn.functional.crossEntropy(a, integers([2, 0])), x()],
    [(a) => nn.functional.crossEntropy(a, integers([2, 0]), { reduction: "sum", ignoreIndex: 2 }), x()],
    [(a, b) => nn.functional.crossEntropy(a, b), x(), positive([2, 3], 4)],
  ],
  dropout: [
    [(a) => nn.functional.dropout(a, 0.5, false), x()],
    [
      (a) => {
        t.manualSeed(5);
        return nn.functional.dropout(a, 0.5);
      },
      x(),
    ],
  ],
};

/** A function without gradients: why, and a call with something that requires gradients, whose result must not. */
export interface Undifferentiable {
  readonly why: string;
  readonly call?: () => Tensor | readonly Tensor[] | boolean;
}

const INTEGER = "its result is not floating";
const one = (fn: (a: Tensor) => Tensor | boolean): Undifferentiable => ({ why: INTEGER, call: () => fn(x()) });
const two = (fn: (a: Tensor, b: Tensor) => Tensor | boolean): Undifferentiable => ({
  why: INTEGER,
  call: () => fn(x(), x([3], 6)),
});
const RANDOM = "its result does not depend on the values";
const CREATION = { why: "makes tensors of data and numbers" } as const;
const BITS = { why: "integers and bools only" } as const;
const PRIMITIVE = { why: "a primitive: checked with its rule, in @lucid/autograd" } as const;
const MACHINERY = { why: "computes nothing, or only below the recording of gradients" } as const;
const READS = { why: "asynchronous: its synchronous form is checked" } as const;
const SINGLE = {
  why: "makes float32, too coarse for differences; the cast's gradient is held by a test of types",
} as const;

export const undifferentiable: Readonly<Record<string, Undifferentiable>> = {
  eq: two(t.eq),
  ne: two(t.ne),
  lt: two(t.lt),
  le: two(t.le),
  gt: two(t.gt),
  ge: two(t.ge),
  isnan: one(t.isnan),
  isinf: one(t.isinf),
  isfinite: one(t.isfinite),
  isclose: two((a, b) => t.isclose(a, b)),
  allclose: two((a, b) => t.allclose(a, b)),
  equal: two(t.equal),
  logicalAnd: two(t.logicalAnd),
  logicalOr: two(t.logicalOr),
  logicalXor: two(t.logicalXor),
  logicalNot: one(t.logicalNot),
  argmax: one((a) => t.argmax(a)),
  argmin: one((a) => t.argmin(a)),
  argsort: one((a) => t.argsort(a)),
  any: one((a) => t.any(a)),
  all: one((a) => t.all(a)),
  countNonzero: one((a) => t.countNonzero(a)),
  nonzero: one((a) => t.nonzero(a)),
  int: one(t.int),
  byte: one(t.byte),
  bool: one(t.bool),
  float: SINGLE,
  zerosLike: { why: RANDOM, call: () => t.zerosLike(x()) },
  onesLike: { why: RANDOM, call: () => t.onesLike(x()) },
  fullLike: { why: RANDOM, call: () => t.fullLike(x(), 5) },
  emptyLike: { why: RANDOM, call: () => t.emptyLike(x()) },
  randLike: { why: RANDOM, call: () => t.randLike(x()) },
  randnLike: { why: RANDOM, call: () => t.randnLike(x()) },
  uniform_: { why: "fills with random numbers" },
  normal_: { why: "fills with random numbers" },
  toAsync: READS,
  atAsync: READS,
  nonzeroAsync: READS,
  maskedSelectAsync: READS,
  bitwiseAnd: BITS,
  bitwiseOr: BITS,
  bitwiseXor: BITS,
  bitwiseNot: BITS,
  bitwiseLeftShift: BITS,
  bitwiseRightShift: BITS,
  tensor: CREATION,
  Tensor: CREATION,
  zeros: CREATION,
  ones: CREATION,
  full: CREATION,
  empty: CREATION,
  eye: CREATION,
  arange: CREATION,
  linspace: CREATION,
  rand: CREATION,
  randn: CREATION,
  randint: CREATION,
  randperm: CREATION,
  slice: CREATION,
  callMap: PRIMITIVE,
  callMapInto: PRIMITIVE,
  callGenerate: PRIMITIVE,
  callReduce: PRIMITIVE,
  callMatmul: PRIMITIVE,
  callGather: PRIMITIVE,
  callScatter: PRIMITIVE,
  callScan: PRIMITIVE,
  callSort: PRIMITIVE,
  callView: PRIMITIVE,
  callAssign: PRIMITIVE,
  callConcatenate: PRIMITIVE,
  callFused: PRIMITIVE,
  callTransfer: PRIMITIVE,
  isElementwise: MACHINERY,
  apply: MACHINERY,
  commonType: MACHINERY,
  Formula: MACHINERY,
  formulaOf: MACHINERY,
  literal: MACHINERY,
  memory: MACHINERY,
  asUser: MACHINERY,
  markEscaped: MACHINERY,
  owned: MACHINERY,
  refusePromise: MACHINERY,
  assertFunction: MACHINERY,
  scope: MACHINERY,
  Storage: MACHINERY,
  getRandomState: MACHINERY,
  manualSeed: MACHINERY,
  nextRandomKey: MACHINERY,
  setRandomState: MACHINERY,
  broadcastShapes: MACHINERY,
  broadcastView: MACHINERY,
  reshapeStrides: MACHINERY,
  withLayout: MACHINERY,
  readElementsSync: MACHINERY,
  getDefaultBackend: MACHINERY,
  offerDefaultBackend: MACHINERY,
  setDefaultBackend: MACHINERY,
  promoteTypes: MACHINERY,
  allocate: MACHINERY,
  isFloating: MACHINERY,
  replacePlacement: MACHINERY,
  setRecorderTransform: MACHINERY,
  withTransform: MACHINERY,
  belowTransforms: MACHINERY,
  assertReadable: MACHINERY,
  dispatch: MACHINERY,
  installRecorder: MACHINERY,
  installedRecorder: MACHINERY,
  requireRecorder: MACHINERY,
  unrecorded: MACHINERY,
  applyViews: MACHINERY,
  identityExpr: MACHINERY,
};
