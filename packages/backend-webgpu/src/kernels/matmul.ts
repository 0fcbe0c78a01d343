/**
 * Matrix products. Every invocation computes a tile of the product in registers. Where there would be too few
 * invocations, each sum is divided into parts, which a second kernel adds.
 *
 * @module
 */
import { type DType, type Epilogue, type Expr, sizeOf } from "@lucid/backend";
import { createPlans, mergeLoops } from "@lucid/backend/kit";
import { type GpuTensorBuffer, type GpuView, positionOf } from "../buffer.js";
import type { ScratchMemory } from "../memory/arena.js";
import type { KernelQueue } from "../queue.js";
import { loadValue, storeValue } from "../shader/elements.js";
import { noPosition, print, scalarsOf, scalarWords } from "../shader/expressions.js";
import type { Tuning } from "../tuning.js";
import {
  address,
  createKernels,
  gridFor,
  kernelText,
  type Move,
  movesOf,
  positionNames,
  splitIndex,
} from "./dispatch.js";
import { type Factor, HEAD, isDeepSum, productText, type Store } from "./products/text.js";
import { createDivisions, type Division } from "./products/tile.js";

/** What distinguishes the kernels of two calls, beside the division. */
interface Layout {
  /** Loops of the batch. */
  readonly batch: number;
  /** By operand: a, b, the output, the inputs of the epilogue. The last two loops are those of the matrix. */
  readonly moves: readonly (readonly Move[])[];
  readonly epilogue: Expr | undefined;
  readonly inputTypes: readonly DType[];
}

/** Makes the member `matmul`. */
export function createMatmul(
  queue: KernelQueue,
  arena: ScratchMemory,
  tuning: Tuning,
): (a: GpuView, b: GpuView, output: GpuView, epilogue?: Epilogue<GpuTensorBuffer>) => void {
  const find = createKernels(queue);
  const scalars = createPlans(scalarsOf);
  const divide = createDivisions(tuning);

  /** Writes values to the output, after the epilogue. `startOf` is the position of an operand in the parameters. */
  function outputOf({ batch, moves, epilogue, inputTypes }: Layout, startOf: (operand: number) => number): Store {
    const names = positionNames("i", batch);
    const at = (operand: number, row: string, column: string): string =>
      address(startOf(operand), moves[operand]!, [...names, row, column]);
    return (value, row, column) => {
      if (epilogue === undefined) return [storeValue("float32", at(2, row, column), value)];
      const { statements, results } = print([epilogue], {
        input: (index) => (index === 0 ? value : loadValue(inputTypes[index - 1]!, at(2 + index, row, column))),
        position: noPosition,
        rowMajor: noPosition,
        scalars: startOf(moves.length),
        prefix: "e",
      });
      return [...statements, storeValue(epilogue.dtype, at(2, row, column), results[0]!)];
    };
  }

  /** The kernel that computes tiles. Behind the sizes of the batch there are start and strides of each operand. */
  function tilesText(layout: Layout, { tile, transposed, parts, depth }: Division): string {
    const { batch, moves } = layout;
    const startOf = (operand: number): number => HEAD + batch + 1 + operand * (batch + 3);
    const names = positionNames("i", batch);
    /** The operand as a factor: `axis` says which of its two loops goes along the sum. */
    const factor = (operand: number, axis: 0 | 1): Factor => ({
      at: (line) => address(startOf(operand), moves[operand]!, [...names, ...(axis === 0 ? ["0", line] : [line, "0"])]),
      step: moves[operand]![batch + axis]!,
      stride: `parameters[${startOf(operand) + 1 + batch + axis}]`,
    });
    const factors = [factor(0, 1), factor(1, 0)] as const;
    const [a, b] = transposed ? [factors[1], factors[0]] : factors;
    // Parts of sums lie in working memory: by part, product, row and column of the tiles' own orientation.
    const part = `parameters[${HEAD + batch}] + (part * (parameters[7] / parameters[6]) + product) * parameters[2] * parameters[3]`;
    const storePart: Store = (value, row, column) => [
      storeValue("float32", `${part} + ${row} * parameters[3] + ${column}`, value),
    ];
    const store = outputOf(layout, startOf);
    return productText({
      tile,
      lanes: tuning.lanes,
      batch,
      a,
      b,
      store: parts > 1 ? storePart : transposed ? (value, row, column) => store(value, column, row) : store,
      isDeep: isDeepSum(depth),
    });
  }

  /** The kernel that adds parts. The parameters: 0, values, parts, working memory, sizes, then as above. */
  function additionText(layout: Layout, transposed: boolean): string {
    const { batch } = layout;
    const startOf = (operand: number): number => 6 + batch + operand * (batch + 3);
    const [row, column] = [`i${batch + (transposed ? 1 : 0)}`, `i${batch + (transposed ? 0 : 1)}`];
    return kernelText([
      ...splitIndex("position", batch + 2, 4, "i"),
      "var sum = 0f;",
      "for (var part = 0; part < parameters[2]; part++) {",
      `  sum += ${loadValue("float32", "parameters[3] + part * parameters[1] + position")};`,
      "}",
      ...outputOf(layout, startOf)("sum", row, column),
    ]);
  }

  return (a, b, output, epilogue) => {
    if (sizeOf(output.shape) === 0) return;
    const rank = output.shape.length;
    const [m, n, k] = [output.shape[rank - 2]!, output.shape[rank - 1]!, a.shape[rank - 1]!];
    const operands = [a, b, output, ...(epilogue?.inputs ?? [])];
    const batchAxes = Array.from({ length: rank - 2 }, (_, axis) => axis);
    const nest = mergeLoops(
      batchAxes,
      output.shape,
      operands.map(({ strides }) => strides),
    );
    const batch = nest.shape.length;
    const strides = operands.map((view, i) => [...nest.strides[i]!, ...view.strides.slice(-2)]);
    const moves = strides.map(movesOf);
    const products = sizeOf(nest.shape);
    const columnsOfB = moves[1]![batch + 1] !== "s";
    const rowsOfA = moves[0]![batch] !== "s";
    const division = divide({ products, m, n, k, columnsOfB, rowsOfA });
    const { tile, transposed, parts, depth } = division;
    const [height, width] = transposed ? [n, m] : [m, n];
    const layout = { batch, moves, epilogue: epilogue?.expr, inputTypes: (epilogue?.inputs ?? []).map((x) => x.dtype) };
    const shared = `${transposed}|${batch}|${epilogue?.expr.id}|${moves.map((move) => move.join("")).join()}|${layout.inputTypes.join()}`;

    const words = operands.flatMap((view, i) => [positionOf(view), ...strides[i]!]);
    if (epilogue !== undefined) words.push(...scalarWords(scalars.find([epilogue.expr]), epilogue.scalars));
    const values = products * m * n;
    const scratch = parts > 1 ? arena.take("matmul", parts * values * 4) : undefined;
    const groupsOfRow = Math.ceil(width / (tile.columns * tuning.lanes));
    const groupsOfProduct = Math.ceil(height / tile.rows) * groupsOfRow;
    const groups = groupsOfProduct * products;
    const invocations = groups * parts * tuning.lanes;
    const key = `${tuning.tiles.indexOf(tile)}|${parts > 1}|${isDeepSum(depth)}|${shared}`;
    const tiles = find(key, () => tilesText(layout, division));
    const head = [0, invocations, height, width, k, groupsOfRow, groupsOfProduct, groups, depth];
    const place = scratch?.word ?? 0;
    queue.dispatch("matmul", tiles, [...head, ...nest.shape, place, ...words], ...gridFor(invocations));
    if (scratch === undefined) return;
    const addition = find(`add|${shared}`, () => additionText(layout, transposed));
    queue.dispatch(
      "matmul",
      addition,
      [0, values, parts, scratch.word, ...nest.shape, height, width, ...words],
      ...gridFor(values),
    );
    arena.give(scratch);
  };
}
