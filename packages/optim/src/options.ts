/**
 * Options: their defaults, and the values they may take. Optimizers and schedules declare them, and one function checks.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";

/** An option that an optimizer or a schedule declares. */
export interface Option<T> {
  /** The value where none is given. */
  readonly initial: T;
  /** What values may be, for errors: "a number ≥ 0". */
  readonly rule: string;
  /** Whether a value may be taken. */
  accepts(value: unknown): boolean;
}

/** One option for every field of `O`. */
export type OptionTable<O> = { readonly [K in keyof O]: Option<O[K]> };

/** Some of the options; the others keep their defaults. */
export type SomeOptions<O> = { readonly [K in keyof O]?: O[K] | undefined };

const isNumber = (value: unknown): value is number => typeof value === "number" && value === value;

/** A number ≥ 0; NaN is refused. */
export function nonNegative(initial: number): Option<number> {
  return { initial, rule: "a number ≥ 0", accepts: (value) => isNumber(value) && value >= 0 };
}

/** A number > 0. */
export function positive(initial: number): Option<number> {
  return { initial, rule: "a number > 0", accepts: (value) => isNumber(value) && value > 0 };
}

/** Any number but NaN. */
export function real(initial: number): Option<number> {
  return { initial, rule: "a number, not NaN", accepts: isNumber };
}

/** An integer ≥ `lowest`. */
export function integerFrom(lowest: number, initial: number): Option<number> {
  return {
    initial,
    rule: `an integer ≥ ${lowest}`,
    accepts: (value) => Number.isInteger(value) && (value as number) >= lowest,
  };
}

/** Two factors of moving averages, each 0 ≤ β < 1. */
export function decayRates(first: number, second: number): Option<readonly [number, number]> {
  return {
    initial: [first, second],
    rule: "two numbers β with 0 ≤ β < 1",
    accepts: (value) =>
      Array.isArray(value) && value.length === 2 && value.every((rate) => isNumber(rate) && rate >= 0 && rate < 1),
  };
}

/** True or false. */
export function flag(initial: boolean): Option<boolean> {
  return { initial, rule: "true or false", accepts: (value) => typeof value === "boolean" };
}

/** A value as errors show it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null) return value.constructor?.name ?? "an object";
  if (typeof value === "function") return `the function ${value.name}`;
  return String(value);
}

/** Lists are copied, so that a later change of the caller's list changes no option. */
export function copyValue<T>(value: T): T {
  return Array.isArray(value) ? (value.slice() as T) : value;
}

/** @throws ArgumentError naming the first option in `values` that breaks its rule; `where` is what precedes its name. */
export function checkOptions<O>(operation: string, table: OptionTable<O>, values: O, where = ""): void {
  for (const name in table) {
    const value = values[name];
    if (!table[name].accepts(value)) throwInvalid(operation, `${where}${name}`, name, value, table[name].rule);
  }
}

function throwInvalid(operation: string, path: string, name: string, value: unknown, rule: string): never {
  throw new ArgumentError(operation, `invalid ${path}: ${show(value)}`, { rule: `${name} must be ${rule}` });
}

/**
 * All options: `given` where it has them, `otherwise` elsewhere.
 *
 * @param also - fields of `given` that are no options.
 * @throws ArgumentError for a name that is no option, or a value that breaks its rule.
 */
export function completeOptions<O>(
  operation: string,
  table: OptionTable<O>,
  given: object,
  otherwise: O,
  where = "",
  also: readonly string[] = [],
): O {
  if (typeof given !== "object" || given === null) {
    throw new ArgumentError(operation, `invalid options: ${show(given)}`, { rule: "options are an object" });
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(table, name) || also.includes(name)) continue;
    throw new ArgumentError(operation, `unknown option ${where}${name}`, {
      rule: `the options are ${Object.keys(table).join(", ")}`,
    });
  }
  const values = {} as O;
  for (const name in table) {
    const value = (given as SomeOptions<O>)[name];
    values[name] = copyValue(value === undefined ? otherwise[name] : value);
  }
  checkOptions(operation, table, values, where);
  return values;
}

/** The default of every option. */
export function initialOptions<O>(table: OptionTable<O>): O {
  const values = {} as O;
  for (const name in table) values[name] = table[name].initial;
  return values;
}
