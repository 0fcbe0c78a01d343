/**
 * Dropout.
 *
 * @module
 */
import { cast, constant, type DType, DTypeError, type Expr, input, op, random, scalar } from "@lucid/backend";
import { callMap, isFloating, nextRandomKey, type Tensor } from "@lucid/tensor/core";
import { assertShare, assertTensor } from "./reduction.js";

const known = new Map<DType, readonly [Expr]>();

/** x · (scale where a random number of [0, 1) lies below the share that is kept, else 0); call-time numbers: two keys, share, scale. */
function dropoutExpr(dtype: DType): readonly [Expr] {
  let exprs = known.get(dtype);
  if (exprs === undefined) {
    const bits = op("ushr", random(scalar(0, "int32"), scalar(1, "int32")), constant(8, "int32"));
    const uniform = op("mul", cast(bits, "float32"), constant(2 ** -24, "float32"));
    const kept = op("lt", uniform, scalar(2, "float32"));
    exprs = [op("mul", input(0, dtype), op("where", kept, scalar(3, dtype), constant(0, dtype)))];
    known.set(dtype, exprs);
  }
  return exprs;
}

/**
 * In training, every element becomes 0 with probability p and is multiplied by 1 / (1 − p) otherwise, so that its mean stays;
 * outside training, the input itself. One kernel, mask included. (torch.nn.functional.dropout)
 *
 * @throws ArgumentError unless 0 ≤ p ≤ 1; DTypeError unless the input is floating.
 *
 * @example
 * ```ts
 * functional.dropout(tensor([1, 2]), 1); // → Tensor([0, 0])
 * functional.dropout(tensor([1, 2]), 0.5, false); // → Tensor([1, 2])
 * ```
 */
export function dropout(x: Tensor, p = 0.5, training = true): Tensor {
  assertShare("dropout", "p", p);
  assertTensor("dropout", "input", x);
  if (!training) return x;
  if (!isFloating(x.dtype)) {
    throw new DTypeError("dropout", `the input is ${x.dtype}`, [x.dtype], {
      rule: "it is float32 or float64",
      remedy: 'convert it: .to("float32")',
    });
  }
  const [key0, key1] = nextRandomKey();
  return callMap("dropout", [x], dropoutExpr(x.dtype), [key0, key1, 1 - p, p === 1 ? 0 : 1 / (1 - p)])[0]!;
}
