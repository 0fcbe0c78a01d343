/**
 * The code of map kernels.
 *
 * @module
 */
import type { Expr } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import type { Kernel, Platform } from "../kernel.js";
import { weightOf } from "./evaluate.js";
import { type Chunk, evaluateAll, Nest, type NestOptions, STRIDED, type Staged, stage } from "./nest.js";
import { storeLanes, storeVector, type Vector } from "./vector.js";

/** How many vectors a loop handles at a time, by the instructions for one. */
export function unrollFor(exprs: readonly Expr[]): number {
  let weight = 0;
  for (const expr of exprs) weight += weightOf(expr);
  return weight <= 12 ? 4 : weight <= 30 ? 2 : 1;
}

/** Compiles a map over nests of loops; `begin` and `end` count steps of the outermost one. */
export function compileMap(platform: Platform, exprs: readonly Expr[], options: NestOptions): Kernel {
  const module = platform.newModule();
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const nest = new Nest(code, block, options);
    const staged = stage(exprs, nest);
    const fixed = new Map<Expr, Vector>();
    evaluateAll(code, staged.fixed, fixed, nest.leaves(0, undefined));
    const size = code.value("i32.sub", end, begin);
    nest.pointers = nest.moved(0, begin);
    if (options.loops === 1) writeRow(code, nest, exprs, staged, fixed, size);
    else {
      nest.loop(0, size, () =>
        nest.loops(1, options.loops - 1, () =>
          writeRow(code, nest, exprs, staged, fixed, nest.size(options.loops - 1)),
        ),
      );
    }
  });
  return platform.compile(module).run as unknown as Kernel;
}

function writeRow(
  code: Code,
  nest: Nest,
  exprs: readonly Expr[],
  staged: Staged,
  fixed: ReadonlyMap<Expr, Vector>,
  size: Local,
): void {
  const still = new Map(fixed);
  evaluateAll(code, staged.still, still, nest.leaves(0, undefined));
  nest.vectorLoop(size, unrollFor(staged.moving), ({ vectors, count }: Chunk) => {
    for (let vector = 0; vector < vectors; vector++) {
      const values = new Map(still);
      evaluateAll(code, staged.moving, values, nest.leaves(vector, count));
      // Every value is computed before the first store: an output may be one of the inputs.
      exprs.forEach((expr, output) => {
        store(code, nest, nest.options.operands.count + output, expr, values.get(expr)!, vector, count);
      });
    }
  });
}

/** Stores a vector of an output; only its first `count` elements, where that is given. */
export function store(
  code: Code,
  nest: Nest,
  operand: number,
  expr: Pick<Expr, "dtype">,
  value: Vector,
  vector: number,
  count: Local | undefined,
): void {
  const bytes = expr.dtype === "float64" ? 8 : expr.dtype === "uint8" || expr.dtype === "bool" ? 1 : 4;
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
