/**
 * The source of map kernels.
 *
 * @module
 */
import type { Expr } from "@lucid/backend";
import { COUNTER, type Layout } from "./layout.js";
import {
  callInChunks,
  declareLoops,
  declareOperands,
  declareView,
  openLoops,
  pointer,
  repetitions,
  rowFunction,
} from "./loop-source.js";
import type { Operands } from "@lucid/backend/kit";
import { place } from "./place.js";

/** The source of a map kernel. */
export function mapSource(exprs: readonly Expr[], operands: Operands, layout: Layout): string {
  const loops = layout[0]!.length;
  const flat = layout[0]![0] === COUNTER;
  const { lines, values } = place(exprs, operands, layout, loops);
  // Every value is computed before the first store, because an output may be one of the inputs.
  const stores = values.map((value, output) => {
    const operand = operands.count + output;
    return `v${operand}[${pointer(operand, loops)}] = ${value};`;
  });
  const body = [...lines[loops]!, ...stores];
  const row =
    loops === 0
      ? undefined
      : rowFunction("row", layout, loops - 1, new Array<readonly string[]>(repetitions(body)).fill(body));
  const nest = openLoops(layout, lines);
  for (let loop = 0; loop < loops - 1; loop++) nest.open(loop);
  return [
    row?.source ?? "",
    "return function map(inputs, scalars, outputs, size, sizes, strides) {",
    ...declareOperands(operands, layout),
    ...exprs.flatMap((_, output) => declareView(operands.count + output, `outputs[${output}]`, layout)),
    ...(flat ? ["const n0 = size;"] : declareLoops(layout, loops)),
    ...lines[0]!,
    ...nest.text,
    ...(row === undefined ? stores : callInChunks(row, loops - 1)),
    ...nest.close(),
    "};",
  ].join("\n");
}
