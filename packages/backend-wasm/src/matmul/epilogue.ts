/**
 * The epilogue of a product: an expression that is applied to each block of the result as soon as the block is
 * complete, in the same kernel. Its code is written by the generator of maps.
 *
 * @module
 */
import { ArgumentError, contiguousStrides, type Expr } from "@lucid/backend";
import type { HelperFunction } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import { costOf } from "../expression/evaluate.js";
import { writeRow } from "../expression/map-kernel.js";
import { type BlockLayout, blockLayout, evaluateAll, Nest, stage } from "../expression/nest.js";
import { type Operands, operandsRead, widthsOf } from "@lucid/backend/kit";
import type { Vector } from "../expression/vector.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";
import { RESERVED } from "../memory.js";
import { type Axes, offsetOf } from "./batches.js";
import { EPILOGUE_AT } from "./words.js";

/** The number of loops in an epilogue: two over batches, one over lines of the product, and one along lines. */
export const LOOPS = 4;

/** An expression as an epilogue. Its operands are those of `operandsRead`, followed by the output. */
export interface EpiloguePlan {
  readonly expr: Expr;
  readonly operands: Operands;
  /** The bytes of one step of every operand. */
  readonly widths: readonly number[];
  readonly layout: BlockLayout;
  /** The size of its argument block in bytes. */
  readonly byteLength: number;
  /** The time of one element in nanoseconds. */
  readonly cost: number;
  /** Whether the product itself is read. It is then the first operand. */
  readonly readsProduct: boolean;
  /** The kernels of products in float32 and float64 that have this epilogue. */
  readonly kernels: { readonly float32: Map<number | string, Kernel>; readonly float64: Map<number | string, Kernel> };
  /** The operands of the current call: their addresses, and their strides in elements along the axes of the result. */
  readonly starts: number[];
  readonly strides: (readonly number[])[];
}

/** @throws ArgumentError if there are more operands than the argument block has room for. */
export function planEpilogue(expr: Expr): EpiloguePlan {
  const operands = operandsRead([expr]);
  const count = operands.count + 1;
  const layout = blockLayout(operands.scalars, count, LOOPS);
  const byteLength = layout.strides + count * LOOPS * 4;
  if (BLOCK + EPILOGUE_AT + byteLength > RESERVED) {
    throw new ArgumentError("matmul", `${count} operands of an epilogue do not fit the argument block`);
  }
  return {
    expr,
    operands,
    widths: widthsOf(operands, [expr.dtype]),
    layout,
    byteLength,
    cost: costOf([expr], count),
    readsProduct: operands.inputs[0] === 0,
    kernels: { float32: new Map(), float64: new Map() },
    starts: [],
    strides: [],
  };
}

/** The address of an operand in bytes, and its strides in elements. */
interface Placed {
  readonly address: number;
  readonly strides: readonly number[];
}

/** Enters the operands of a call. `inputs` are those after the product, whose own address is entered later. */
export function placeOperands(
  { operands, readsProduct, starts, strides }: EpiloguePlan,
  product: Placed,
  inputs: readonly Placed[],
  output: Placed,
  shape: readonly number[],
): void {
  const read = operands.inputs;
  let at = 0;
  for (; at < read.length; at++) {
    const placed = at === 0 && readsProduct ? product : inputs[read[at]! - 1]!;
    starts[at] = placed.address;
    strides[at] = placed.strides;
  }
  for (const axis of operands.axes) {
    starts[at] = 0;
    strides[at++] = shape.map((_, other) => (other === axis ? 1 : 0));
  }
  if (operands.rowMajor) {
    starts[at] = 0;
    strides[at++] = contiguousStrides(shape);
  }
  starts[at] = output.address;
  strides[at] = output.strides;
}

/**
 * Writes the epilogue of complete blocks: see `writeUnits`. Vectors run along rows of the product, or along columns if
 * `across` is true.
 */
export function epilogueFunction(plan: EpiloguePlan, moves: readonly number[], across: boolean): HelperFunction {
  const { expr, operands } = plan;
  return {
    name: "epilogue",
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    body(code) {
      const [block, outer, inner, row, column, rows, columns, c] = code.parameters as [
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
      ];
      const at = code.value("i32.add", block, code.constantI32(EPILOGUE_AT));
      const vectorLoop = LOOPS - 1;
      const nest = new Nest(code, at, { operands, outputs: [expr.dtype], moves, loops: LOOPS, vectorLoop });
      const staged = stage([expr], nest);
      const fixed = new Map<Expr, Vector>();
      evaluateAll(code, staged.fixed, fixed, nest.leaves(0, undefined));
      const steps = across ? [outer, inner, column, row] : [outer, inner, row, column];
      steps.forEach((step, loop) => {
        nest.pointers = nest.moved(loop, step);
      });
      if (plan.readsProduct) nest.pointers[0] = c;
      const [lines, size] = across ? [columns, rows] : [rows, columns];
      nest.loop(LOOPS - 2, lines, () => writeRow(code, nest, [expr], staged, fixed, size));
    },
  };
}

/** Writes the epilogue's part of the argument block, except the addresses of operands. */
export function writeEpilogue(
  plan: EpiloguePlan,
  { words, numbers }: Pick<Platform, "words" | "numbers">,
  scalars: readonly number[],
  { outer, inner, row, column }: Axes,
  across: boolean,
): void {
  const { layout, widths, strides } = plan;
  const block = BLOCK + EPILOGUE_AT;
  for (let i = 0; i < plan.operands.scalars; i++) numbers[block / 8 + i] = scalars[i]!;
  let at = (block + layout.strides) / 4;
  for (let operand = 0; operand <= plan.operands.count; operand++) {
    const along = strides[operand]!;
    const width = widths[operand]!;
    words[at] = outer < 0 ? 0 : along[outer]! * width;
    words[at + 1] = inner < 0 ? 0 : along[inner]! * width;
    words[at + 2] = along[across ? column : row]! * width;
    words[at + 3] = along[across ? row : column]! * width;
    at += LOOPS;
  }
}

/** Writes the strides of a product that is stored apart from the output, in bytes. */
export function writeProductStrides(
  plan: EpiloguePlan,
  words: Int32Array,
  row: number,
  column: number,
  across: boolean,
): void {
  const at = (BLOCK + EPILOGUE_AT + plan.layout.strides) / 4;
  words[at + 2] = across ? column : row;
  words[at + 3] = across ? row : column;
}

/** Writes the addresses of the operands, for one index of the batch axes that kernels do not loop over. */
export function writeStarts(plan: EpiloguePlan, words: Int32Array, index: readonly number[]): void {
  const at = (BLOCK + EPILOGUE_AT + plan.layout.pointers) / 4;
  const { starts, strides, widths } = plan;
  for (let operand = 0; operand <= plan.operands.count; operand++) {
    words[at + operand] = starts[operand]! + offsetOf(index, strides[operand]!) * widths[operand]!;
  }
}
