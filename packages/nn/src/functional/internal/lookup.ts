/**
 * Rows of a table by index. The gradient adds rows at their places: no one-hot vectors are made.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import {
  ArgumentError,
  DTypeError,
  describeValue,
  dtypes,
  type FusedOperation,
  formatShape,
  ShapeError,
} from "@lucid/backend";
import { callFused, callGather, callScatter, type FusedDefinition, fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  abs,
  type Elementwise,
  elementwise,
  expand,
  type Formula,
  full,
  mul,
  pow,
  reshape,
  scatter_,
  scatterAdd,
  type Tensor,
  to,
  unsqueeze,
  zeros,
} from "@lucid/tensor/functions";
import { assertInteger, assertNumber, assertTensor } from "../../internal/checks.js";

type LookupAttributes = { readonly paddingIdx: number; readonly scaleGradByFreq: boolean; readonly name: string };

const lookupOperation: FusedOperation<LookupAttributes> = {
  name: "embedding",
  inputs: ["weight", "index"],
  infer: ([weight, index]) => [{ shape: [index!.shape[0]!, weight!.shape[1]!], dtype: weight!.dtype }],
};

/** The index of rows as an index of elements. */
function everyColumn(index: Tensor, columns: number): Tensor {
  return expand(unsqueeze(index, 1), [index.shape[0]!, columns]);
}

/** The gradient of a row, divided by how often the row was looked up; 0 for the padding. */
const scaledGradient: Elementwise<[gradient: Formula, index: Formula, count: Formula, padding: Formula]> =
  /* @__PURE__ */ elementwise(
    (gradient: Formula, index: Formula, count: Formula, padding: Formula) =>
      op("where", op("eq", index, padding), 0, op("div", gradient, count)),
    { name: "embedding" },
  );

const lookup: FusedDefinition<LookupAttributes> = {
  operation: lookupOperation,
  compose([weight, index], { name }) {
    return [callGather(weight!, everyColumn(index!, weight!.shape[1]!), 0, name)];
  },
  rule: {
    saves: () => ({ inputs: [1], outputs: [] }),
    gradients({ attributes: { paddingIdx, scaleGradByFreq, name }, inputTypes, gradient, input, backend }) {
      const index = input(1);
      const [{ shape, dtype }] = inputTypes as readonly [(typeof inputTypes)[number]];
      const counts = scaleGradByFreq ? countsOf(index, shape[0]!, dtype) : 1;
      const scaled = scaledGradient(gradient(0), unsqueeze(index, 1), counts, paddingIdx);
      const base = zeros(shape, { dtype, backend });
      return [callScatter("add", base, scaled, everyColumn(index, shape[1]!), 0, undefined, name), undefined];
    },
  },
};

/** How often each row of the index occurs in it, `(n, 1)`. */
function countsOf(index: Tensor, rows: number, dtype: Tensor["dtype"]): Tensor {
  const { backend } = index;
  const each = full(index.shape, 1, { dtype, backend });
  const counts = scatterAdd(zeros([rows], { dtype, backend }), 0, index, each);
  return unsqueeze(callGather(counts, index, 0, "embedding"), 1);
}

/** What changes the gradient of a lookup. */
export interface LookupOptions {
  /** The row without a gradient; undefined for none. */
  readonly paddingIdx: number | undefined;
  /** Whether the gradient of a row is divided by how often it was looked up. */
  readonly scaleGradByFreq: boolean;
}

/** Returns the rows of a table `(rows, columns)` at the indices `(n)`: `(n, columns)`. */
export function rowsAt(name: string, weight: Tensor, index: Tensor, options: LookupOptions): Tensor {
  const { paddingIdx, scaleGradByFreq } = options;
  if (paddingIdx === undefined && !scaleGradByFreq) {
    return callGather(weight, everyColumn(index, weight.shape[1]!), 0, name);
  }
  return callFused(lookup, [weight, index], { paddingIdx: paddingIdx ?? -1, scaleGradByFreq, name })[0]!;
}

const powerOf: Elementwise<[x: Formula, p: Formula]> = /* @__PURE__ */ elementwise(
  (x: Formula, p: Formula) => pow(abs(x), p),
  { name: "embedding" },
);

/** A row, made shorter if its norm exceeds the most; the power of the norm is given. */
const shortened: Elementwise<[row: Formula, power: Formula, exponent: Formula, most: Formula]> =
  /* @__PURE__ */ elementwise(
    (row: Formula, power: Formula, exponent: Formula, most: Formula) => {
      const norm = pow(power, exponent);
      return op("where", op("lt", most, norm), mul(row, op("div", most, op("add", norm, 1e-7))), row);
    },
    { name: "embedding" },
  );

/** Shortens, in place and without recording it, the rows that are looked up and whose norm exceeds `maxNorm`. */
export function renormalize(name: string, weight: Tensor, index: Tensor, maxNorm: number, normType: number): void {
  noGrad(() =>
    owned(() => {
      const places = everyColumn(index, weight.shape[1]!);
      const rows = callGather(weight, places, 0, name);
      const along = { dim: 1, keepdim: true };
      const isMax = normType === Infinity;
      const power = isMax
        ? fusedReduce(powerOf, [rows, 1], { ...along, op: "max" })
        : fusedReduce(powerOf, [rows, normType], along);
      scatter_(weight, 0, places, shortened(rows, power, isMax ? 1 : 1 / normType, maxNorm));
    }),
  );
}

/** @throws unless the weight is a table of floating-point numbers. */
export function assertTable(operation: string, weight: Tensor): void {
  assertTensor(operation, "weight", weight);
  if (weight.ndim !== 2 || dtypes[weight.dtype].kind !== "float") {
    throw new ShapeError(operation, `the weight is ${weight.dtype} ${formatShape(weight.shape)}`, [weight.shape], {
      rule: "it is a table of floating-point numbers, (rows, columns)",
    });
  }
}

/** @throws unless the indices are integers. */
export function assertIndex(operation: string, name: string, index: Tensor): void {
  assertTensor(operation, name, index);
  if (dtypes[index.dtype].kind === "int") return;
  throw new DTypeError(operation, `the ${name} is ${index.dtype}`, [index.dtype], {
    rule: "indices are int32",
    remedy: 'make them so: tensor([0, 1, 2], { dtype: "int32" })',
  });
}

/** The row of the padding, counted from the first one; undefined for none. @throws ArgumentError if there is no such row. */
export function paddingRow(operation: string, paddingIdx: number | null | undefined, rows: number): number | undefined {
  if (paddingIdx === undefined || paddingIdx === null) return undefined;
  assertInteger(operation, "paddingIdx", paddingIdx);
  if (paddingIdx >= -rows && paddingIdx < rows) return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  throw new ArgumentError(operation, `paddingIdx is ${paddingIdx}`, { rule: `it is one of ${rows} rows` });
}

/** @throws ArgumentError unless the norm is a number or null. */
export function assertMaxNorm(operation: string, maxNorm: unknown, normType: unknown): void {
  assertNumber(operation, "normType", normType);
  if (maxNorm === undefined || maxNorm === null || typeof maxNorm === "number") return;
  throw new ArgumentError(operation, `maxNorm is ${describeValue(maxNorm)}`, {
    rule: "it is a number, or null for none",
  });
}

/** The indices as a vector of int32. */
export function flatIndex(index: Tensor): Tensor {
  return reshape(to(index, "int32"), [index.numel()]);
}
