/**
 * The innermost function of a product, which computes a tile of the result. The tile's sums stay in registers along the
 * whole depth.
 *
 * It is a separate function, because V8 switches to optimised code only when a function is called, not inside a running
 * loop.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import { I32, type Local, V128 } from "../assembler/types.js";
import { advance, copyOf, type Element } from "./element.js";

/** Which elements of the first matrix are next to each other: those of a row (`depth`) or those of a column (`row`). */
export type Along = "depth" | "row";

/** How many times the loop along the depth is unrolled. */
const UNROLL = 4;

/** With this many sums, twice as many fit the registers. */
const FEW_SUMS = 6;

/** The layout of a tile's operands. */
export interface TileLayout {
  readonly along: Along;
  /** The bytes from one depth to the next in packed panels, where they are fixed; otherwise undefined. */
  readonly aStep: number | undefined;
  readonly bStep: number | undefined;
}

/**
 * Makes the function for a tile of `rows` by `vectors`. Its parameters are the address of a and its other stride (in
 * bytes: from row to row if neighbours are along the depth, from depth to depth if they are along the rows); the
 * address of b and its stride from depth to depth; the address of c and its stride from row to row; the depth; and
 * whether the sums are added to c.
 */
export function tileFunction(element: Element, layout: TileLayout, rows: number, vectors: number): HelperFunction {
  return {
    name: `tile-${rows}x${vectors}`,
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    body: (code) => writeTile(code, element, layout, rows, vectors),
  };
}

function writeTile(
  code: Code,
  element: Element,
  { along, aStep, bStep }: TileLayout,
  rows: number,
  vectors: number,
): void {
  const { bytes, shape, splat } = element;
  const [a, aStride, b, bStride, c, cStride, depth, accumulate] = code.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const count = rows * vectors;
  // A few sums would wait for each other's additions, so even and odd depths have separate sums then.
  const parts = count <= FEW_SUMS ? 2 : 1;
  const sums: Local[] = [];
  for (let i = 0; i < count * parts; i++) sums.push(code.local(V128));
  // Each row of a has its own address if neighbours are along the depth. Otherwise rows are at fixed distances from one
  // address.
  const starts: Local[] = [a];
  if (along === "depth") {
    for (let row = 1; row < rows; row++) starts.push(code.value("i32.add", starts[row - 1]!, aStride));
  }
  const addProducts = (step: number): void => {
    const right: Local[] = [];
    const bOffset = bStep === undefined ? 0 : step * bStep;
    const aOffset = aStep === undefined ? 0 : step * aStep;
    for (let vector = 0; vector < vectors; vector++) right.push(code.load("v128.load", b, bOffset + vector * 16));
    for (let row = 0; row < rows; row++) {
      const left =
        along === "depth" ? code.load(splat, starts[row]!, step * bytes) : code.load(splat, a, aOffset + row * bytes);
      for (let vector = 0; vector < vectors; vector++) {
        const sum = sums[(step % parts) * count + row * vectors + vector]!;
        code.copy(sum, code.multiplyAdd(shape, left, right[vector]!, sum));
      }
    }
    if (bStep === undefined) advance(code, b, bStride);
    if (along === "row" && aStep === undefined) advance(code, a, aStride);
  };
  const loop = (steps: number): void => {
    code.block((done) => {
      code.loop((again) => {
        code.get(depth);
        code.i32(steps);
        code.op("i32.lt_s");
        code.brIf(done);
        for (let step = 0; step < steps; step++) code.scope(() => addProducts(step));
        if (along === "depth") for (const start of starts) code.increase(start, steps * bytes);
        else if (aStep !== undefined) code.increase(a, steps * aStep);
        if (bStep !== undefined) code.increase(b, steps * bStep);
        code.increase(depth, -steps);
        code.br(again);
      });
    });
  };
  loop(UNROLL);
  loop(1);
  for (let i = count; i < sums.length; i++) {
    code.assign(sums[i % count]!, `${shape}.add`, sums[i % count]!, sums[i]!);
  }

  const eachSum = (visit: (sum: Local, address: Local, offset: number) => void): void => {
    const address = copyOf(code, c);
    for (let row = 0; row < rows; row++) {
      if (row > 0) advance(code, address, cStride);
      for (let vector = 0; vector < vectors; vector++) visit(sums[row * vectors + vector]!, address, vector * 16);
    }
  };
  code.get(accumulate);
  code.if(() => {
    eachSum((sum, address, offset) => {
      code.assign(sum, `${shape}.add`, sum, code.load("v128.load", address, offset));
    });
  });
  eachSum((sum, address, offset) => code.store("v128.store", address, sum, offset));
}
