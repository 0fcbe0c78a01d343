/**
 * Which kernel a call needs: every kind of argument has a code, and calls with equal codes share a kernel.
 *
 * @module
 */
import { ArgumentError, describeValue, dtypes } from "@lucid/backend";
import { HostNumber } from "../dispatch/scalar.js";
import { assertOwnCopy } from "../tensor/copies.js";
import { weakKind } from "../tensor/promotion.js";
import { Tensor } from "../tensor/tensor.js";
import { Formula } from "./formula.js";

/**
 * Codes of element types are less than this. Tensors without dimensions, which are promoted differently, have the code
 * of their type plus this number.
 */
const WITHOUT_DIMS = 16;
const WEAK = { int: 32, float: 33, bool: 34 } as const;
const ABSENT = 35;
const NONE = 36;
const FIRST_LITERAL = 37;
/** The number of codes. */
const CODES = 64;
/** As many codes fit into one number that is exact. */
const CODES_PER_KEY = 8;

/** The most numbers that can have their own codes. @internal */
export const MOST_LITERALS: number = CODES - FIRST_LITERAL;

/**
 * Returns a key for the kernel that a call needs, among calls with the same number of arguments. It is undefined if an
 * argument is a formula or an options object, because there is no such kernel.
 *
 * @param literals - the numbers that have their own kernels.
 * @throws ArgumentError for an argument that nothing can be computed with.
 * @internal
 */
export function kernelKey(
  operation: string,
  args: readonly unknown[],
  literals: readonly number[],
): number | string | undefined {
  let key = 0;
  let prefix = "";
  for (let i = 0; i < args.length; i++) {
    const code = codeOf(operation, args[i], literals);
    if (code < 0) return undefined;
    if (i > 0 && i % CODES_PER_KEY === 0) {
      prefix = `${prefix}${key},`;
      key = 0;
    }
    key = key * CODES + code;
  }
  return prefix === "" ? key : prefix + key;
}

function codeOf(operation: string, value: unknown, literals: readonly number[]): number {
  if (value instanceof Tensor) {
    const { code } = dtypes[value.layout.dtype];
    return value.layout.shape.length === 0 ? code + WITHOUT_DIMS : code;
  }
  if (typeof value === "number") {
    const position = literals.length === 0 ? -1 : literals.indexOf(value);
    return position >= 0 ? FIRST_LITERAL + position : WEAK[weakKind(value)];
  }
  if (typeof value === "boolean") return WEAK.bool;
  if (value === undefined) return ABSENT;
  if (value === null) return NONE;
  if (value instanceof Formula || isOptions(value)) return -1;
  if (value instanceof HostNumber) return WEAK.float;
  refuseOperand(operation, value);
}

/** Whether a value is an object literal, as options are. @internal */
export function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** @throws ArgumentError always, because nothing can be computed with the value. @internal */
export function refuseOperand(operation: string, value: unknown): never {
  assertOwnCopy(operation, value);
  throw new ArgumentError(operation, `cannot compute with ${describeValue(value)}`, {
    rule: "operands are tensors, numbers or booleans",
    ...(Array.isArray(value) ? { remedy: "make a tensor of the list: tensor([…])" } : {}),
  });
}
