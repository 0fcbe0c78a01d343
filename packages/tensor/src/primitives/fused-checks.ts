/**
 * Checks of a call of a fused operation. Anybody can write a definition, so every argument is checked.
 *
 * @module
 */
import {
  ArgumentError,
  describeValue,
  type FusedOperation,
  formatShape,
  isExpr,
  type TensorType,
} from "@lucid/backend";
import { HostNumber } from "../dispatch/scalar.js";
import { Tensor } from "../tensor/tensor.js";

/** @throws ArgumentError unless the value is the definition of a fused operation. */
export function assertDefinition(definition: unknown): void {
  const { operation, compose } = (definition ?? {}) as { operation?: Partial<FusedOperation>; compose?: unknown };
  if (typeof operation?.name === "string" && typeof operation.infer === "function" && typeof compose === "function") {
    return;
  }
  throw new ArgumentError("callFused", `the first argument is ${describeValue(definition)}`, {
    rule: "it is the definition of a fused operation: { operation: { name, infer }, compose, rule? }",
  });
}

/** @throws ArgumentError unless every input is a tensor, or absent where the operation allows it. */
export function assertInputs({ name, inputs: names }: FusedOperation<never>, inputs: unknown): void {
  if (!Array.isArray(inputs)) {
    throw new ArgumentError(name, `the inputs are ${describeValue(inputs)}`, { rule: "they are a list of tensors" });
  }
  const rule = names === undefined ? "every input is a tensor" : `the inputs are ${names.join(", ")}`;
  const count = names?.length ?? inputs.length;
  if (inputs.length > count) throw new ArgumentError(name, `${inputs.length} inputs were given`, { rule });
  if (count === 0) {
    throw new ArgumentError(name, "no inputs were given", { rule: "a fused operation has at least one input" });
  }
  for (let i = 0; i < count; i++) {
    const input: unknown = inputs[i];
    if (input instanceof Tensor) continue;
    const own = names?.[i];
    if (input === undefined && own?.endsWith("?") === true) continue;
    const what = own === undefined ? `input ${i}` : `the input ${own}`;
    const problem = input === undefined ? `${what} is missing` : `${what} is ${describeValue(input)}`;
    throw new ArgumentError(name, problem, { rule });
  }
}

/** @throws ArgumentError unless the attributes are a record of plain data. */
export function assertAttributes(name: string, attributes: unknown): void {
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
    throw new ArgumentError(name, `the attributes are ${describeValue(attributes)}`, { rule: "they are a record" });
  }
  assertPlain(name, "attributes", attributes, 0);
}

/** How deep attributes may be nested. A record that contains itself is nested without end. */
const DEEPEST = 32;

function assertPlain(name: string, path: string, value: unknown, depth: number): void {
  if (depth > DEEPEST) {
    throw new ArgumentError(name, `${path.slice(0, 60)}… is nested more than ${DEEPEST} levels deep`);
  }
  switch (typeof value) {
    case "number":
    case "string":
    case "boolean":
    case "undefined":
      return;
    case "object":
      if (value === null || isExpr(value)) return;
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) assertPlain(name, `${path}[${i}]`, value[i], depth + 1);
        return;
      }
      if (isRecord(value)) {
        for (const key in value)
          assertPlain(name, `${path}.${key}`, (value as Record<string, unknown>)[key], depth + 1);
        return;
      }
  }
  throw new ArgumentError(name, `${path} is ${describeValue(value)}`, {
    rule: "attributes are plain data: numbers, strings, booleans, null, expressions, lists and records of these",
    remedy: "pass tensors as inputs, and numbers that change from call to call as scalars",
  });
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @throws ArgumentError unless the value is a list of numbers. */
export function assertScalars(name: string, scalars: unknown): void {
  const rule = "scalars are a list of numbers";
  if (!Array.isArray(scalars)) throw new ArgumentError(name, `the scalars are ${describeValue(scalars)}`, { rule });
  for (let i = 0; i < scalars.length; i++) {
    if (typeof scalars[i] === "number" || scalars[i] instanceof HostNumber) continue;
    throw new ArgumentError(name, `scalar ${i} is ${describeValue(scalars[i])}`, { rule });
  }
}

/** @throws ArgumentError unless what `compose` returned has the types that `infer` gave. */
export function assertComposed(name: string, results: readonly Tensor[], types: readonly TensorType[]): void {
  const textOf = (list: readonly TensorType[]): string =>
    list.map(({ shape, dtype }) => `${formatShape(shape)} ${dtype}`).join(", ");
  let fits = Array.isArray(results) && results.length === types.length;
  for (let k = 0; fits && k < types.length; k++) {
    const [result, { shape, dtype }] = [results[k]!, types[k]!];
    fits = result instanceof Tensor && result.dtype === dtype && String(result.shape) === String(shape);
  }
  if (fits) return;
  const got =
    Array.isArray(results) && results.every((result) => result instanceof Tensor) ? textOf(results) : "others";
  throw new ArgumentError(name, `compose returned ${got || "nothing"}, infer says ${textOf(types)}`, {
    rule: "compose returns tensors of the inferred types",
  });
}
