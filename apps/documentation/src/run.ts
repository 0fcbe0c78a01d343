/** Runs compiled examples, and reports line by line what they give. */
import type { Compiled } from "./compile.js";
import { matches, matchesText, print } from "./print.js";

/** One thing that an example gave. */
export interface Outcome {
  /** In the file. */
  readonly line: number;
  /** "value": of an expression. "text": logged. "thrown": as the example says. "error": otherwise. "missing": was not reached. */
  readonly kind: "value" | "text" | "thrown" | "error" | "missing";
  readonly text: string;
  /** What the example's comment says. */
  readonly expected?: string;
  /** Whether that is what it gave; undefined where no comment says anything. */
  readonly good?: boolean;
}

/** What an example can use without importing it, and how it imports the rest. */
export interface Surroundings {
  readonly names: Readonly<Record<string, unknown>>;
  readonly load: (specifier: string) => Promise<unknown>;
}

/** A compiled example as code that can be called: gets the values of `names`, gives what it exports. */
export interface Executable {
  readonly names: readonly string[];
  readonly call: (...values: readonly unknown[]) => Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** Names that compiled code itself uses. */
export const RUNTIME_NAMES: readonly string[] = ["__load", "__at", "__value", "__returned", "__threw", "console"];

/** What stacks call code that {@link executable} has made. */
const SOURCE = "example.ts";
/** Lines that stand before a function's body when it is made of text, and one of ours. */
const LINES_BEFORE = 3;

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...source: string[]
) => Executable["call"];

/**
 * The compiled example as code, made of text: a page's content security policy may forbid it. `lower` rewrites a module for
 * engines that do not have all of the language.
 */
export async function executable(
  { body, names }: Compiled,
  surroundings: Surroundings,
  lower?: (module: string) => Promise<string>,
): Promise<Executable> {
  // Names that nobody gives stay free: the engine says that they are not defined.
  const given = [...RUNTIME_NAMES, ...names.filter((name) => name in surroundings.names && name !== "console")];
  // In a scope of its own: what the example declares or imports comes first.
  let code = `"use strict"; {\n${body}\n}\n//# sourceURL=${SOURCE}`;
  if (lower !== undefined) code = `${await lower(`async function __example() {\n${body}\n}`)}\nreturn __example();`;
  return { names: given, call: new AsyncFunction(...given, code) };
}

/** The line of the example from which an error comes, if the engine says so. */
export function lineOfError(error: unknown, { line, lines }: Compiled): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const at = new RegExp(`\\b${SOURCE.replace(".", "\\.")}:(\\d+)`).exec(error.stack ?? "")?.[1];
  const own = Number(at) - LINES_BEFORE;
  return own >= 1 && own <= lines ? line + own - 1 : undefined;
}

/**
 * Runs an example; `report` hears of each outcome at once.
 *
 * @returns what the example exports; undefined if it failed.
 */
export async function runExample(
  compiled: Compiled,
  { names, call }: Executable,
  surroundings: Surroundings,
  report: (outcome: Outcome) => void,
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
        printed.push(values.map((value) => (typeof value === "string" ? value : print(value))).join(" "));
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
