/**
 * Divisors and multiples of integers, element by element.
 *
 * @module
 */
import { DTypeError, dtypes } from "@lucid/backend";
import { type Binary, elementwise } from "../../elementwise/elementwise.js";
import { commonType, type Formula, op } from "../../elementwise/formula.js";

/** Euclid's algorithm takes the most steps for neighbouring Fibonacci numbers; the 46th is the last below 2³¹. */
const MOST_STEPS = 46;
const MOST_STEPS_OF_BYTES = 13;

function divisor(operation: string, x: Formula, y: Formula): Formula {
  const dtype = commonType([x, y]);
  if (dtypes[dtype].kind !== "int") {
    throw new DTypeError(operation, `is not defined for ${dtype}`, [dtype], { remedy: 'convert first: .to("int32")' });
  }
  let [a, b] = [op("abs", x.to(dtype)), op("abs", y.to(dtype))];
  // The remainder by 0 is 0, so that a pair (d, 0) becomes (0, 0): the divisor is kept aside with max.
  for (let step = dtype === "uint8" ? MOST_STEPS_OF_BYTES : MOST_STEPS; step > 0; step--) {
    const isFound = op("eq", b, 0);
    const rest = op("where", isFound, 0, op("rem", a, b));
    [a, b] = [op("where", isFound, a, b), rest];
  }
  return a;
}

/**
 * Computes the greatest common divisor of two integers.
 *
 * The result is not negative; `gcd(0, 0)` is 0.
 *
 * @throws DTypeError for floats and bools; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * gcd(tensor([12, 5, 0], { dtype: "int32" }), 18); // → Tensor([6, 1, 18], dtype=int32)
 * ```
 *
 * @see torch.gcd
 */
export const gcd: Binary = /* @__PURE__ */ elementwise((x, y) => divisor("gcd", x, y), { name: "gcd" });

/**
 * Computes the least common multiple of two integers.
 *
 * The result is not negative; with 0 it is 0.
 *
 * @throws DTypeError for floats and bools; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * lcm(tensor([4, 5, 0], { dtype: "int32" }), 6); // → Tensor([12, 30, 0], dtype=int32)
 * ```
 *
 * @see torch.lcm
 */
export const lcm: Binary = /* @__PURE__ */ elementwise(
  (x, y) => op("abs", op("mul", op("div", x, divisor("lcm", x, y)), y)),
  { name: "lcm" },
);
