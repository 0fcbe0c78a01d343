/**
 * `map` of every scalar operation on every element type for which it is defined, in every layout.
 *
 * @module
 */
import {
  type ComputeType,
  computeTypes,
  type DType,
  dtypes,
  type Expr,
  input,
  op,
  type ScalarOp,
} from "@lucid/backend";
import { map } from "../call.js";
import { type ConformanceCase, defineCase } from "../case.js";
import { type Agreement, exactly, rounded, show, withinUlps } from "../compare.js";
import { callLayouts, operandLayout } from "../layouts.js";
import { byPrecision } from "../precision.js";
import {
  type Arguments,
  discreteSamples,
  operandTypes,
  type ScalarReference,
  type Sweep,
  scalarReferences,
  wrapInteger,
} from "../reference/scalar.js";
import { parseRows, specialValues } from "../reference/special.js";
import type { Operand, Session } from "../session.js";
import type { FloatType } from "../types.js";
import { checkRead, checkStored, STORED, storedTypes } from "../stored.js";

/** An operation on one element type, ready to be tested. */
interface Trial {
  readonly name: ScalarOp;
  readonly dtype: ComputeType;
  readonly types: readonly DType[];
  readonly expr: Expr;
  readonly samples: readonly Arguments[];
  readonly agreement: Agreement;
  evaluate(a: number, b: number, c: number): number;
}

const isFloat = (dtype: ComputeType): dtype is FloatType => dtypes[dtype].kind === "float";

function trialOf(name: ScalarOp, reference: ScalarReference, dtype: ComputeType): Trial | undefined {
  const { arity, float, int, bool } = reference;
  const types = operandTypes(arity, dtype);
  const expr = (): Expr => op(name, ...types.map((type, i) => input(i, type)));
  if (isFloat(dtype)) {
    if (float === undefined) return undefined;
    const agreement = reference.predicate ? exactly("bool") : withinUlps(dtype, float.ulps[dtype]);
    return { name, dtype, types, expr: expr(), samples: float.samples(dtype), agreement, evaluate: float.evaluate };
  }
  const samples = discreteSamples(arity, dtype);
  const common = { name, dtype, types, samples, agreement: exactly(dtype) };
  if (dtype === "bool") return bool === undefined ? undefined : { ...common, expr: expr(), evaluate: bool };
  if (int === undefined) return undefined;
  const evaluate = (a: number, b: number, c: number): number =>
    wrapInteger(int(BigInt(a), BigInt(b), BigInt(c)), reference.predicate ? "uint8" : dtype);
  return { ...common, expr: expr(), evaluate };
}

/** Returns argument k of every row, beginning at row `start`, in an order in which all arguments vary. */
function column(rows: readonly Arguments[], k: number, start: number): number[] {
  let step = Math.max(Math.floor(rows.length * 0.618), 1);
  while (!coprime(step, rows.length)) step++;
  return rows.map((_, i) => rows[(start + i * step) % rows.length]![k]!);
}

function coprime(a: number, b: number): boolean {
  while (b !== 0) [a, b] = [b, a % b];
  return a === 1;
}

async function checkCall(
  session: Session,
  trial: Trial,
  inputs: readonly Operand[],
  output: Operand,
  expected?: readonly number[],
  agreement = trial.agreement,
  check = checkRead,
): Promise<void> {
  const { evaluate, expr } = trial;
  const [a, b, c] = inputs.map((operand) => operand.values);
  map(session, [expr], inputs, [output]);
  await check(session, output, {
    expected: expected ?? a!.map((value, i) => evaluate(value, b?.[i] ?? 0, c?.[i] ?? 0)),
    agreement: allowed(session, trial, inputs, agreement),
    context: (i) => `${expr} with ${inputs.map((operand, k) => `x${k} = ${show(operand.values[i]!)}`).join(", ")}`,
  });
}

/** Returns the comparison, with what the backend's precision allows beyond the contract. */
function allowed(session: Session, trial: Trial, inputs: readonly Operand[], agreement: Agreement): Agreement {
  const { precision } = session.backend.capabilities;
  if (precision === undefined || !isFloat(trial.dtype)) return agreement;
  const operands = (i: number): Arguments => inputs.map(({ values }) => values[i]!) as unknown as Arguments;
  return byPrecision(precision, trial, agreement, operands);
}

function casesOf(trial: Trial): ConformanceCase[] {
  const { name, dtype, types, expr, samples } = trial;
  const needed = [...types, expr.dtype];
  const define = (last: string, body: (session: Session) => Promise<void>): ConformanceCase =>
    defineCase(["map", name, dtype, last], needed, body);
  const contiguous = (session: Session, rows: readonly Arguments[]): Operand[] =>
    types.map((type, k) =>
      session.input(
        type,
        [rows.length],
        rows.map((row) => row[k]!),
      ),
    );

  const cases = [
    define("special values", async (session) => {
      const { float } = specialValues[name];
      const rows = isFloat(dtype) && float !== undefined ? [...parseRows(float, dtype)] : [];
      const own = specialValues[name][dtype];
      if (own !== undefined) rows.push(...parseRows(own, dtype));
      const expected = rows.map((row) => row[types.length]!);
      const output = session.output(expr.dtype, [rows.length]);
      await checkCall(session, trial, contiguous(session, rows), output, expected, specially(trial));
    }),
    define("many values", async (session) => {
      await checkCall(session, trial, contiguous(session, samples), session.output(expr.dtype, [samples.length]));
    }),
    define("lengths 1 to 17", async (session) => {
      for (let length = 1; length <= 17; length++) {
        const operands = types.map((type, k) => session.input(type, [length], column(samples, k, length)));
        await checkCall(session, trial, operands, session.output(expr.dtype, [length], { after: 3 }));
      }
    }),
  ];
  callLayouts.forEach((layout, start) => {
    cases.push(
      define(layout.name, async (session) => {
        const operands = types.map((type, k) =>
          session.input(type, layout.shape, column(samples, k, start), operandLayout(layout, k)),
        );
        await checkCall(session, trial, operands, session.output(expr.dtype, layout.shape, layout.output));
      }),
    );
  });
  if (storedTypes.includes(expr.dtype)) {
    cases.push(
      define(STORED, async (session) => {
        const output = session.output(expr.dtype, [samples.length], { before: 1 });
        const { agreement } = trial;
        await checkCall(session, trial, contiguous(session, samples), output, undefined, agreement, checkStored);
      }),
    );
  }
  const sweep = sweepCase(trial, define);
  return sweep === undefined ? cases : [...cases, sweep];
}

/**
 * Returns the comparison for special results. They must be exact if they are integers, 0, NaN or infinite; others, such
 * as π/2, may have the usual error.
 */
function specially({ agreement, expr, evaluate: _, ...trial }: Trial): Agreement {
  const exact = exactly(expr.dtype);
  return {
    text: `exactly, or ${agreement.text} where it is a fraction (${trial.name})`,
    agrees: (got, expected, i) =>
      exact.agrees(got, expected, i) || (!Number.isInteger(expected) && agreement.agrees(got, expected, i)),
  };
}

/** Makes points that are spread evenly over a range. */
function scattered({ from, to, logarithmic }: Sweep, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const part = (i * 0.6180339887498949) % 1;
    return logarithmic === true ? from * (to / from) ** part : from + (to - from) * part;
  });
}

function sweepCase(
  trial: Trial,
  define: (last: string, body: (session: Session) => Promise<void>) => ConformanceCase,
): ConformanceCase | undefined {
  const { name, dtype, expr } = trial;
  const { oracle, sweeps = [], coarse, ulps } = scalarReferences[name].float ?? {};
  if (oracle === undefined || ulps === undefined || !isFloat(dtype) || (coarse && dtype === "float64"))
    return undefined;
  return define("sweep", async (session) => {
    const points = sweeps.flatMap((sweep) => scattered(sweep, 400)).map((x) => rounded(x, dtype));
    const operand = session.input(dtype, [points.length], points);
    // In float64 the error of the oracle itself counts, too.
    const agreement = withinUlps(dtype, ulps[dtype] + (dtype === "float64" ? 2 : 0));
    const output = session.output(expr.dtype, [points.length]);
    await checkCall(session, trial, [operand], output, points.map(oracle), agreement);
  });
}

/** Makes the cases of all operations. */
export function operationCases(): readonly ConformanceCase[] {
  return (Object.keys(scalarReferences) as ScalarOp[]).flatMap((name) =>
    computeTypes.flatMap((dtype) => {
      const trial = trialOf(name, scalarReferences[name], dtype);
      return trial === undefined ? [] : casesOf(trial);
    }),
  );
}
