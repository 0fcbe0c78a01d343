/**
 * Optional arguments: the first ones may be given by position, the others, or all of them, in one options object that
 * comes last. Every operation with optional arguments reads them with {@link readArguments}.
 *
 * @module
 */
import { ArgumentError, checkOptions, type DType, describeValue, type OptionNames } from "@lucid/backend";
import { assertDType } from "../../tensor/data.js";
import { Tensor } from "../../tensor/tensor.js";

/** Whether a value ends the positional arguments: an object that is neither a list nor a tensor. */
function isOptions(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Tensor);
}

/**
 * Returns the optional arguments of a call by name. Arguments that are `undefined` are left out.
 *
 * @param args - what the caller passed after the required arguments: values in the order of `positional`, then perhaps
 * an options object.
 * @param positional - the names of the arguments that may be given by position.
 * @param names - the names of all optional arguments.
 * @throws ArgumentError if there are too many arguments, if one is given twice, or if the options object is not a plain
 * one or has an unknown name. The values themselves are not checked.
 */
export function readArguments<O extends object>(
  operation: string,
  args: readonly unknown[],
  positional: readonly (keyof O & string)[],
  names: OptionNames<O>,
): O {
  const found: Record<string, unknown> = {};
  for (let i = 0; i < args.length; i++) {
    const value = args[i];
    if (value === undefined) continue;
    if (i < positional.length && !isOptions(value)) {
      found[positional[i]!] = value;
      continue;
    }
    if (i < args.length - 1 && args.slice(i + 1).some((later) => later !== undefined)) {
      throw new ArgumentError(
        operation,
        `too many arguments: ${describeValue(args[i + 1])} follows ${describeValue(value)}`,
        {
          rule: signature(positional, names),
        },
      );
    }
    if (!isOptions(value) && i > positional.length) {
      throw new ArgumentError(operation, `too many arguments: ${describeValue(value)}`, {
        rule: signature(positional, names),
      });
    }
    const options = value as Readonly<Record<string, unknown>>;
    checkOptions(operation, options as unknown as O, names);
    for (const name of Object.keys(options)) {
      if (options[name] === undefined) continue;
      if (found[name] !== undefined) {
        throw new ArgumentError(operation, `${name} is given twice`, {
          rule: "an argument is given by position or in the options, not both",
        });
      }
      found[name] = options[name];
    }
  }
  return found as O;
}

function signature<O>(positional: readonly string[], names: OptionNames<O>): string {
  const first = positional.length === 0 ? "" : `${positional.join(" and ")} may be given by position; `;
  return `${first}options come last, in one object: ${Object.keys(names).join(", ")}`;
}

/** @throws ArgumentError unless `value` is a boolean or undefined. @internal */
export function assertFlag(operation: string, name: string, value: unknown): asserts value is boolean | undefined {
  if (value === undefined || typeof value === "boolean") return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is true or false` });
}

/** @throws ArgumentError unless `value` is a number or undefined. @internal */
export function assertReal(operation: string, name: string, value: unknown): asserts value is number | undefined {
  if (value === undefined || typeof value === "number") return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is a number` });
}

/** Checks the element type that an option gives, and returns it. @internal */
export function dtypeOption(operation: string, dtype: DType | undefined): DType | undefined {
  if (dtype !== undefined) assertDType(operation, dtype);
  return dtype;
}

/** The option of functions that work along one dimension. */
export interface DimOptions {
  /** The dimension; a negative one counts from the last. */
  readonly dim?: number;
}

const dimOptionNames: OptionNames<DimOptions> = { dim: true };

/**
 * Returns a dimension that is given by position or as the option `dim`. It is not checked against a rank yet.
 *
 * @param otherwise - the dimension if none is given.
 * @throws ArgumentError for an option that does not exist.
 * @internal
 */
export function dimArgument<D>(operation: string, given: number | DimOptions | undefined, otherwise: D): number | D {
  if (given === undefined) return otherwise;
  if (typeof given !== "object") return given;
  checkOptions(operation, given, dimOptionNames);
  return given.dim ?? otherwise;
}
