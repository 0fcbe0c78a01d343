/**
 * The parameters of an element-wise operation: required ones, then optional ones with default values, which may be
 * given by position or in an options object at the end.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue } from "@lucid/backend";
import { isOptions, refuseOperand } from "./operands.js";

/** The value of an argument that is left out. If it is null, the formula gets null. */
export type Default = number | boolean | null;

/** The parameters of an operation. @internal */
export interface Signature {
  readonly operation: string;
  /** The number of parameters without a default. */
  readonly required: number;
  /** The names of the optional parameters, in the order of their positions. */
  readonly names: readonly string[];
  readonly defaults: readonly Default[];
  /** The names of the options, for {@link checkOptions}. */
  readonly known: Readonly<Record<string, true>>;
}

/**
 * Makes the signature of an operation.
 *
 * @param parameters - the number of the formula's parameters.
 * @throws ArgumentError if there are more defaults than parameters, or one is not a number, boolean or null.
 * @internal
 */
export function signatureOf(
  operation: string,
  parameters: number,
  defaults: Readonly<Record<string, Default>> | undefined,
): Signature {
  const entries = Object.entries(defaults ?? {});
  for (const [name, value] of entries) {
    if (value === null || typeof value === "number" || typeof value === "boolean") continue;
    throw new ArgumentError(operation, `the default of ${name} is ${describeValue(value)}`, {
      rule: "defaults are numbers or booleans",
    });
  }
  if (entries.length > parameters) {
    throw new ArgumentError(operation, `${entries.length} defaults for a formula with ${parameters} parameters`, {
      rule: "defaults belong to the last parameters of the formula, which are written without JavaScript's own defaults",
    });
  }
  return {
    operation,
    required: parameters - entries.length,
    names: entries.map(([name]) => name),
    defaults: entries.map(([, value]) => value),
    known: Object.fromEntries(entries.map(([name]) => [name, true])),
  };
}

/**
 * Returns the arguments by position. The last one that was given may be an options object.
 *
 * @throws ArgumentError for unknown options, or an argument that is given twice.
 * @internal
 */
export function byPosition(signature: Signature, args: readonly unknown[]): readonly unknown[] {
  const last = args[args.length - 1];
  if (!isOptions(last)) return args;
  const { operation, required, names, defaults, known } = signature;
  if (names.length === 0) refuseOperand(operation, last);
  checkOptions(operation, last, known as Readonly<Record<never, true>>);
  const given = args.slice(0, -1);
  const options = last as Readonly<Record<string, unknown>>;
  for (const [i, name] of names.entries()) {
    const value = options[name];
    if (value === undefined) continue;
    const position = required + i;
    if (given[position] !== undefined) {
      throw new ArgumentError(operation, `${name} is given twice`, {
        rule: "an argument is given by position or in the options, not both",
      });
    }
    while (given.length >= required && given.length < position) given.push(defaults[given.length - required]);
    given[position] = value;
  }
  return given;
}

/** @throws ArgumentError unless the operation takes this number of arguments. @internal */
export function assertCount({ operation, required, names }: Signature, count: number): void {
  const most = required + names.length;
  if (count >= required && count <= most) return;
  throw countError(operation, required, most, count);
}

/** Makes the error for a wrong number of arguments. @internal */
export function countError(operation: string, least: number, most: number, count: number): ArgumentError {
  const numbers = least === most ? `${least}` : `${least} to ${most}`;
  return new ArgumentError(operation, `takes ${numbers} ${most === 1 ? "argument" : "arguments"}, got ${count}`);
}
