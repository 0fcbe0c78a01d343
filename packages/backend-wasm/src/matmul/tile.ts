/**
 * The innermost function of a product: a tile of the result, whose sums stay in registers along the whole depth.
 *
 * It is a function of its own because V8 switches to optimised code at calls only, not inside a running loop.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { HelperFunction } from "../assembler/module.js";
import { I32, type Local, V128 } from "../assembler/types.js";
import { advance, copyOf, type Element } from "./element.js";

/** Which neighbours lie side by side in the first matrix: elements of a row (`depth`), or of a column (`row`). */
export type Along = "depth" | "row";

/** Steps of the loop along the depth that are written out. */
const UNROLL = 4;

/** Twice as many sums fit the registers. */
const FEW_SUMS = 6;

/** How the operands of a tile lie. */
export interface TileLayout {
  readonly along: Along;
  /** Bytes from one depth to the next where they are always the same, in packed panels; else undefined. */
  readonly aStep: number | undefined;
  readonly bStep: number | undefined;
}

/**
 * A tile of `rows` by `vectors`. Parameters: address of a, its other stride (in bytes: from row to row where it lies along
 * the depth, from depth to depth where it lies along the rows); address of b, its stride from depth to depth; address of
 * c, its stride from row to row; the depth; whether the sums are added to c.
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
  // Few sums would wait for each other's additions: even and odd depths then have sums of their own.
  const parts = count <= FEW_SUMS ? 2 : 1;
  const sums: Local[] = [];
  for (let i = 0; i < count * parts; i++) sums.push(code.local(V128));
  // The rows of a: one address each where neighbours lie along the depth, else fixed distances from one address.
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
