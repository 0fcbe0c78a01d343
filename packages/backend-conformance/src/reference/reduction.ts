/**
 * Reductions from their definitions.
 *
 * @module
 */
import { type DType, type ReduceOp, sizeOf } from "@lucid/backend";
import { wrapInteger } from "./scalar.js";

/** The type of an operation's result. */
export function resultType(name: ReduceOp, dtype: DType): DType {
  return name.startsWith("arg") ? "int32" : dtype;
}

/** The result of the operation for these elements, from its definition. */
export function reduced(name: ReduceOp, values: readonly number[], dtype: DType): number {
  const whole = dtype === "int32";
  switch (name) {
    case "sum":
      if (whole)
        return wrapInteger(
          values.reduce((sum, v) => sum + BigInt(v), 0n),
          "int32",
        );
      return values.reduce((sum, v) => sum + v, 0);
    case "prod":
      if (whole)
        return wrapInteger(
          values.reduce((product, v) => product * BigInt(v), 1n),
          "int32",
        );
      return values.reduce((product, v) => product * v, 1);
    case "any":
      return values.includes(1) ? 1 : 0;
    case "all":
      return values.includes(0) ? 0 : 1;
    case "max":
    case "min":
      return values[extreme(name, values)]!;
    case "argmax":
    case "argmin":
      return extreme(name === "argmax" ? "max" : "min", values);
  }
}

/** The position of the first NaN, or else of the first largest or smallest element. */
export function extreme(name: "max" | "min", values: readonly number[]): number {
  let best = 0;
  for (const [i, v] of values.entries()) {
    if (v !== v) return i;
    if (name === "max" ? v > values[best]! : v < values[best]!) best = i;
  }
  return best;
}

/** The shape with 1 in place of the reduced axes. */
export function kept(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** Collects the elements that belong to every element of the result, in row-major order. */
export function grouped(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): number[][] {
  const result = kept(shape, axes);
  const groups = Array.from({ length: sizeOf(result) }, (): number[] => []);
  for (let i = 0; i < values.length; i++) {
    let group = 0;
    let step = 1;
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const position = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (!axes.includes(axis)) group += position * step;
      step *= result[axis]!;
    }
    groups[group]!.push(values[i]!);
  }
  return groups;
}
