/**
 * A toy tracer: records the primitive calls of any program, a whole training step included, without computing anything,
 * inlines element-wise calls into those that read them, and replays. It proves that the contract carries a compiler: calls
 * are plain data, expressions can be put into each other, gradients and in-place updates are ordinary calls, and numbers
 * that change from run to run (random keys, bias corrections, learning rates) are inputs of calls.
 */
import { noGrad } from "@lucid/autograd";
import {
  type Attributes,
  type Backend,
  type Expr,
  inOrder,
  input,
  scalar,
  substituteAll,
  type View,
} from "@lucid/backend";
import {
  allocate,
  type Call,
  dispatch,
  type HostNumber,
  type HostWork,
  type MapAttributes,
  map,
  type Next,
  type Primitive,
  type ReduceAttributes,
  reduce,
  type Scalar,
  withTransform,
} from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";

/** A step of a program, in order: a recorded call, or work on the host. */
export type Step = CallStep | HostWork;

/** A recorded call. Tensors are numbered slots. */
export interface CallStep {
  readonly primitive: Primitive;
  readonly inputs: readonly number[];
  readonly scalars: readonly Scalar[];
  readonly attributes: Attributes;
  readonly targets: readonly number[] | undefined;
  readonly outputs: readonly number[];
  readonly backend: Backend;
}

/** A recorded program. */
export interface Program {
  readonly steps: readonly Step[];
  /** The tensors that existed before: data, parameters, optimizer state. */
  readonly captured: ReadonlyMap<number, Tensor>;
  /** Shapes by slot. */
  readonly shapes: readonly (readonly number[])[];
}

const isCall = (step: Step): step is CallStep => "primitive" in step;

/**
 * Runs `code` and records what it does. Nothing is computed and no work on the host is done: `code` sees shapes and types
 * alone, and the tensors that exist already keep their values.
 */
export function trace(code: () => void): Program {
  const slots = new Map<View, number>();
  const captured = new Map<number, Tensor>();
  const shapes: (readonly number[])[] = [];
  const steps: Step[] = [];
  // A value that autograd saved comes back as another tensor with the same layout object.
  const slotOf = (tensor: Tensor): number => {
    let slot = slots.get(tensor.layout);
    if (slot === undefined) {
      slot = shapes.push(tensor.shape) - 1;
      slots.set(tensor.layout, slot);
      captured.set(slot, tensor);
    }
    return slot;
  };
  const define = (tensor: Tensor): number => {
    const slot = shapes.push(tensor.shape) - 1;
    slots.set(tensor.layout, slot);
    return slot;
  };
  const handle = (call: Call, next: Next): readonly Tensor[] => {
    const { primitive, scalars, attributes, backend } = call;
    const inputs = call.inputs.map(slotOf);
    const targets = call.targets?.map(slotOf);
    // A view computes nothing, and shares its input's storage.
    const results = primitive.view === true ? next(call) : (call.targets ?? unwritten(call));
    const outputs = targets ?? results.map(define);
    steps.push({ primitive, inputs, scalars, attributes, targets, outputs, backend });
    return results;
  };
  withTransform(
    {
      handle,
      host(work) {
        steps.push(work);
      },
      read() {
        throw new Error("values cannot be read while tracing");
      },
    },
    code,
  );
  return { steps, captured, shapes };
}

/** Allocates the outputs of a call without computing them. */
function unwritten({ primitive, inputs, attributes, backend }: Call): readonly Tensor[] {
  return primitive.infer(inputs, attributes).map(({ shape, dtype }) => allocate(backend, shape, dtype));
}

/** Runs a recorded program, on the captured tensors. */
export function replay({ steps, captured }: Program): void {
  noGrad(() => {
    const tensors = new Map(captured);
    const numbers = new Map<HostWork, readonly number[]>();
    const value = (scalar: Scalar): number =>
      typeof scalar === "number" ? scalar : numbers.get((scalar as HostNumber).work)![scalar.index]!;
    const at = (slot: number): Tensor => tensors.get(slot)!;
    for (const step of steps) {
      if (!isCall(step)) {
        numbers.set(step, step.run());
        continue;
      }
      const { primitive, inputs, scalars, attributes, targets, outputs, backend } = step;
      const results = dispatch(primitive, inputs.map(at), attributes, scalars.map(value), targets?.map(at), backend);
      if (targets === undefined) for (const [k, slot] of outputs.entries()) tensors.set(slot, results[k]!);
    }
  });
}

/** An element-wise call that may be computed where its result is read. */
interface Inlinable {
  /** The slot of the result. */
  readonly slot: number;
  readonly inputs: readonly number[];
  readonly expr: Expr;
  readonly scalars: readonly Scalar[];
}

const positional = (expr: Expr): boolean => inOrder([expr]).some(({ kind }) => kind === "index" || kind === "random");

function uses(steps: readonly Step[], slot: number): number {
  return steps.filter(isCall).reduce((count, step) => count + step.inputs.filter((other) => other === slot).length, 0);
}

/** Whether anything is overwritten between two steps. */
const writesBetween = (steps: readonly Step[], from: number, to: number): boolean =>
  steps.slice(from + 1, to).some((step) => isCall(step) && step.targets !== undefined);

/**
 * Returns the program in which each element-wise call whose result is read once is merged into the map or reduction
 * that reads it.
 */
export function inline(program: Program): Program {
  let { steps } = program;
  for (let changed = true; changed; ) {
    changed = false;
    for (let position = 0; position < steps.length && !changed; position++) {
      const found = inlinableAt(steps, position);
      if (found === undefined) continue;
      const reader = steps.findIndex((step) => isCall(step) && step.inputs.includes(found.slot));
      if (reader < 0 || writesBetween(steps, position, reader)) continue;
      const merged = merge(steps[reader] as CallStep, found);
      if (merged === undefined) continue;
      steps = steps.map((step, i) => (i === reader ? merged : step)).filter((_, i) => i !== position);
      changed = true;
    }
  }
  return { ...program, steps };
}

function inlinableAt(steps: readonly Step[], position: number): Inlinable | undefined {
  const step = steps[position]!;
  if (!isCall(step)) return undefined;
  if (step.primitive !== (map as unknown as Primitive) || step.targets !== undefined || step.inputs.length === 0)
    return undefined;
  const { exprs } = step.attributes as unknown as MapAttributes;
  const [slot] = step.outputs as readonly [number];
  if (exprs.length !== 1 || positional(exprs[0]!) || uses(steps, slot) !== 1) return undefined;
  return { slot, inputs: step.inputs, expr: exprs[0]!, scalars: step.scalars };
}

/**
 * Replaces a slot of the reader by the expression that computes it. Returns undefined if the reader has no expressions.
 */
function merge(reader: CallStep, from: Inlinable): CallStep | undefined {
  const { slot } = from;
  const isMap = reader.primitive === (map as unknown as Primitive);
  if (!isMap && reader.primitive !== (reduce as unknown as Primitive)) return undefined;
  const attributes = reader.attributes as unknown as MapAttributes & ReduceAttributes;
  const kept = reader.inputs.filter((other) => other !== slot);
  const inner = substituteAll([from.expr], {
    inputs: from.inputs.map((_, i) => input(kept.length + i, typeOfInput(from.expr, i))),
    scalars: from.scalars.map((_, i) => scalar(reader.scalars.length + i, typeOfScalar(from.expr, i))),
  })[0]!;
  const roots = isMap ? attributes.exprs : [attributes.value];
  let next = 0;
  const places = reader.inputs.map((other, i) => (other === slot ? inner : input(next++, typeOfInputIn(roots, i))));
  const exprs = substituteAll(roots, { inputs: places });
  const scalars = [...reader.scalars, ...from.scalars];
  const changed = isMap ? { ...attributes, exprs } : { ...attributes, value: exprs[0]! };
  return { ...reader, inputs: [...kept, ...from.inputs], scalars, attributes: changed as unknown as Attributes };
}

/** The element type of a leaf. A leaf that no expression reads may have any type. */
function typeOfInputIn(roots: readonly Expr[], index: number): Expr["dtype"] {
  return inOrder(roots).find((node) => node.kind === "input" && node.index === index)?.dtype ?? "float32";
}
const typeOfInput = (root: Expr, index: number): Expr["dtype"] => typeOfInputIn([root], index);
function typeOfScalar(root: Expr, index: number): Expr["dtype"] {
  return inOrder([root]).find((node) => node.kind === "scalar" && node.index === index)?.dtype ?? "float32";
}
