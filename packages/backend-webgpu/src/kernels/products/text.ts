/**
 * The text of kernels for matrix products.
 *
 * @module
 */
import { loadValue } from "../../shader/elements.js";
import type { Tile } from "../../tuning.js";
import { type Move, mainText, splitIndex } from "../dispatch.js";

/** Sums of more factors are added to another sum after so many, so that rounding errors stay small. */
const DEPTH = 512;

/** Statements that write the value of one row and column. All texts are expressions of WGSL. */
export type Store = (value: string, row: string, column: string) => readonly string[];

/** A factor: where its elements are. */
export interface Factor {
  /** The address of the element for the first factor of a sum, in a row of a or a column of b. */
  at(line: string): string;
  /** How it moves along the sum, and the stride for the move "s". */
  readonly step: Move;
  readonly stride: string;
}

/** What a kernel for a product is made of. */
export interface ProductText {
  readonly tile: Tile;
  readonly lanes: number;
  /** Loops of the batch. */
  readonly batch: number;
  readonly a: Factor;
  readonly b: Factor;
  readonly store: Store;
  /** Whether sums have more than {@link DEPTH} factors. */
  readonly isDeep: boolean;
}

/** Whether sums of so many factors need a kernel for deep sums. */
export const isDeepSum = (depth: number): boolean => depth > DEPTH;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Words of parameters before the sizes of the batch's loops. */
export const HEAD = 9;

/**
 * The kernel that computes tiles. The parameters begin with: 0, invocations, m, n, k, groups of lanes in a row, groups
 * in a product, groups in a part, factors in a part, sizes of the batch's loops. Statements may use `part` and the
 * positions `i0`, `i1` … of the batch.
 */
export function productText({ tile, lanes, batch, a, b, store, isDeep }: ProductText): string {
  const rows = range(tile.rows);
  const columns = range(tile.columns);
  const cells = rows.flatMap((row) => columns.map((column) => `${row}_${column}`));
  // The columns of a lane are apart by the number of lanes, so that lanes read neighbouring words.
  const columnAt = (column: number): string => `column + ${column * lanes}`;
  const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

  /** How far an element is from the first one of its sum. */
  const offset = (name: "A" | "B", { step }: Factor, k: string): string =>
    step === "0" ? "0" : step === "1" ? k : `${k} * step${name}`;
  const loadA = (row: number): string => loadValue("float32", `startA${row} + offsetA`);
  const loadB = (column: number): string => loadValue("float32", `startB${column} + offsetB`);
  const sum = isDeep ? "p" : "c";
  const multiply = (row: number): readonly string[] =>
    columns.map((column) => `${sum}${row}_${column} = fma(a${row}, b${column}, ${sum}${row}_${column});`);

  const oneByOne = [
    "for (; k < end; k++) {",
    `  let offsetA = ${offset("A", a, "k")};`,
    `  let offsetB = ${offset("B", b, "k")};`,
    ...columns.map((column) => `  let b${column} = ${loadB(column)};`),
    ...indented(rows.flatMap((row) => [`let a${row} = ${loadA(row)};`, ...multiply(row)])),
    "}",
  ];
  // Behind the end, factors are 0.
  const shared = [
    `for (; k < end; k += ${lanes}) {`,
    "  let isOwn = k + lane < end;",
    `  let offsetA = ${offset("A", a, "min(k + lane, end - 1)")};`,
    ...rows.map((row) => `  let own${row} = select(0f, ${loadA(row)}, isOwn);`),
    ...range(lanes).flatMap((lane) => [
      "  {",
      `    let isThere = k + ${lane} < end;`,
      `    let offsetB = ${offset("B", b, `min(k + ${lane}, end - 1)`)};`,
      ...columns.map((column) => `    let b${column} = select(0f, ${loadB(column)}, isThere);`),
      ...rows.flatMap((row) =>
        indented(indented([`let a${row} = subgroupBroadcast(own${row}, ${lane}u);`, ...multiply(row)])),
      ),
      "  }",
    ]),
    "}",
  ];
  const steps = tile.shares ? shared : oneByOne;
  const sums = isDeep
    ? [
        "for (var k = first; k < last; ) {",
        ...cells.map((cell) => `  var p${cell} = 0f;`),
        `  let end = min(k + ${DEPTH}, last);`,
        ...indented(steps),
        ...cells.map((cell) => `  c${cell} += p${cell};`),
        "}",
      ]
    : ["var k = first;", "let end = last;", ...steps];

  // The statements stand in the kernel once, so that it compiles quickly.
  const stores = [
    `var cells = array<f32, ${cells.length}>(${cells.map((cell) => `c${cell}`).join(", ")});`,
    `for (var cell = 0; cell < ${cells.length}; cell++) {`,
    `  let thisRow = row + cell / ${tile.columns};`,
    `  let thisColumn = column + (cell % ${tile.columns}) * ${lanes};`,
    "  if (isInside && thisRow < parameters[2] && thisColumn < parameters[3]) {",
    ...indented(indented(store("cells[cell]", "thisRow", "thisColumn"))),
    "  }",
    "}",
  ];

  return mainText([
    // All invocations stay until the end, because lanes share what they load.
    "let isInside = position < parameters[1];",
    `let group = min(position, parameters[1] - 1) / ${lanes};`,
    `let lane = position % ${lanes};`,
    "let part = group / parameters[7];",
    "let product = (group % parameters[7]) / parameters[6];",
    "let place = group % parameters[6];",
    ...splitIndex("product", batch, HEAD, "i"),
    `let row = (place / parameters[5]) * ${tile.rows};`,
    `let column = (place % parameters[5]) * ${tile.columns * lanes} + lane;`,
    "let first = part * parameters[8];",
    "let last = min(first + parameters[8], parameters[4]);",
    ...rows.map((row) => `let startA${row} = ${a.at(`min(row + ${row}, parameters[2] - 1)`)};`),
    ...columns.map((column) => `let startB${column} = ${b.at(`min(${columnAt(column)}, parameters[3] - 1)`)};`),
    ...[a, b].flatMap(({ step, stride }, i) => (step === "s" ? [`let step${"AB"[i]} = ${stride};`] : [])),
    ...cells.map((cell) => `var c${cell} = 0f;`),
    ...sums,
    ...stores,
  ]);
}
