/**
 * Packing: a few neighbouring rows of the first matrix, or columns of the second, are copied into a panel in which the
 * elements of one depth are next to each other. They are called *lines* here. Packing handles every stride.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import { advance, copyOf, type Element, minimum, repeat, sumOfProduct, whileBelow, zero } from "./element.js";

/**
 * Packs one panel of whole vectors. Parameters: address of the panel, its stride from depth to depth in bytes; address
 * of the lines, strides from line to line and from depth to depth in bytes; lines that exist; depth.
 *
 * A panel may be narrower than its vectors. What one depth writes beyond its place is overwritten by the next one, and
 * up to one vector of room is needed after the last one. Lines that do not exist hold arbitrary values, and the depth
 * is padded to a multiple of a vector's lanes.
 */
export function packFunction(element: Element, vectors: number): HelperFunction {
  return {
    name: `pack-${vectors}`,
    parameters: [I32, I32, I32, I32, I32, I32, I32],
    results: [],
    body: (code) => writePack(code, element, vectors),
  };
}

function writePack(code: Code, element: Element, vectors: number): void {
  const [to, toStride, from, lineStride, depthStride, lines, depth] = code.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const { bytes } = element;
  const size = code.constantI32(bytes);
  code.op("i32.eq", lineStride, size);
  code.if(
    () => {
      // The elements are next to each other already.
      repeat(code, depth, () => {
        for (let vector = 0; vector < vectors; vector++) {
          code.store("v128.store", to, code.load("v128.load", from, vector * 16), vector * 16);
        }
        advance(code, from, depthStride);
        advance(code, to, toStride);
      });
    },
    () => {
      code.op("i32.eq", depthStride, size);
      code.if(
        () => writeTransposed(code, element, vectors),
        () => {
          repeat(code, lines, () => {
            const read = copyOf(code, from);
            const write = copyOf(code, to);
            repeat(code, depth, () => {
              code.store(element.store, write, code.load(element.load, read));
              advance(code, read, depthStride);
              advance(code, write, toStride);
            });
            advance(code, from, lineStride);
            code.increase(to, bytes);
          });
        },
      );
    },
  );
}

/** Packs lines whose elements are next to each other along the depth, by transposing squares of vectors. */
function writeTransposed(code: Code, { bytes, lanes }: Element, vectors: number): void {
  const [to, toStride, from, lineStride, , lines, depth] = code.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  // For lines that do not exist, the last line is read.
  const last = code.value("i32.sub", lines, code.constantI32(1));
  const starts: Local[] = [];
  for (let line = 0; line < vectors * lanes; line++) {
    starts.push(sumOfProduct(code, from, minimum(code, code.constantI32(line), last), lineStride));
  }
  const done = zero(code);
  whileBelow(code, done, depth, () => {
    const columns = Array.from({ length: vectors }, (_, vector) => {
      const rows = starts.slice(vector * lanes, (vector + 1) * lanes).map((start) => code.load("v128.load", start));
      return transpose(code, rows);
    });
    for (let step = 0; step < lanes; step++) {
      for (let vector = 0; vector < vectors; vector++) {
        code.store("v128.store", to, columns[vector]![step]!, vector * 16);
      }
      advance(code, to, toStride);
    }
    for (const start of starts) code.increase(start, lanes * bytes);
    code.increase(done, lanes);
  });
}

/** The transpose of a square of four vectors of 32-bit lanes, or two of 64-bit lanes. */
function transpose(code: Code, rows: readonly Local[]): readonly Local[] {
  if (rows.length === 2) {
    const [a, b] = rows as [Local, Local];
    return [code.shuffle32(a, b, [0, 1, 4, 5]), code.shuffle32(a, b, [2, 3, 6, 7])];
  }
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  const low = code.shuffle32(a, b, [0, 4, 1, 5]);
  const high = code.shuffle32(a, b, [2, 6, 3, 7]);
  const lowOther = code.shuffle32(c, d, [0, 4, 1, 5]);
  const highOther = code.shuffle32(c, d, [2, 6, 3, 7]);
  return [
    code.shuffle32(low, lowOther, [0, 1, 4, 5]),
    code.shuffle32(low, lowOther, [2, 3, 6, 7]),
    code.shuffle32(high, highOther, [0, 1, 4, 5]),
    code.shuffle32(high, highOther, [2, 3, 6, 7]),
  ];
}
