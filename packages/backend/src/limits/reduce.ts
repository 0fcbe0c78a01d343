/**
 * Splitting of reductions that exceed the limits of a backend.
 *
 * @module
 */
import type { Backend, Limits, MapCall, ReduceCall, ReduceOp } from "../backend.js";
import type { DType } from "../dtype.js";
import { input, op, scalar } from "../expr/build.js";
import { listOf } from "../expr/list.js";
import type { Expr } from "../expr/node.js";
import { substitute } from "../expr/substitute.js";
import { type DeviceBuffer, sizeOf, type View } from "../view.js";
import { boxesOf, inside } from "./boxes.js";
import { fit } from "./fit.js";
import { shifted, type Temporaries, withTemporaries } from "./map.js";

/** Makes the member `reduce` of a backend within limits. */
export function limitedReduce<B extends DeviceBuffer>(
  base: Backend<B>,
  { views = Infinity, callElements = Infinity }: Limits,
  map: (call: MapCall<B>) => void,
): (call: ReduceCall<B>) => void {
  const reduce = (call: ReduceCall<B>): void => {
    if (call.inputs.length + 1 > views) reduceFitted(call);
    else if (sizeOf(call.shape) <= callElements) base.reduce(call);
    else if (sizeOf(call.axes.map((axis) => call.shape[axis]!)) <= callElements) reduceBoxes(call);
    else if (call.op === "argmax" || call.op === "argmin") reducePositions(call, call.op);
    else reduceParts(call, call.op);
  };

  /** Computes parts of the value first, so that the rest reads few inputs. */
  const reduceFitted = (call: ReduceCall<B>): void => {
    const { value, shape, inputs, scalars } = call;
    withTemporaries(base, ({ make }) => {
      const steps = [...fit(value, views - 1, inputs.length)];
      const last = steps.pop()!;
      const sources = [...inputs];
      for (const { expr, reads } of steps) {
        const output = make(expr.dtype, shape);
        map({ exprs: [expr], inputs: reads.map((i) => sources[i]!), scalars, outputs: [output] });
        sources.push(output);
      }
      reduce({ ...call, value: last.expr, inputs: last.reads.map((i) => sources[i]!) });
    });
  };

  /** Cuts the axes that are kept. */
  const reduceBoxes = (call: ReduceCall<B>): void => {
    const { axes, shape } = call;
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    for (const box of boxesOf(shape, callElements, axes)) {
      base.reduce(partOf(call, box, inside(call.output, box, kept)));
    }
  };

  /** Where the first reduced axis that can be cut is cut: at multiples of `step`, into `count` parts. */
  const cutOf = ({ axes, shape }: ReduceCall<B>): { axis: number; step: number; count: number } => {
    const axis = axes.find((one) => shape[one]! > 1)!;
    const step = Math.max(1, Math.floor(callElements / sizeOf(axes.map((one) => (one === axis ? 1 : shape[one]!)))));
    return { axis, step, count: Math.ceil(shape[axis]! / step) };
  };

  /** Reduces every part of the reduced axes into a slice of `parts`. */
  const fillParts = (call: ReduceCall<B>, how: ReduceOp, parts: View<B>): void => {
    const { shape } = call;
    const { axis, step, count } = cutOf(call);
    for (let part = 0; part < count; part++) {
      const start = part * step;
      const box = {
        starts: shape.map((_, other) => (other === axis ? start : 0)),
        sizes: shape.map((size, other) => (other === axis ? Math.min(step, size - start) : size)),
      };
      reduce({ ...partOf(call, box, slice(parts, part)), op: how, finish: undefined });
    }
  };

  const makeParts = (call: ReduceCall<B>, { make }: Temporaries<B>, dtype: DType): View<B> =>
    make(dtype, [cutOf(call).count, ...call.output.shape]);

  /** Reduces parts of the reduced axes, then their results. */
  const reduceParts = (call: ReduceCall<B>, how: ReduceOp): void => {
    withTemporaries(base, (temporaries) => {
      const parts = makeParts(call, temporaries, call.value.dtype);
      fillParts(call, how, parts);
      combine(call, how, parts, call.finish, call.output);
    });
  };

  /** Reduces the first axis of `parts`, which the output lacks. */
  const combine = (
    call: ReduceCall<B>,
    how: ReduceOp,
    parts: View<B>,
    finish: Expr | undefined,
    output: View<B>,
  ): void =>
    reduce({
      op: how,
      value: input(0, parts.dtype),
      finish,
      shape: parts.shape,
      inputs: [parts],
      scalars: call.scalars,
      axes: [0],
      output: { ...output, shape: [1, ...output.shape], strides: [1, ...output.strides] },
    });

  /**
   * Computes argmax and argmin: first the extreme value of every part and its position, then the part with the overall
   * extreme.
   */
  const reducePositions = (call: ReduceCall<B>, how: "argmax" | "argmin"): void => {
    const { axes, shape, scalars, output, finish } = call;
    withTemporaries(base, (temporaries) => {
      const extremes = makeParts(call, temporaries, call.value.dtype);
      const positions = makeParts(call, temporaries, "int32");
      fillParts(call, how === "argmax" ? "max" : "min", extremes);
      fillParts(call, how, positions);
      const part = temporaries.make("int32", [1, ...output.shape]);
      const inside = temporaries.make("int32", [1, ...output.shape]);
      combine(call, how, extremes, undefined, slice(part, 0));
      limitedGatherFirst(positions, part, inside);
      const { axis, step } = cutOf(call);
      const stride = step * sizeOf(axes.filter((one) => one > axis).map((one) => shape[one]!));
      const first = op("mul", input(0, "int32"), scalar(scalars.length, "int32"));
      const position = op("add", first, input(1, "int32"));
      map({
        exprs: [finish === undefined ? position : substitute(finish, { inputs: [position] })],
        inputs: [slice(part, 0), slice(inside, 0)],
        scalars: [...scalars, stride],
        outputs: [output],
      });
    });
  };

  /** `output[0, …] = parts[part[0, …], …]`. */
  const limitedGatherFirst = (parts: View<B>, part: View<B>, output: View<B>): void => {
    const others = output.shape.map((_, axis) => axis).filter((axis) => axis > 0);
    for (const box of boxesOf(output.shape, callElements)) {
      base.gather(inside(parts, box, others), inside(part, box), 0, inside(output, box));
    }
  };

  return reduce;
}

/** Returns the call for a box of its domain. */
function partOf<B extends DeviceBuffer>(
  call: ReduceCall<B>,
  box: { readonly starts: readonly number[]; readonly sizes: readonly number[] },
  output: View<B>,
): ReduceCall<B> {
  const { scalars, shape, value, inputs } = call;
  const [own] = shifted(listOf(value), shape, scalars.length);
  return {
    ...call,
    value: own!,
    shape: box.sizes,
    inputs: inputs.map((view) => inside(view, box)),
    scalars: [...scalars, ...box.starts],
    output,
  };
}

/** Returns the view at one position along the first axis, without this axis. */
function slice<B extends DeviceBuffer>(view: View<B>, at: number): View<B> {
  const { shape, strides } = view;
  return { ...view, shape: shape.slice(1), strides: strides.slice(1), offset: view.offset + at * strides[0]! };
}
