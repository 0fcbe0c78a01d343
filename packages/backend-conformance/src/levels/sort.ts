/**
 * Level `sort`: ascending, stable, NaN last.
 *
 * @module
 */
import { type DType, dtypeNames } from "@lucid/backend";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { show } from "../compare.js";
import { alongAxis, axisArrangements } from "../lines.js";
import { sortedOrder } from "../reference/ordering.js";
import type { Operand, Session } from "../session.js";
import { checkRead, checkStored, STORED, storedTypes } from "../stored.js";

/** Elements with many equals. */
const elements: Readonly<Record<DType, readonly number[]>> = {
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

function arrangedCases(dtype: DType): ConformanceCase[] {
  return axisArrangements.map(({ name, shape, axis, input, output }) =>
    defineCase(["sort", dtype, name], [dtype, "int32"], async (session) => {
      const x = session.input(dtype, shape, elements[dtype], input);
      // The two outputs lie differently.
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

/** Elements, sorted elements and where they stood, written down. */
const literal: readonly (readonly [readonly DType[], readonly number[], readonly number[], readonly number[]])[] = [
  [
    ["float32", "float64"],
    [NaN, 1, -0, 0, -1],
    [-1, -0, 0, 1, NaN],
    [4, 2, 3, 1, 0],
  ],
  [
    ["float32", "float64"],
    [0, -0, 0, -0],
    [0, -0, 0, -0],
    [0, 1, 2, 3],
  ],
  [
    ["float32", "float64"],
    [NaN, Infinity, NaN, -Infinity],
    [-Infinity, Infinity, NaN, NaN],
    [3, 1, 0, 2],
  ],
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
  return storedTypes.map((dtype) =>
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

/** Level `sort`. */
export const sortLevel: Level = {
  name: "sort",
  cases: () => [...dtypeNames.flatMap(arrangedCases), ...literalCases(), ...longCases(), ...storedCases()],
};
