/**
 * Layouts: how operands move along the loops of a kernel. Every kernel is compiled for one layout.
 *
 * @module
 */

/** The moves of an operand along a loop: stride 0, stride 1, or any stride. */
export const STILL = 0;
export const UNIT = 1;
export const STRIDED = 2;
/** The move along the only loop over contiguous operands: the stride is 1, and the loop's counter is the pointer. */
export const COUNTER = 3;

/** The moves of every operand along every loop, outermost first. Only the innermost loop distinguishes UNIT from STRIDED. */
export type Layout = readonly (readonly number[])[];

/** The strides that kernels for contiguous operands get. They read none. */
export const NO_STRIDES: readonly (readonly number[])[] = [];

const COUNTER_LOOP: readonly number[] = [COUNTER];

/** The layout of contiguous operands: one loop. */
export function flatLayout(operands: number): Layout {
  return new Array<readonly number[]>(operands).fill(COUNTER_LOOP);
}

function moveOf(stride: number, innermost: boolean): number {
  return stride === 0 ? STILL : stride === 1 && innermost ? UNIT : STRIDED;
}

/** The layout of a loop nest. */
export function layoutOf(strides: readonly (readonly number[])[]): Layout {
  return strides.map((along) => along.map((stride, loop) => moveOf(stride, loop === along.length - 1)));
}

/** A key for the layout of a loop nest, among nests with the same number of operands. */
export function layoutKey(loops: number, strides: readonly (readonly number[])[]): number | string {
  if (loops * strides.length > 30) return JSON.stringify(layoutOf(strides));
  let key = loops;
  for (let operand = 0; operand < strides.length; operand++) {
    const along = strides[operand]!;
    for (let loop = 0; loop < loops; loop++) key = key * 3 + moveOf(along[loop]!, loop === loops - 1);
  }
  return key;
}

/** The depth at which an operand's pointer is known: 0 before all loops, or `d` inside the first `d` loops. */
export function depthOf(layout: readonly number[]): number {
  let depth = layout.length;
  while (depth > 0 && layout[depth - 1] === STILL) depth--;
  return depth;
}
