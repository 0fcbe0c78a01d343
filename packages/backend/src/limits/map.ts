/**
 * Splitting of element-wise calls that exceed the limits of a backend.
 *
 * @module
 */
import type { Backend, Limits, MapCall } from "../backend.js";
import type { DType } from "../dtype.js";
import { index, input, op, scalar } from "../expr/build.js";
import { type Expr, inOrder } from "../expr/node.js";
import { substituteAll } from "../expr/substitute.js";
import { contiguousStrides, type DeviceBuffer, sizeOf, type View } from "../view.js";
import { boxesOf, inside } from "./boxes.js";
import { fit, inputsRead } from "./fit.js";

/** Makes views of temporary memory. */
export interface Temporaries<B extends DeviceBuffer> {
  make(dtype: DType, shape: readonly number[]): View<B>;
}

/** Runs `work` with temporary views. They are freed afterwards, even if it throws. */
export function withTemporaries<B extends DeviceBuffer>(
  { allocate, free }: Pick<Backend<B>, "allocate" | "free">,
  work: (temporaries: Temporaries<B>) => void,
): void {
  const buffers: B[] = [];
  try {
    work({
      make(dtype, shape) {
        const buffer = allocate(dtype, sizeOf(shape));
        buffers.push(buffer);
        return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
      },
    });
  } finally {
    for (const buffer of buffers) free(buffer);
  }
}

/** The expressions of one call to the backend. */
interface Stage {
  readonly exprs: readonly Expr[];
  /** `input(i)` reads `reads[i]`, which is an input of the call or, after those, an earlier intermediate value. */
  readonly reads: readonly number[];
  /** The outputs that it computes, or undefined if it computes an intermediate value. */
  readonly outputs: readonly number[] | undefined;
}

/** Returns the stages in which expressions are computed. */
function stagesOf(exprs: readonly Expr[], inputs: number, { views = Infinity, outputs = Infinity }: Limits): Stage[] {
  const stages: Stage[] = [];
  let intermediates = 0;
  /** Expressions that one call can compute together. */
  let group: { readonly output: number; readonly expr: Expr }[] = [];
  const close = (): void => {
    if (group.length === 0) return;
    const reads = inputsRead(group.map(({ expr }) => expr));
    const order: (Expr | undefined)[] = [];
    for (const node of inOrder(group.map(({ expr }) => expr))) {
      if (node.kind === "input") order[node.index] = input(reads.indexOf(node.index), node.dtype);
    }
    stages.push({
      exprs: substituteAll(
        group.map(({ expr }) => expr),
        { inputs: order },
      ),
      reads,
      outputs: group.map(({ output }) => output),
    });
    group = [];
  };
  exprs.forEach((expr, output) => {
    const bound = inputsRead([...group.map((one) => one.expr), expr]).length + group.length + 1;
    if (bound > views || group.length + 1 > outputs) close();
    if (inputsRead([expr]).length + 1 <= views) {
      group.push({ output, expr });
      return;
    }
    const steps = [...fit(expr, views - 1, inputs + intermediates)];
    const last = steps.pop()!;
    for (const step of steps) stages.push({ exprs: [step.expr], reads: step.reads, outputs: undefined });
    intermediates += steps.length;
    stages.push({ exprs: [last.expr], reads: last.reads, outputs: [output] });
  });
  close();
  // Nothing is written before all intermediate values have been computed; they do not depend on outputs.
  const isIntermediate = (stage: Stage): boolean => stage.outputs === undefined;
  return [...stages.filter(isIntermediate), ...stages.filter((stage) => !isIntermediate(stage))];
}

/**
 * Makes the member `map` of a backend within limits. If a part of a call fails after other parts were written, it is called
 * once more, because a member that throws has changed nothing.
 */
export function limitedMap<B extends DeviceBuffer>(base: Backend<B>, limits: Limits): (call: MapCall<B>) => void {
  const known = new WeakMap<readonly Expr[], Map<number, readonly Stage[]>>();
  const inBoxes = mapInBoxes(base, limits.callElements);
  const find = (exprs: readonly Expr[], inputs: number): readonly Stage[] => {
    let byInputs = known.get(exprs);
    if (byInputs === undefined) {
      byInputs = new Map();
      known.set(exprs, byInputs);
    }
    const stages = byInputs.get(inputs) ?? stagesOf(exprs, inputs, limits);
    byInputs.set(inputs, stages);
    return stages;
  };
  return (call) => {
    const { exprs, inputs, scalars, outputs } = call;
    const { views = Infinity, outputs: most = Infinity } = limits;
    if (exprs.length <= most && inputs.length + outputs.length <= views) {
      inBoxes(call, false);
      return;
    }
    const stages = find(exprs, inputs.length);
    const { shape } = outputs[0]!;
    withTemporaries(base, ({ make }) => {
      const sources =
        stages.length === 1
          ? [...inputs]
          : inputs.map((view) => {
              // A later stage must not read what an earlier one has overwritten.
              if (!outputs.some(({ buffer }) => buffer === view.buffer)) return view;
              const copy = make(view.dtype, shape);
              inBoxes({ exprs: [input(0, view.dtype)], inputs: [view], scalars: [], outputs: [copy] }, false);
              return copy;
            });
      let begun = false;
      for (const stage of stages) {
        const targets = stage.outputs?.map((output) => outputs[output]!) ?? [make(stage.exprs[0]!.dtype, shape)];
        inBoxes({ exprs: stage.exprs, inputs: stage.reads.map((i) => sources[i]!), scalars, outputs: targets }, begun);
        if (stage.outputs === undefined) sources.push(targets[0]!);
        else begun = true;
      }
    });
  };
}

/**
 * Cuts the domain of a map into parts of at most `most` positions. `begun` says whether other outputs of the user's call
 * have been written already.
 */
function mapInBoxes<B extends DeviceBuffer>(
  base: Backend<B>,
  most: number | undefined,
): (call: MapCall<B>, begun: boolean) => void {
  const run = (call: MapCall<B>, begun: boolean): void => {
    try {
      base.map(call);
    } catch (error) {
      if (!begun) throw error;
      base.map(call);
    }
  };
  return (call, begun) => {
    const { shape } = call.outputs[0]!;
    if (most === undefined || sizeOf(shape) <= most) {
      run(call, begun);
      return;
    }
    const exprs = shifted(call.exprs, shape, call.scalars.length);
    for (const [number, box] of boxesOf(shape, most).entries()) {
      const part: MapCall<B> = {
        exprs,
        inputs: call.inputs.map((view) => inside(view, box)),
        scalars: [...call.scalars, ...box.starts],
        outputs: call.outputs.map((view) => inside(view, box)),
      };
      run(part, begun || number > 0);
    }
  };
}

const shiftedExprs = new WeakMap<readonly Expr[], Map<string, readonly Expr[]>>();

/**
 * Returns the expressions for a box of a domain of this shape. Their positions and random bits are those of the whole
 * domain. The scalar `first + a` of the call is the start of the box along axis a.
 */
export function shifted(exprs: readonly Expr[], shape: readonly number[], first: number): readonly Expr[] {
  let known = shiftedExprs.get(exprs);
  if (known === undefined) {
    known = new Map();
    shiftedExprs.set(exprs, known);
  }
  const nodes = inOrder(exprs);
  if (!nodes.some(({ kind }) => kind === "index" || kind === "random")) return exprs;
  const key = `${first}:${shape}`;
  let result = known.get(key);
  if (result === undefined) {
    const position = shape.map((_, axis) => op("add", index(axis), scalar(first + axis, "int32")));
    result = substituteAll(exprs, { index: position, shape });
    known.set(key, result);
  }
  return result;
}
