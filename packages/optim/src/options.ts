/**
 * Options: their defaults, and the values that they may have. Optimizers and schedules declare them, and one function
 * checks them.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, type OptionNames } from "@lucid/backend";

/** An option that an optimizer or a schedule declares. */
export interface Option<T> {
  /** The default value. */
  readonly initial: T;
  /** The values that are allowed, for errors: "a number ≥ 0". */
  readonly rule: string;
  /** Whether a value is allowed. */
  accepts(value: unknown): boolean;
  /** Whether the values are functions, which are not a part of state dicts. */
  readonly isFunction?: boolean;
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

/**
 * An integer ≥ `lowest`.
 *
 * @throws ArgumentError unless `lowest` is an integer.
 */
export function integerFrom(lowest: number, initial: number): Option<number> {
  if (!Number.isInteger(lowest)) {
    throw new ArgumentError("integerFrom", `the lowest value is ${describeValue(lowest)}`, {
      rule: "it is an integer",
    });
  }
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

/** One of several strings. */
export function oneOf<const T extends string>(initial: T, others: readonly T[]): Option<T> {
  const all = [initial, ...others];
  return {
    initial,
    rule: all.map((value) => `"${value}"`).join(" or "),
    accepts: (value) => (all as readonly unknown[]).includes(value),
  };
}

/**
 * @param what - what kind of declaration it is.
 * @param how - how a user gets a right one.
 * @throws ArgumentError unless `value` has a name, and these fields and methods.
 */
export function assertDeclared(
  operation: string,
  what: string,
  how: string,
  value: unknown,
  fields: readonly string[],
  methods: readonly string[],
): void {
  if (typeof value === "object" && value !== null) {
    const parts = value as Readonly<Record<string, unknown>>;
    const valid =
      typeof parts.name === "string" &&
      parts.name !== "" &&
      fields.every((name) => typeof parts[name] === "object" && parts[name] !== null) &&
      methods.every((name) => typeof parts[name] === "function");
    if (valid) return;
  }
  throw new ArgumentError(operation, `the ${what} is ${describeValue(value)}`, {
    rule: `the ${what} has ${["a name", ...fields, ...methods].join(", ")}`,
    remedy: `use ${how}`,
  });
}

/**
 * Copies a list, so that a later change of the caller's list does not change an option. Other values are returned
 * themselves.
 */
export function copyValue<T>(value: T): T {
  return Array.isArray(value) ? (value.slice() as T) : value;
}

/**
 * @throws ArgumentError naming the first option in `values` that breaks its rule; `where` is what precedes its name.
 */
export function checkValues<O>(operation: string, table: OptionTable<O>, values: O, where = ""): void {
  for (const name in table) {
    const value = values[name];
    const { rule } = table[name];
    if (table[name].accepts(value)) continue;
    throw new ArgumentError(operation, `invalid ${where}${name}: ${describeValue(value)}`, {
      rule: `${name} must be ${rule}`,
    });
  }
}

/**
 * Returns all options: those in `given`, and the others from `otherwise`.
 *
 * @param also - further names that `given` may have.
 * @throws ArgumentError for a name that is not an option, or a value that breaks its rule.
 */
export function completeOptions<O>(
  operation: string,
  table: OptionTable<O>,
  given: SomeOptions<O> | undefined,
  otherwise: O,
  where = "",
  also: readonly string[] = [],
): O {
  const names = Object.fromEntries([...Object.keys(table), ...also].map((name) => [name, true]));
  checkOptions<Readonly<Record<string, unknown>>>(operation, given, names as OptionNames<Record<string, unknown>>);
  const values = {} as O;
  for (const name in table) {
    const value = given?.[name];
    values[name] = copyValue(value === undefined ? otherwise[name] : (value as O[typeof name]));
  }
  checkValues(operation, table, values, where);
  return values;
}

/** Returns the default of every option. */
export function initialOptions<O>(table: OptionTable<O>): O {
  const values = {} as O;
  for (const name in table) values[name] = table[name].initial;
  return values;
}
