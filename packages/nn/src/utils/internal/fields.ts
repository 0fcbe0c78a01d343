/**
 * The fields of a module that a reparametrization replaces.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";
import { isModule } from "../../module/call-state.js";
import type { AnyModule } from "../../module/module.js";
import { Parameter } from "../../module/parameter.js";

/** A module as a record of its fields. */
export type Fields = Record<string, unknown>;

/** The fields of a module. @throws ArgumentError unless it is one. */
export function fieldsOf(operation: string, module: unknown): Fields {
  if (isModule(module)) return module as unknown as Fields;
  throw new ArgumentError(operation, `${describeValue(module)} is not a module`);
}

/** The parameter of a module. @throws ArgumentError if there is none of this name. */
export function parameterOf(operation: string, module: AnyModule, name: string): Parameter {
  const fields = fieldsOf(operation, module);
  const value = typeof name === "string" ? fields[name] : undefined;
  if (value instanceof Parameter) return value;
  throw new ArgumentError(operation, `${module.constructor.name} has no parameter ${describeValue(name)}`, {
    rule: "the name is that of a field that holds a parameter",
  });
}

/** The tensor in a field. @throws ArgumentError if there is none of this name. */
export function tensorOf(operation: string, module: AnyModule, name: string): Tensor {
  const fields = fieldsOf(operation, module);
  const value = typeof name === "string" ? fields[name] : undefined;
  if (value instanceof Tensor) return value;
  throw new ArgumentError(operation, `${module.constructor.name} has no tensor ${describeValue(name)}`, {
    rule: "the name is that of a field that holds a tensor",
  });
}
