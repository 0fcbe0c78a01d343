/**
 * Operations with a derivative of the user's own.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  cast as castExpr,
  describeValue,
  dtypes,
  equalShapes,
  formatShape,
  input,
  ShapeError,
  type TensorType,
} from "@lucid/backend";
import {
  assertFunction,
  asUser,
  callMap,
  markEscaped,
  owned,
  type Primitive,
  type RuleContext,
  refusePromise,
  undoOnThrow,
} from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import { callSite } from "./anomaly.js";
import { type Edge, edgeOf, freeNode, type Node, type Saved, State } from "./graph.js";
import { isGradEnabled, noGrad } from "./modes.js";
import { rebaseOutput, refresh } from "./recorder.js";
import { sumTo } from "./rules/compute-gradients.js";
import { save } from "./saved.js";

/** What `forward` and `backward` of an operation share, in one call. */
export interface FunctionContext {
  /** For each argument of `forward`, whether `backward` has to compute its gradient. */
  readonly needsInputGrad: readonly boolean[];
  /**
   * Keeps inputs and outputs for `backward`. They may not be changed in place afterwards.
   *
   * @throws ArgumentError for anything but tensors.
   */
  saveForBackward(...tensors: Tensor[]): void;
  /** What {@link saveForBackward} kept; in `backward` only. */
  readonly savedTensors: readonly Tensor[];
  /** Says that `forward` has changed these arguments in place; it returns them. */
  markDirty(...tensors: Tensor[]): void;
  /** Says that these results have no derivative. */
  markNonDifferentiable(...tensors: Tensor[]): void;
  /**
   * Sets whether `backward` gets zeros (true, the default) or null for a result on which the final number does not depend.
   */
  setMaterializeGrads(value: boolean): void;
  /** Anything else that `backward` needs. */
  readonly data: Record<string, unknown>;
}

/** The definition of an operation. */
export interface FunctionDefinition<Args extends readonly unknown[], Out extends Tensor | readonly Tensor[]> {
  /** The name of the operation in errors. */
  readonly name: string;
  /** Computes the results. Nothing in it is recorded. */
  forward(context: FunctionContext, ...args: Args): Out;
  /**
   * Computes the gradient of each argument of `forward` from those of the results: a list, with null for arguments without
   * one, or a tensor if there is one argument. It is written with tensor operations, so that it has derivatives itself.
   */
  backward(context: FunctionContext, ...gradients: (Tensor | null)[]): Tensor | readonly (Tensor | null)[];
  /** Whether the derivative cannot be differentiated again, so that trying to is an error; default false. */
  readonly onceDifferentiable?: boolean;
}

/** The context of one call. */
class Context implements FunctionContext {
  readonly data: Record<string, unknown> = {};
  readonly dirty = new Set<Tensor>();
  readonly flat = new Set<Tensor>();
  toSave: readonly Tensor[] = [];
  materialize = true;
  /** Restores what was saved; undefined outside of `backward`. */
  restore: (() => readonly Tensor[]) | undefined;

  constructor(
    private readonly name: string,
    readonly needsInputGrad: readonly boolean[],
  ) {}

  saveForBackward(...tensors: Tensor[]): void {
    this.#check("saveForBackward", tensors);
    this.toSave = tensors;
  }

  get savedTensors(): readonly Tensor[] {
    if (this.restore !== undefined) return this.restore();
    throw new AutogradError(this.name, "there are no saved tensors", { rule: "they are read in backward" });
  }

  markDirty(...tensors: Tensor[]): void {
    this.#check("markDirty", tensors);
    for (const tensor of tensors) this.dirty.add(tensor);
  }

  markNonDifferentiable(...tensors: Tensor[]): void {
    this.#check("markNonDifferentiable", tensors);
    for (const tensor of tensors) this.flat.add(tensor);
  }

  setMaterializeGrads(value: boolean): void {
    this.materialize = value;
  }

  #check(method: string, tensors: readonly unknown[]): void {
    for (const [i, tensor] of tensors.entries()) {
      if (tensor instanceof Tensor) continue;
      throw new ArgumentError(this.name, `argument ${i} of ${method} is ${describeValue(tensor)}`, {
        rule: "only tensors can be passed; other values go to the context's data",
      });
    }
  }
}

/** Everything about a call that its derivative needs. */
interface CallRecord {
  readonly definition: FunctionDefinition<readonly unknown[], Tensor | readonly Tensor[]>;
  readonly context: Context;
  /** The positions of the tensors among the arguments, and the number of arguments. */
  readonly positions: readonly number[];
  readonly count: number;
}

/**
 * Makes an operation whose derivative you write yourself.
 *
 * @param definition - `name`, `forward`, `backward`, `onceDifferentiable`.
 * @returns a function of the arguments of `forward` after the context.
 * @throws ArgumentError for a wrong definition. The operation throws AutogradError if `forward` or `backward` returns
 * something wrong.
 *
 * @example
 * ```ts
 * const exponential = defineFunction({
 *   name: "exponential",
 *   forward(context, x: Tensor) {
 *     const y = x.exp();
 *     context.saveForBackward(y);
 *     return y;
 *   },
 *   backward(context, gradient) {
 *     const [y] = context.savedTensors;
 *     return gradient!.mul(y!);
 *   },
 * });
 * const x = tensor([0, 1], { requiresGrad: true });
 * exponential(x).sum().backward();
 * x.grad; // → Tensor([1, 2.7183])
 * ```
 *
 * @see torch.autograd.Function
 */
export function defineFunction<Args extends readonly unknown[], Out extends Tensor | readonly Tensor[]>(
  definition: FunctionDefinition<Args, Out>,
): (...args: Args) => Out {
  const { name, forward, backward } = definition ?? {};
  if (typeof name !== "string" || name === "") {
    throw new ArgumentError("defineFunction", `the name is ${describeValue(name)}`, {
      rule: "a definition has a name, forward and backward",
    });
  }
  assertFunction("defineFunction", forward);
  assertFunction("defineFunction", backward);
  return (...args) => call(definition as never, args) as Out;
}

function call(definition: CallRecord["definition"], args: readonly unknown[]): Tensor | readonly Tensor[] {
  const { name } = definition;
  const edges = args.map((arg) => {
    if (!(arg instanceof Tensor) || !isGradEnabled()) return undefined;
    refresh(arg);
    return edgeOf(arg);
  });
  const context = new Context(
    name,
    edges.map((edge) => edge !== undefined),
  );
  const result: unknown = noGrad(() => asUser(() => definition.forward(context, ...args)));
  refusePromise(name, result);
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  if (list.length === 0 || !list.every((output) => output instanceof Tensor)) {
    throw new AutogradError(name, `forward returned ${describeValue(result)}`, {
      rule: "it returns a tensor or a list of tensors",
    });
  }
  // A result that is an argument stands for its value, unless it was changed.
  const outputs = (list as readonly Tensor[]).map((output) =>
    context.dirty.has(output) || !args.includes(output) ? output : noGrad(() => output.detach()),
  );
  if (edges.some((edge) => edge !== undefined)) connect({ definition, context, args, edges, list, outputs });
  return Array.isArray(result) ? outputs : outputs[0]!;
}

interface Connection {
  readonly definition: CallRecord["definition"];
  readonly context: Context;
  readonly args: readonly unknown[];
  readonly edges: readonly (Edge | undefined)[];
  /** What `forward` returned, and what stands for it. */
  readonly list: readonly unknown[];
  readonly outputs: readonly Tensor[];
}

/** Puts the node of a call on the tape. */
function connect({ definition, context, args, edges, list, outputs }: Connection): void {
  const positions = args.map((_, i) => i).filter((i) => args[i] instanceof Tensor);
  const tensors = positions.map((i) => args[i] as Tensor);
  const record: CallRecord = { definition, context, positions, count: args.length };
  const saved: Saved[] = [];
  const node: Node = {
    operation: {
      primitive: primitiveOf(record),
      attributes: { name: definition.name },
      scalars: [],
      edges: positions.map((i) => edges[i]),
      inputs: tensors.map(({ layout: { shape, dtype, strides } }) => ({ shape, dtype, strides })),
      backend: tensors[0]!.backend,
      trace: callSite(),
      saved: { inputs: saved, outputs: [] },
    },
    leaf: undefined,
    outputs: outputs.map(({ shape, dtype }): TensorType => ({ shape, dtype })),
    hooks: undefined,
  };
  const { toSave } = context;
  context.toSave = [];
  const edgeFor = (tensor: Tensor): Edge | undefined => {
    const output = list.indexOf(tensor);
    if (output >= 0 && (context.dirty.has(tensor) || !args.includes(tensor))) return { node, index: output };
    const input = args.indexOf(tensor);
    return input >= 0 ? edges[input] : undefined;
  };
  for (const tensor of toSave) saved.push(save(tensor, edgeFor(tensor)));
  if (saved.length > 0) undoOnThrow(node, freeNode);
  context.restore = () => saved.map((one, i) => markEscaped(one.restore(definition.name, `saved tensor ${i}`)));
  for (const [k, output] of outputs.entries()) {
    if (dtypes[output.dtype].kind !== "float" || context.flat.has(list[k] as Tensor)) continue;
    if (context.dirty.has(output)) rebaseOutput(output, node, k, definition.name);
    else output.gradientState = new State(true, { node, index: k });
  }
}

/** Makes the primitive of one call: nothing but its derivative is used. */
function primitiveOf(record: CallRecord): Primitive {
  const { name } = record.definition;
  const unused = (): never => {
    throw new AutogradError(name, "is not called as a primitive");
  };
  return {
    name,
    infer: unused,
    run: unused,
    rule: { saves: () => ({ inputs: [], outputs: [] }), gradients: (context) => gradientsFor(record, context) },
  };
}

/** Runs `backward`, and checks what it returns. */
function gradientsFor(record: CallRecord, rule: RuleContext): readonly (Tensor | undefined)[] {
  const { definition, context, positions, count } = record;
  const { name, onceDifferentiable = false } = definition;
  const arrived = rule.outputTypes.map((type, k) => {
    if (dtypes[type.dtype].kind !== "float") return null;
    if (rule.gradients[k] === undefined && !context.materialize) return null;
    return markEscaped(rule.gradient(k));
  });
  const run = (): unknown => asUser(() => definition.backward(context, ...arrived));
  const result = onceDifferentiable ? noGrad(run) : run();
  refusePromise(name, result);
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  if (list.length < count || list.slice(count).some((extra) => extra !== null && extra !== undefined)) {
    throw new AutogradError(name, `backward returned ${list.length} gradients`, {
      rule: `it returns one for each of the ${count} arguments of forward, null where there is none`,
    });
  }
  const found = positions.map((position, i) => {
    const gradient = list[position];
    if (gradient === null || gradient === undefined) return undefined;
    return rule.wanted[i] === true ? fitted(name, position, gradient, rule.inputTypes[i]!) : undefined;
  });
  if (!onceDifferentiable || !isGradEnabled()) return found;
  return found.map((gradient) => (gradient === undefined ? undefined : refuseAgain(name, gradient, arrived)));
}

/** Returns a gradient in the shape and type of its argument. */
function fitted(name: string, position: number, gradient: unknown, { shape, dtype }: TensorType): Tensor {
  if (!(gradient instanceof Tensor)) {
    throw new AutogradError(name, `gradient ${position} is ${describeValue(gradient)}`, {
      rule: "a gradient is a tensor or null",
    });
  }
  return owned(() => {
    const cast = (): Tensor => callMap("to", [gradient], [castExpr(input(0, gradient.dtype), dtype)])[0]!;
    const typed = gradient.dtype === dtype ? gradient : cast();
    if (equalShapes(typed.shape, shape)) return typed;
    const offset = typed.shape.length - shape.length;
    const expands = offset >= 0 && shape.every((size, i) => size === 1 || size === typed.shape[i + offset]);
    if (expands) return sumTo(typed, shape);
    throw new ShapeError(
      name,
      `gradient ${position} is ${formatShape(typed.shape)}, its argument ${formatShape(shape)}`,
      [typed.shape, shape],
      { rule: "a gradient has the shape of its argument, or one that the argument was broadcast to" },
    );
  });
}

/** Connects a gradient to those that it was computed from, by an operation that cannot be differentiated. */
function refuseAgain(name: string, gradient: Tensor, arrived: readonly (Tensor | null)[]): Tensor {
  const guarded = defineFunction({
    name,
    forward: (_, value: Tensor, ..._others: (Tensor | null)[]) => value.detach(),
    backward() {
      throw new AutogradError(name, "was differentiated twice", {
        rule: "its derivative is marked as onceDifferentiable",
      });
    },
  });
  return guarded(gradient, ...arrived);
}
