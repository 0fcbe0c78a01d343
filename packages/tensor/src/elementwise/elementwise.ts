/**
 * `elementwise`, which turns a formula into an operation.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, type OptionNames } from "@lucid/backend";
import { dispatch } from "../dispatch/call.js";
import { map } from "../primitives/map.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Compiled, Definition } from "./definition.js";
import { Formula, type FormulaOperand } from "./formula.js";
import { MOST_LITERALS } from "./operands.js";
import { signatureOf } from "./signature.js";
import type {
  Elementwise,
  ElementwiseOperation,
  ElementwiseWithDefaults,
  Operand,
  Traceable,
  Traced,
} from "./types.js";

export type {
  Binary,
  Each,
  Elementwise,
  ElementwiseOperation,
  ElementwiseWithDefaults,
  Operand,
  Traceable,
  Traced,
  Unary,
} from "./types.js";

/** Options of {@link elementwise}. */
export interface ElementwiseOptions<A extends readonly unknown[] = readonly Formula[]> {
  /** The name of the operation in errors; default: the name of the formula. */
  readonly name?: string;
  /**
   * Names and values of the formula's last parameters, in their order. They may be left out of a call, or given in an
   * options object at its end.
   */
  readonly defaults?: Readonly<Record<string, number | boolean>>;
  /**
   * The derivative, where it is not what the chain rule would give. It returns a list with the derivative of the result
   * with respect to each argument, null for an argument without one; for a formula of one argument, the derivative
   * itself. It is a formula too, so it can be differentiated again.
   */
  readonly derivative?: (...args: A) => FormulaOperand | readonly (FormulaOperand | null)[];
  /**
   * Numbers that the formula treats as literals when they are given as arguments. Each has its own kernel, such as for
   * the exponent 2.
   */
  readonly literals?: readonly number[];
}

const OPTIONS: OptionNames<ElementwiseOptions> = { name: true, defaults: true, derivative: true, literals: true };

/**
 * Turns a formula into an operation: one kernel over broadcast tensors, on every backend, differentiable any number of
 * times.
 *
 * Arguments of the operation may be numbers too; another number does not compile anew. Other element-wise operations
 * can be called inside a formula and become a part of the same kernel. Inside a formula, JavaScript's operators and
 * `Math` throw: write `x.mul(2)`, not `x * 2`.
 *
 * @param formula - what to compute of one element of each argument.
 * @throws ArgumentError if the formula is no function or an option is unknown or wrong. The operation throws it when
 * it is called without a tensor or with the wrong number of arguments, and if the formula returns nothing.
 *
 * @example
 * ```ts
 * const gaussian = elementwise((x, width) => exp(square(x.div(width)).mul(-0.5)));
 * gaussian(tensor([0, 1, 2]), 1); // → Tensor([1, 0.6065, 0.1353])
 *
 * const leaky = elementwise((x, slope) => where(x.lt(0), x.mul(slope), x), { defaults: { slope: 0.01 } });
 * leaky(tensor([-1, 2])); // → Tensor([-0.01, 2])
 * leaky(tensor([-1, 2]), { slope: 0.5 }); // → Tensor([-0.5, 2])
 * ```
 */
export function elementwise<A extends readonly Formula[], D extends Readonly<Record<string, number | boolean>>>(
  formula: (...args: A) => FormulaOperand,
  options: ElementwiseOptions<A> & { readonly defaults: D },
): ElementwiseWithDefaults<A, D>;
export function elementwise<A extends readonly Formula[]>(
  formula: (...args: A) => FormulaOperand,
  options?: ElementwiseOptions<A>,
): Elementwise<A>;
/**
 * A formula whose parameters have JavaScript's own default values, as in `(x: Formula, slope: FormulaOperand = 0.01) =>
 * …`.
 */
export function elementwise<A extends readonly FormulaOperand[]>(
  formula: (...args: A) => FormulaOperand,
  options?: ElementwiseOptions<A>,
): Elementwise<A>;
export function elementwise(
  formula: (...args: readonly never[]) => FormulaOperand,
  options: ElementwiseOptions<readonly never[]> = {},
): Traceable {
  if (typeof formula !== "function") {
    throw new ArgumentError("elementwise", `the formula is ${describeValue(formula)}`, {
      rule: "a formula is a function of elements",
      remedy: "elementwise((x) => x.mul(2))",
    });
  }
  checkOptions("elementwise", options, OPTIONS as OptionNames<ElementwiseOptions<readonly never[]>>);
  return define(formula, options);
}

/**
 * Does what {@link elementwise} does after its checks. An argument whose default is null is null if it is left out.
 * @internal
 */
export function define(
  formula: (...args: readonly never[]) => FormulaOperand,
  options: Omit<ElementwiseOptions<readonly never[]>, "defaults"> & {
    readonly defaults?: Readonly<Record<string, number | boolean | null>>;
  },
): Traceable {
  const operation = nameOf(formula, options.name);
  const signature = signatureOf(operation, formula.length, options.defaults);
  const { derivative, literals = [] } = options;
  if (derivative !== undefined && typeof derivative !== "function") {
    throw new ArgumentError(operation, `the derivative is ${describeValue(derivative)}`, { rule: "it is a formula" });
  }
  assertLiterals(operation, literals);
  const definition = new Definition(signature, formula, literals, derivative);

  const apply = (args: readonly unknown[]): Tensor | Formula => {
    const compiled = definition.compiledFor(args);
    return compiled === undefined
      ? applyArranged(definition, definition.arranged(args))
      : run(definition, compiled, args);
  };

  const trace = (args: readonly Operand[]): Traced => {
    const given = definition.arranged(args);
    const { expr, tensors, numbers } = definition.compiledForTensors(given);
    return { expr, inputs: definition.tensorsOf(given, tensors), scalars: definition.scalarsOf(given, numbers) };
  };

  const writeInto = <T extends Tensor>(target: T, args: readonly unknown[]): T => {
    const given = definition.arranged(args);
    const compiled = definition.compiledForTensors(given);
    const { layout, storage } = target;
    const { exprs, name } = definition.attributesInto(compiled, layout.dtype);
    const scalars = definition.scalarsOf(given, compiled.numbers);
    const attributes = { exprs, shape: layout.shape, name };
    dispatch(map, definition.tensorsOf(given, compiled.tensors), attributes, scalars, [target], storage.backend);
    return target;
  };

  const call = (...args: readonly unknown[]): Tensor | Formula => apply(args);
  return Object.assign(call, { operation, apply, trace, writeInto });
}

/** Computes a result from tensors and numbers. */
function run(definition: Definition, compiled: Compiled, args: readonly unknown[]): Tensor {
  const { attributes, tensors, numbers } = compiled;
  if (tensors === undefined) return dispatch(map, args as readonly Tensor[], attributes)[0]!;
  return dispatch(map, definition.tensorsOf(args, tensors), attributes, definition.scalarsOf(args, numbers))[0]!;
}

/** Computes a result from arguments that include a formula or an options object. */
function applyArranged(definition: Definition, args: readonly unknown[]): Tensor | Formula {
  if (args.some((arg) => arg instanceof Formula)) return definition.inline(args);
  return run(definition, definition.compiledForTensors(args), args);
}

/** Whether a value is an element-wise operation. */
export function isElementwise(value: unknown): value is ElementwiseOperation {
  return typeof value === "function" && "operation" in value && "writeInto" in value;
}

function nameOf(formula: { readonly name: string }, name: unknown): string {
  if (name === undefined) return formula.name || "elementwise";
  if (typeof name === "string" && name !== "") return name;
  throw new ArgumentError("elementwise", `the name is ${describeValue(name)}`, { rule: "a name is a string" });
}

function assertLiterals(operation: string, literals: unknown): void {
  const valid = Array.isArray(literals) && literals.every((value) => typeof value === "number");
  if (valid && literals.length <= MOST_LITERALS) return;
  throw new ArgumentError(operation, `the literals are ${describeValue(literals)}`, {
    rule: `they are a list of at most ${MOST_LITERALS} numbers`,
  });
}
