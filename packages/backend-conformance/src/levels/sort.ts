/**
 * The level `sort`: the result is ascending and stable, with NaN last.
 *
 * @module
 */
import { type ComputeType, computeTypes, type DType, isStorageType } from "@lucid/backend";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { show } from "../compare.js";
import { alongAxis, axisArrangements } from "../lines.js";
import { sortedOrder } from "../reference/ordering.js";
import type { Operand, Session } from "../session.js";
import { checkRead, checkStored, STORED, storedTypes } from "../stored.js";
import { floatTypes } from "../types.js";

/** Elements of which many are equal. */
const elements: Readonly<Record<ComputeType, readonly number[]>> = {
  float32: [3, -1, NaN, 0, -0, Infinity, 3, -Infinity, 0.5, NaN, -0, 0, 2],
  float64: [3, -1, NaN, 0, -0, Infinity, 3, -Infinity, 0.1, NaN, -0, 0, 2],
  int32: [3, -1, 2147483647, 0, -2147483648, 3, 3, -7, 0, 2147483646, 5],
  uint8: [9, 255, 0, 128, 9, 127, 3, 9],
  bool: [1, 0, 1, 1, 0, 0, 1],
};

async function checkSort(
  session: Session,
  x: Operand,
  axis: number,
  values: Operand,
  indices: Operand,
  check = checkRead,
): Promise<void> {
  const { shape } = x.view;
  session.backend.sort(x.view, axis, values.view, indices.view);
  await check(session, indices, { expected: alongAxis(x.values, shape, axis, sortedOrder), name: "indices" });
  const sorted = alongAxis(x.values, shape, axis, (line) => sortedOrder(line).map((i) => line[i]!));
  await check(session, values, { expected: sorted, name: "values" });
}

function arrangedCases(dtype: ComputeType): ConformanceCase[] {
  return axisArrangements.map(({ name, shape, axis, input, output }) =>
    defineCase(["sort", dtype, name], [dtype, "int32"], async (session) => {
      const x = session.input(dtype, shape, elements[dtype], input);
      // The two outputs have different layouts.
      await checkSort(
        session,
        x,
        axis,
        session.output(dtype, shape, output),
        session.output("int32", shape, { before: 2, after: 1 }),
      );
    }),
  );
}

/** Elements, sorted elements and their original positions, written by hand. */
const literal: readonly (readonly [readonly DType[], readonly number[], readonly number[], readonly number[]])[] = [
  [floatTypes, [NaN, 1, -0, 0, -1], [-1, -0, 0, 1, NaN], [4, 2, 3, 1, 0]],
  [floatTypes, [0, -0, 0, -0], [0, -0, 0, -0], [0, 1, 2, 3]],
  [floatTypes, [NaN, Infinity, NaN, -Infinity], [-Infinity, Infinity, NaN, NaN], [3, 1, 0, 2]],
  [["int32"], [2, -2147483648, 2, 2147483647, 1], [-2147483648, 1, 2, 2, 2147483647], [1, 4, 0, 2, 3]],
  [["uint8"], [200, 100, 200, 0], [0, 100, 200, 200], [3, 1, 0, 2]],
  [["bool"], [1, 0, 1, 0], [0, 0, 1, 1], [1, 3, 0, 2]],
];

function literalCases(): ConformanceCase[] {
  return literal.flatMap(([types, given, sorted, order]) =>
    types.map((dtype) =>
      defineCase(["sort", dtype, `[${given.map(show)}]`], [dtype, "int32"], async (session) => {
        const x = session.input(dtype, [given.length], given);
        const values = session.output(dtype, [given.length], { before: 1, after: 1 });
        const indices = session.output("int32", [given.length]);
        session.backend.sort(x.view, 0, values.view, indices.view);
        await session.check(values, { expected: sorted, name: "values" });
        await session.check(indices, { expected: order, name: "indices" });
      }),
    ),
  );
}

function longCases(): ConformanceCase[] {
  return (["float32", "int32"] as const).map((dtype) =>
    defineCase(["sort", dtype, "1,500 elements, many equal"], [dtype, "int32"], async (session) => {
      const x = session.input(
        dtype,
        [1500],
        Array.from({ length: 1500 }, (_, i) => ((i * 7919) % 211) - 100),
      );
      await checkSort(session, x, 0, session.output(dtype, [1500]), session.output("int32", [1500]));
    }),
  );
}

function storedCases(): ConformanceCase[] {
  return storedTypes
    .filter((dtype) => !isStorageType(dtype))
    .map((dtype) =>
      defineCase(["sort", dtype, STORED], [dtype, "int32"], async (session) => {
        const shape = [6, 7];
        const x = session.input(dtype, shape, elements[dtype]);
        for (const axis of [1, 0]) {
          const values = session.output(dtype, shape, { before: 1 });
          await checkSort(session, x, axis, values, session.output("int32", shape), checkStored);
        }
      }),
    );
}

/** The level `sort`. */
export const sortLevel: Level = {
  name: "sort",
  cases: () => [...computeTypes.flatMap(arrangedCases), ...literalCases(), ...longCases(), ...storedCases()],
};
