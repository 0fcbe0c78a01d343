/** Runs compiled examples and reports the results of each line. */
import type { Compiled } from "./compile.js";
import { matches, matchesText, print } from "./print.js";

/** One result of an example. */
export interface Outcome {
  /** The number of the line in the file. */
  readonly line: number;
  /**
   * "value": the value of an expression. "text": printed text. "thrown": an expected error. "error": an unexpected one.
   * "missing": the line was not reached.
   */
  readonly kind: "value" | "text" | "thrown" | "error" | "missing";
  readonly text: string;
  /** The result that the example's comment states. */
  readonly expected?: string;
  /** Whether the result is as stated. Undefined if no comment states one. */
  readonly good?: boolean;
}

/** The names that an example can use without an import, and the function that imports modules. */
export interface Surroundings {
  readonly names: Readonly<Record<string, unknown>>;
  readonly load: (specifier: string) => Promise<unknown>;
}

/** A compiled example as a function. It takes the values of `names` and returns the example's exports. */
export interface Executable {
  readonly names: readonly string[];
  readonly call: (...values: readonly unknown[]) => Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** The names that compiled code uses itself. */
export const RUNTIME_NAMES: readonly string[] = ["__load", "__at", "__value", "__returned", "__threw", "console"];

/** The name of the code in stack traces. */
const SOURCE = "example.ts";
/**
 * The number of lines that precede the code in a stack trace: those that the engine adds to a function made from text,
 * and one of ours.
 */
const LINES_BEFORE = 3;

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...source: string[]
) => Executable["call"];

/**
 * Makes a function from a compiled example. A page's content security policy may forbid it, because the function is
 * made from text. `lower` rewrites modern syntax for engines that do not have it.
 */
export async function executable(
  { body, names }: Compiled,
  surroundings: Surroundings,
  lower?: (module: string) => Promise<string>,
): Promise<Executable> {
  // Names without a value are not parameters, so the engine reports that they are not defined.
  const given = [...RUNTIME_NAMES, ...names.filter((name) => name in surroundings.names && name !== "console")];
  // The code has a scope of its own, so that it can declare or import names that are also parameters.
  let code = `"use strict"; {\n${body}\n}\n//# sourceURL=${SOURCE}`;
  if (lower !== undefined) code = `${await lower(`async function __example() {\n${body}\n}`)}\nreturn __example();`;
  return { names: given, call: new AsyncFunction(...given, code) };
}

/** The line of the example that threw an error, if the engine states it. */
export function lineOfError(error: unknown, { line, lines }: Compiled): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const at = new RegExp(`\\b${SOURCE.replace(".", "\\.")}:(\\d+)`).exec(error.stack ?? "")?.[1];
  const own = Number(at) - LINES_BEFORE;
  return own >= 1 && own <= lines ? line + own - 1 : undefined;
}

/**
 * Runs an example. `report` is called with each result at once. A statement can print several times before its result
 * is known; `logged` is called each time with the line of the statement.
 *
 * @returns the example's exports, or undefined if it failed.
 */
export async function runExample(
  compiled: Compiled,
  { names, call }: Executable,
  surroundings: Surroundings,
  report: (outcome: Outcome) => void,
  logged: (text: string, line: number) => void = () => {},
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { checks } = compiled;
  const reached = new Set<number>();
  for (const { line, text } of compiled.lost) {
    const problem = "a comment that belongs to no statement";
    report({ line, kind: "missing", text: problem, expected: text, good: false });
  }
  let printed: string[] = [];
  let line = compiled.line;
  const flush = (): void => {
    if (printed.length > 0) report({ line, kind: "text", text: printed.join("\n") });
    printed = [];
  };
  const given: Record<string, unknown> = {
    __load: surroundings.load,
    __at: (at: number): void => {
      flush();
      line = at;
    },
    __value: (id: number, value: unknown): unknown => {
      const { line, expected } = checks[id]!;
      reached.add(id);
      if (expected === undefined) {
        flush();
        if (value !== undefined) report({ line, kind: "value", text: print(value) });
      } else if (printed.length > 0) {
        const text = printed.join("\n");
        report({ line, kind: "text", text, expected, good: matchesText(text, expected) });
      } else {
        report({ line, kind: "value", text: print(value), expected, good: matches(value, expected) });
      }
      if (expected !== undefined) printed = [];
      return value;
    },
    __returned: (id: number): void => {
      reached.add(id);
      const { line, expected } = checks[id]!;
      report({ line, kind: "missing", text: "nothing was thrown", expected: `throws ${expected}`, good: false });
    },
    __threw: (id: number, error: unknown): void => {
      if (reached.has(id)) return;
      reached.add(id);
      const { line, expected } = checks[id]!;
      const [name] = expected!.split(/[\s:·(]/);
      const good = error instanceof Error && (error.name === name || error.constructor.name === name);
      report({ line, kind: "thrown", text: print(error), expected: `throws ${expected}`, good });
    },
    console: {
      ...console,
      log: (...values: readonly unknown[]): void => {
        const text = values.map((value) => (typeof value === "string" ? value : print(value))).join(" ");
        printed.push(text);
        logged(text, line);
      },
    },
  };
  let exported: Readonly<Record<string, unknown>> | undefined;
  try {
    exported = (await call(...names.map((name) => valueFor(name, given, surroundings.names)))) ?? {};
    flush();
  } catch (error) {
    flush();
    report({ line: lineOfError(error, compiled) ?? line, kind: "error", text: print(error), good: false });
    return undefined;
  }
  for (const [id, { kind, line, expected }] of checks.entries()) {
    if (reached.has(id) || expected === undefined) continue;
    const text = "this line was not reached";
    report({ line, kind: "missing", text, expected: kind === "throws" ? `throws ${expected}` : expected, good: false });
  }
  return exported;
}

function valueFor(name: string, given: Readonly<Record<string, unknown>>, names: Surroundings["names"]): unknown {
  if (Object.hasOwn(given, name)) return given[name];
  return name in names ? names[name] : (globalThis as Readonly<Record<string, unknown>>)[name];
}
