/**
 * A toy tracer: records the primitive calls of any program, a whole training step included, inlines element-wise calls
 * into those that read them, and replays. It proves that the contract carries a compiler: calls are plain data,
 * expressions can be put into each other, and gradients and in-place updates are ordinary calls.
 */
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
  type Call,
  dispatch,
  type MapAttributes,
  map,
  type Next,
  type Primitive,
  type ReduceAttributes,
  reduce,
  type Tensor,
  unrecorded,
  withTransform,
} from "@lucid/tensor/core";

/** A recorded call. Tensors are numbered slots. */
export interface Step {
  readonly primitive: Primitive;
  readonly inputs: readonly number[];
  readonly attributes: Attributes;
  readonly targets: readonly number[] | undefined;
  readonly outputs: readonly number[];
  readonly backend: Backend;
}

/** A recorded program. */
export interface Program {
  readonly steps: readonly Step[];
  /** Tensors that existed before: data, parameters, optimizer state. */
  readonly captured: ReadonlyMap<number, Tensor>;
  /** Shapes by slot. */
  readonly shapes: readonly (readonly number[])[];
}

/** Runs `code` and records what it does. */
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
    const inputs = call.inputs.map(slotOf);
    const targets = call.targets?.map(slotOf);
    const results = next(call);
    const outputs = targets ?? results.map(define);
    const { primitive, attributes, backend } = call;
    steps.push({ primitive, inputs, attributes, targets, outputs, backend });
    return results;
  };
  withTransform(
    {
      handle,
      read() {
        throw new Error("values cannot be read while tracing");
      },
    },
    code,
  );
  return { steps, captured, shapes };
}

/** Runs a recorded program again, on the captured tensors. */
export function replay({ steps, captured }: Program): void {
  unrecorded(() => {
    const tensors = new Map(captured);
    for (const { primitive, inputs, attributes, targets, outputs, backend } of steps) {
      const at = (slot: number): Tensor => tensors.get(slot)!;
      const results = dispatch(primitive, inputs.map(at), attributes, targets?.map(at), backend);
      if (targets === undefined) for (const [k, slot] of outputs.entries()) tensors.set(slot, results[k]!);
    }
  });
}

/** An element-wise call whose result may be computed where it is read. */
interface Inlinable {
  readonly position: number;
  readonly inputs: readonly number[];
  readonly expr: Expr;
  readonly scalars: readonly number[];
}

const positional = (expr: Expr): boolean => inOrder([expr]).some(({ kind }) => kind === "index" || kind === "random");

function uses(steps: readonly Step[], slot: number): number {
  return steps.reduce((count, step) => count + step.inputs.filter((other) => other === slot).length, 0);
}

/** Whether something is overwritten between two steps. */
const writesBetween = (steps: readonly Step[], from: number, to: number): boolean =>
  steps.slice(from + 1, to).some((step) => step.targets !== undefined);

/** The program with element-wise calls that are read once put into the map or reduction that reads them. */
export function inline(program: Program): Program {
  let { steps } = program;
  for (let changed = true; changed; ) {
    changed = false;
    for (let position = 0; position < steps.length && !changed; position++) {
      const found = inlinableAt(steps, position);
      if (found === undefined) continue;
      const reader = steps.findIndex((step) => step.inputs.includes(steps[position]!.outputs[0]!));
      if (reader < 0 || writesBetween(steps, position, reader)) continue;
      const merged = merge(steps[reader]!, steps[position]!.outputs[0]!, found);
      if (merged === undefined) continue;
      steps = steps.map((step, i) => (i === reader ? merged : step)).filter((_, i) => i !== position);
      changed = true;
    }
  }
  return { ...program, steps };
}

function inlinableAt(steps: readonly Step[], position: number): Inlinable | undefined {
  const step = steps[position]!;
  if (step.primitive !== (map as unknown as Primitive) || step.targets !== undefined || step.inputs.length === 0)
    return undefined;
  const { exprs, scalars } = step.attributes as unknown as MapAttributes;
  if (exprs.length !== 1 || positional(exprs[0]!) || uses(steps, step.outputs[0]!) !== 1) return undefined;
  return { position, inputs: step.inputs, expr: exprs[0]!, scalars };
}

/** The reader with `slot` replaced by the expression that computes it, or undefined where the reader takes no expression. */
function merge(reader: Step, slot: number, from: Inlinable): Step | undefined {
  const isMap = reader.primitive === (map as unknown as Primitive);
  if (!isMap && reader.primitive !== (reduce as unknown as Primitive)) return undefined;
  const attributes = reader.attributes as unknown as MapAttributes & ReduceAttributes;
  const kept = reader.inputs.filter((other) => other !== slot);
  const inner = substituteAll([from.expr], {
    inputs: from.inputs.map((_, i) => input(kept.length + i, typeOfInput(from.expr, i))),
    scalars: from.scalars.map((_, i) => scalar(attributes.scalars.length + i, typeOfScalar(from.expr, i))),
  })[0]!;
  const roots = isMap ? attributes.exprs : [attributes.value];
  let next = 0;
  const places = reader.inputs.map((other, i) => (other === slot ? inner : input(next++, typeOfInputIn(roots, i))));
  const exprs = substituteAll(roots, { inputs: places });
  const scalars = [...attributes.scalars, ...from.scalars];
  const changed = isMap ? { ...attributes, exprs, scalars } : { ...attributes, value: exprs[0]!, scalars };
  return { ...reader, inputs: [...kept, ...from.inputs], attributes: changed as unknown as Attributes };
}

/** The element type of a leaf; a leaf that an expression does not read may be called anything. */
function typeOfInputIn(roots: readonly Expr[], index: number): Expr["dtype"] {
  return inOrder(roots).find((node) => node.kind === "input" && node.index === index)?.dtype ?? "float32";
}
const typeOfInput = (root: Expr, index: number): Expr["dtype"] => typeOfInputIn([root], index);
function typeOfScalar(root: Expr, index: number): Expr["dtype"] {
  return inOrder([root]).find((node) => node.kind === "scalar" && node.index === index)?.dtype ?? "float32";
}
