/**
 * The code of map kernels.
 *
 * @module
 */
import { dtypes, type Expr, type RandomExpr } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import type { Kernel, Platform } from "../kernel.js";
import { philoxBlocks } from "../math/philox.js";
import { totalWeight } from "./evaluate.js";
import { type Chunk, evaluateAll, Nest, type NestOptions, STRIDED, type Staged, stage, UNIT } from "./nest.js";
import { storeLanes, storeVector, type Vector } from "./vector.js";

/** How many vectors one iteration handles, depending on the number of instructions for one vector. */
export function unrollFor(exprs: readonly Expr[]): number {
  const weight = totalWeight(exprs);
  return weight <= 12 ? 4 : weight <= 30 ? 2 : 1;
}

/** Whether a loop should prefetch memory: see {@link Nest.vectorLoop}. */
export function looksAhead(exprs: readonly Expr[]): boolean {
  return totalWeight(exprs) >= 10;
}

/** The number of vectors that are filled when every lane computes one block of random words. */
const DRAWN = 4;
const NO_DRAWS: readonly RandomExpr[] = [];

/** The random draws by position whose keys do not change along the loop. */
function drawsOf(nest: Nest, { moving }: Staged, still: ReadonlyMap<Expr, Vector>): readonly RandomExpr[] {
  const { operands, moves } = nest.options;
  if (moves[operands.count - 1] !== UNIT) return NO_DRAWS;
  return moving.filter(
    (expr): expr is RandomExpr =>
      expr.kind === "random" && expr.counter === undefined && still.has(expr.key0) && still.has(expr.key1),
  );
}

/** The words for 16 neighbouring positions. The first position is a multiple of 4, so these are four whole blocks. */
function drawVectors(
  code: Code,
  nest: Nest,
  { key0, key1 }: RandomExpr,
  still: ReadonlyMap<Expr, Vector>,
): readonly Local[] {
  const position = nest.pointers[nest.options.operands.count - 1]!;
  const first = code.value("i32x4.splat", code.value("i32.shr_u", position, code.constantI32(2)));
  const blocks = code.value("i32x4.add", first, code.vector(Int32Array.of(0, 1, 2, 3)));
  const [a, b, c, d] = philoxBlocks(code, still.get(key0)![0]!, still.get(key1)![0]!, blocks) as [
    Local,
    Local,
    Local,
    Local,
  ];
  // Word w of block l is in lane l of vector w. The words of each block must be moved next to each other.
  const lowPairs = [code.shuffle32(a, b, [0, 4, 1, 5]), code.shuffle32(c, d, [0, 4, 1, 5])] as const;
  const highPairs = [code.shuffle32(a, b, [2, 6, 3, 7]), code.shuffle32(c, d, [2, 6, 3, 7])] as const;
  return [lowPairs, highPairs].flatMap(([x, y]) => [
    code.shuffle32(x, y, [0, 1, 4, 5]),
    code.shuffle32(x, y, [2, 3, 6, 7]),
  ]);
}

/**
 * Compiles a map over nested loops. `begin` and `end` count steps of the outermost loop. If there is only one loop, `begin` is a
 * multiple of 16.
 */
export function compileMap(platform: Platform, exprs: readonly Expr[], options: NestOptions): Kernel {
  const module = platform.newModule();
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const nest = new Nest(code, block, options);
    const staged = stage(exprs, nest);
    const fixed = new Map<Expr, Vector>();
    evaluateAll(code, staged.fixed, fixed, nest.leaves(0, undefined));
    nest.restrict(begin, end);
    nest.loops(0, options.loops - 1, () => writeRow(code, nest, exprs, staged, fixed, nest.size(options.loops - 1)));
  });
  return platform.kernel(module);
}

/** One vector loop of a map. Every value is computed before the first store. */
export function writeRow(
  code: Code,
  nest: Nest,
  exprs: readonly Expr[],
  staged: Staged,
  fixed: ReadonlyMap<Expr, Vector>,
  size: Local,
): void {
  const still = new Map(fixed);
  evaluateAll(code, staged.still, still, nest.leaves(0, undefined));
  // If there is only one loop, four vectors at a time begin with a block of random words.
  const draws = nest.options.loops === 1 ? drawsOf(nest, staged, still) : NO_DRAWS;
  const unroll = draws.length > 0 ? DRAWN : unrollFor(staged.moving);
  const write = ({ vectors, count }: Chunk): void => {
    const drawn = vectors === DRAWN ? draws.map((expr) => drawVectors(code, nest, expr, still)) : [];
    for (let vector = 0; vector < vectors; vector++) {
      code.scope(() => {
        const values = new Map(still);
        drawn.forEach((words, i) => {
          values.set(draws[i]!, [words[vector]!]);
        });
        const rest = drawn.length === 0 ? staged.moving : staged.moving.filter((expr) => !values.has(expr));
        evaluateAll(code, rest, values, nest.leaves(vector, count));
        // Every value is computed before the first store, because an output may be one of the inputs.
        exprs.forEach((expr, output) => {
          store(code, nest, nest.options.operands.count + output, expr, values.get(expr)!, vector, count);
        });
      });
    }
  };
  nest.vectorLoop(size, unroll, write, looksAhead(staged.moving));
}

/** Stores a vector of an output, or only its first `count` elements if a count is given. */
export function store(
  code: Code,
  nest: Nest,
  operand: number,
  expr: Pick<Expr, "dtype">,
  value: Vector,
  vector: number,
  count: Local | undefined,
): void {
  const { bytes } = dtypes[expr.dtype];
  const { address, stride } = nest.target(operand);
  if (nest.options.moves[operand] === STRIDED) {
    let from = address;
    if (vector > 0) {
      code.get(address);
      code.get(stride!);
      code.i32(vector * 4);
      code.op("i32.mul");
      code.op("i32.add");
      from = code.keep(I32);
    }
    storeLanes(code, expr.dtype, from, value, stride!, count);
    return;
  }
  if (count === undefined) {
    storeVector(code, expr.dtype, address, value, vector * 4 * bytes);
    return;
  }
  code.get(count);
  code.i32(4);
  code.op("i32.ge_s");
  code.if(
    () => storeVector(code, expr.dtype, address, value, 0),
    () => storeLanes(code, expr.dtype, address, value, code.constantI32(bytes), count),
  );
}
