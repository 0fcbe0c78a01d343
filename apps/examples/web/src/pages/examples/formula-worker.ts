/** Turns a text into an element-wise operation, prints its expressions, and computes its values and derivatives. */
import { differentiate } from "@lucid/autograd";
import { type Expr, inOrder, printExpr } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { type Elementwise, elementwise, linspace, setDefaultBackend, type Tensor } from "@lucid/tensor";
import { type Compiled, compileExample } from "documentation/compile";
import { executable, lineOfError, type Outcome, runExample } from "documentation/run";
import { errorText } from "../../training/protocol.js";
import { checkedFormula, type Formula, shortNumbers } from "./formula-check.js";
import type { FormulaJob, FormulaResult, FromFormula, PrintedExpression } from "./formula-protocol.js";
import { surroundingsOf } from "./surroundings.js";

const POINTS = 401;

class LineError extends Error {
  readonly line: number | undefined;
  constructor(text: string, line: number | undefined) {
    super(text);
    this.name = "Error";
    this.line = line;
  }
}

/** The current formula. It is kept while only the numbers change. */
let current: { readonly source: string; readonly formula: Formula; readonly f: Elementwise } | undefined;
/** The last text that was compiled, for the line numbers of its errors. */
let latest: Compiled | undefined;

async function formulaOf(source: string): Promise<NonNullable<typeof current>> {
  if (current?.source === source) return current;
  // The visitor's text begins on line 1, so that errors name its lines.
  const text = source.trimEnd().replace(/;$/, "");
  latest = undefined;
  const compiled = compileExample(`export const formula = (\n${text}\n);`, 0);
  latest = compiled;
  const surroundings = await surroundingsOf("@lucid/tensor");
  let problem: Outcome | undefined;
  const exported = await runExample(compiled, await executable(compiled, surroundings), surroundings, (outcome) => {
    if (outcome.kind === "error") problem = outcome;
  });
  if (problem !== undefined) throw new LineError(problem.text, problem.line);
  const formula = exported?.formula;
  if (typeof formula !== "function") {
    throw new LineError("This is not a function. Write (x) => … or (x, a) => …; x and a are formulas.", 1);
  }
  if (formula.length < 1 || formula.length > 3) {
    throw new LineError(`The function has ${formula.length} arguments, but it can have one to three: x, a, b.`, 1);
  }
  current = {
    source,
    formula: formula as Formula,
    f: elementwise(checkedFormula(formula as Formula), { name: "formula" }),
  };
  return current;
}

/** Prints an expression with the names that the visitor's text uses for inputs and scalars. */
function printed(expr: Expr, inputs: readonly string[], scalars: readonly string[]): PrintedExpression {
  const text = shortNumbers(printExpr(expr)).replace(/\b([xs])(\d+)\b/g, (_, kind: string, i: string) => {
    return (kind === "x" ? inputs : scalars)[Number(i)] ?? `${kind}${i}`;
  });
  return {
    lines: text.split("; "),
    operations: inOrder([expr]).filter(({ kind }) => kind === "operation").length,
  };
}

/** The names of the arguments in the visitor's text. Arguments without a name, such as patterns, are called x, a, b. */
function argumentNames(formula: Formula): string[] {
  const list = /^(?:function\b[^(]*)?\(([^)]*)\)/.exec(String(formula))?.[1]?.split(",") ?? [];
  return Array.from({ length: formula.length }, (_, i) => /^\s*([\w$]+)/.exec(list[i] ?? "")?.[1] ?? "xab"[i]!);
}

const names = { input: "x", output: "y", gradient: "g" } as const;

async function answer({ source, numbers, reach }: FormulaJob): Promise<FormulaResult> {
  const { formula, f } = await formulaOf(source);
  const [x = "x", ...rest] = argumentNames(formula);
  const given = numbers.slice(0, formula.length - 1);
  const points = linspace(-reach, reach, POINTS, { requiresGrad: true });
  const { expr } = f.trace([points, ...given]);
  const y = (f as (...args: readonly (Tensor | number)[]) => Tensor)(points, ...given);
  const base = {
    numbers: formula.length - 1,
    names: rest,
    expression: printed(expr, [x], rest),
    x: points.dataSync() as Float32Array,
    y: Float32Array.from(y.dataSync()),
  };
  const { exprs, sources } = differentiate([expr], [0]);
  if (!y.requiresGrad) return { ...base, derivative: undefined, first: undefined, second: undefined };
  const [gradient] = exprs;
  const derivative =
    gradient === undefined
      ? { lines: ["0"], operations: 0 }
      : printed(
          gradient,
          sources.map(({ kind }) => (kind === "input" ? x : names[kind])),
          rest,
        );
  y.sum().backward(undefined, { createGraph: true });
  const slope = points.grad;
  const first = slope === null ? undefined : (slope.dataSync() as Float32Array);
  let second: Float32Array | undefined;
  if (slope?.requiresGrad === true) {
    points.grad = null;
    slope.sum().backward();
    second = points.grad === null ? undefined : ((points.grad as Tensor).dataSync() as Float32Array);
  }
  return { ...base, derivative, first: first ?? new Float32Array(POINTS), second: second ?? new Float32Array(POINTS) };
}

setDefaultBackend(createCpuBackend());
self.onmessage = async ({ data }: MessageEvent<FormulaJob>): Promise<void> => {
  const post = (message: FromFormula): void => self.postMessage(message);
  try {
    post({ id: data.id, result: await answer(data) });
  } catch (error) {
    const line = (error as { readonly line?: number }).line ?? (latest && lineOfError(error, latest));
    post({ id: data.id, error: errorText(error), line });
  }
};
