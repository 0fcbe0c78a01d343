/**
 * Initializers that give a weight a structure: the identity, orthogonal rows or columns, or few numbers that are not 0.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { dtypes, formatShape, ShapeError } from "@lucid/backend";
import { fusedReduce, op, owned, readArguments } from "@lucid/tensor/extend";
import {
  argsort,
  copy_,
  elementwise,
  eye,
  type Formula,
  matmul,
  mul,
  narrow,
  rand,
  randn,
  reshape,
  select,
  square,
  sub,
  Tensor,
  t,
  to,
  zeros,
} from "@lucid/tensor/functions";
import { assertFactor, assertFloatingTensor, assertFraction, assertNumber } from "../internal/checks.js";
import { normal_ } from "./fill.js";

/** @throws ShapeError unless a tensor has a number of dimensions that is allowed. */
function assertDimensions(operation: string, tensor: Tensor, least: number, most: number): void {
  assertFloatingTensor(operation, "tensor", tensor);
  if (tensor.ndim >= least && tensor.ndim <= most) return;
  throw new ShapeError(operation, `the tensor has shape ${formatShape(tensor.shape)}`, [tensor.shape], {
    rule: least === most ? `it has ${least} dimensions` : `it has ${least} to ${most} dimensions`,
  });
}

/**
 * Fills a matrix with the identity: 1 on the diagonal, 0 elsewhere.
 *
 * @param tensor - the matrix that is filled.
 * @throws ShapeError unless it has two dimensions; DTypeError unless it is floating.
 *
 * @example
 * ```ts
 * init.eye_(zeros([2, 3])); // → Tensor([[1, 0, 0], [0, 1, 0]])
 * ```
 *
 * Source: torch.nn.init.eye_.
 */
export function eye_<T extends Tensor>(tensor: T): T {
  assertDimensions("eye_", tensor, 2, 2);
  const { shape, dtype, backend } = tensor;
  return noGrad(() => owned(() => copy_(tensor, eye(shape[0]!, shape[1]!, { dtype, backend }))));
}

/** Options of `dirac_`. */
export interface DiracOptions {
  /** Into how many groups the outputs of the convolution are divided; default 1. */
  readonly groups?: number;
}

/**
 * Fills the weight of a convolution so that it passes its channels on: 1 in the middle of the kernel from each channel
 * to itself, 0 elsewhere.
 *
 * Shapes: `(outputs, inputs, …)`, three to five dimensions.
 *
 * @param tensor - the weight that is filled.
 * @param groups - the number of groups, by position or in the options; default 1.
 * @throws ArgumentError unless `groups` is an integer above 0; ShapeError for another number of dimensions, or unless
 * the number of outputs is a multiple of it; DTypeError unless the tensor is floating.
 *
 * @example
 * ```ts
 * init.dirac_(zeros([2, 2, 3])); // → Tensor([[[0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 1, 0]]])
 * ```
 *
 * Source: torch.nn.init.dirac_.
 */
export function dirac_<T extends Tensor>(tensor: T, groups?: number | DiracOptions): T {
  const given = readArguments<DiracOptions>("dirac_", [groups], ["groups"], { groups: true });
  const { groups: count = 1 } = given;
  assertDimensions("dirac_", tensor, 3, 5);
  assertFactor("dirac_", "groups", count);
  const { shape, dtype, backend } = tensor;
  const [outputs, inputs, ...kernel] = shape as readonly [number, number, ...number[]];
  if (outputs % count !== 0) {
    throw new ShapeError("dirac_", `${outputs} outputs for ${count} groups`, [shape], {
      rule: "the number of outputs is a multiple of the number of groups",
    });
  }
  const area = kernel.reduce((product, size) => product * size, 1);
  const middle = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const values = dtypes[dtypes[dtype].compute].array(outputs * inputs * area);
  const perGroup = outputs / count;
  for (let output = 0; output < outputs && area > 0; output++) {
    const input = output % perGroup;
    if (input < inputs) values[(output * inputs + input) * area + middle] = 1;
  }
  return noGrad(() => owned(() => copy_(tensor, reshape(new Tensor(values, { dtype, backend }), shape))));
}

/** Options of `orthogonal_`. */
export interface OrthogonalOptions {
  /** A factor; default 1. */
  readonly gain?: number;
}

const squareOf = /* @__PURE__ */ elementwise((x: Formula) => square(x), { name: "orthogonal_" });
const unit = /* @__PURE__ */ elementwise((x: Formula, squares: Formula) => op("div", x, op("sqrt", squares)), {
  name: "orthogonal_",
});

/**
 * The rows of a matrix, made orthonormal one after another. Each is freed twice of its parts along those before it: what
 * rounding leaves the first time is gone the second time.
 */
function orthonormalRows(rows: Tensor): Tensor {
  const { shape, dtype, backend } = rows;
  const result = zeros(shape, { dtype, backend });
  for (let i = 0; i < shape[0]!; i++) {
    let row = narrow(rows, 0, i, 1);
    const before = narrow(result, 0, 0, i);
    for (let pass = 0; pass < 2 && i > 0; pass++) row = sub(row, matmul(matmul(row, t(before)), before));
    copy_(select(result, 0, i), reshape(unit(row, fusedReduce(squareOf, [row])), [shape[1]!]));
  }
  return result;
}

/**
 * Fills a weight with a random matrix that is orthogonal: its rows, or its columns if there are fewer of them, have
 * length 1 and stand at right angles (Saxe, McClelland and Ganguli 2013).
 *
 * Shapes: `(rows, …)`, at least two dimensions; those behind the first one count as one.
 *
 * @param tensor - the weight that is filled.
 * @param gain - a factor, by position or in the options; default 1.
 * @throws ArgumentError unless `gain` is a number; ShapeError for fewer than two dimensions; DTypeError unless the
 * tensor is floating.
 *
 * @example
 * ```ts
 * const q = init.orthogonal_(zeros([2, 3]));
 * allclose(matmul(q, t(q)), eye(2), { atol: 1e-6 }); // → true
 * ```
 *
 * Source: torch.nn.init.orthogonal_.
 */
export function orthogonal_<T extends Tensor>(tensor: T, gain?: number | OrthogonalOptions): T {
  const given = readArguments<OrthogonalOptions>("orthogonal_", [gain], ["gain"], { gain: true });
  const { gain: factor = 1 } = given;
  assertNumber("orthogonal_", "gain", factor);
  assertDimensions("orthogonal_", tensor, 2, Infinity);
  const { shape, dtype, backend } = tensor;
  if (tensor.numel() === 0) return tensor;
  const rows = shape[0]!;
  const columns = tensor.numel() / rows;
  const [fewer, more] = rows < columns ? [rows, columns] : [columns, rows];
  const place = { dtype: dtypes[dtype].compute, backend };
  return noGrad(() =>
    owned(() => {
      const found = orthonormalRows(randn([fewer, more], place));
      const matrix = rows < columns ? found : t(found);
      return copy_(tensor, reshape(to(mul(matrix, factor), dtype), shape));
    }),
  );
}

/** Options of `sparse_`. */
export interface SparseOptions {
  /** The standard deviation of the numbers that are not 0; default 0.01. */
  readonly std?: number;
}

const keptBeyond = /* @__PURE__ */ elementwise(
  (x: Formula, rank: Formula, zeroed: Formula) => op("where", op("lt", rank, zeroed), 0, x),
  { name: "sparse_" },
);

/**
 * Fills a matrix with normal random numbers and sets a share of each column to 0 (Martens 2010).
 *
 * @param tensor - the matrix that is filled.
 * @param sparsity - the share of each column that is 0, rounded up.
 * @param std - the standard deviation of the others, by position or in the options; default 0.01.
 * @throws ArgumentError unless 0 ≤ sparsity ≤ 1 and `std` is a number; ShapeError unless the tensor has two dimensions;
 * DTypeError unless it is floating.
 *
 * @example
 * ```ts
 * init.sparse_(zeros([4, 2]), 0.5).ne(0).sum(0); // → Tensor([2, 2], dtype=int32)
 * ```
 *
 * Source: torch.nn.init.sparse_.
 */
export function sparse_<T extends Tensor>(tensor: T, sparsity: number, std?: number | SparseOptions): T {
  const { std: deviation = 0.01 } = readArguments<SparseOptions>("sparse_", [std], ["std"], { std: true });
  assertFraction("sparse_", "sparsity", sparsity);
  assertNumber("sparse_", "std", deviation);
  assertDimensions("sparse_", tensor, 2, 2);
  const { shape, backend } = tensor;
  const zeroed = Math.ceil(sparsity * shape[0]!);
  return noGrad(() =>
    owned(() => {
      normal_(tensor, 0, deviation);
      if (tensor.numel() === 0) return tensor;
      // The rank of random numbers in a column is a random permutation.
      const ranks = argsort(argsort(rand(shape, { backend }), { dim: 0 }), { dim: 0 });
      return copy_(tensor, keptBeyond(tensor, ranks, zeroed));
    }),
  );
}
