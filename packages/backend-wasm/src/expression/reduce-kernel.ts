/**
 * The code of reduction kernels.
 *
 * - *inner*: the loops over reduced axes are inside those over kept axes. The last reduced loop is the vector loop, and lanes are merged
 *   at the end.
 * - *rows*: a kept axis has the shortest steps in memory, and its loop is the vector loop. Every lane then holds another result, and
 *   the reduced loops run inside this loop.
 *
 * @module
 */
import { dtypes, type Expr, inOrder, type ReduceOp } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";
import { type Accumulation, foldLanes, newState, resetState, type State } from "./accumulate.js";
import { inBlocks } from "./blocks.js";
import { castVector, evaluate, literalVector } from "./evaluate.js";
import { looksAhead, store, unrollFor } from "./map-kernel.js";
import { type Chunk, evaluateAll, laneMask, Nest, type NestOptions, type Staged, stage } from "./nest.js";
import { LANES, storeLanes, type Vector, widenMask } from "./vector.js";

/** A reduction and its accumulation. */
export interface Reduction {
  readonly op: ReduceOp;
  readonly value: Expr;
  /** An expression of input(0), which is the accumulated value. If the call has no `finish`, it is input(0) itself. */
  readonly finish: Expr;
  readonly accumulation: Accumulation;
}

/** The arrangement of a reduction's loops. Kept loops come first; with *rows*, the last of them is the vector loop. */
export interface Arrangement {
  readonly kept: number;
  readonly rows: boolean;
  /** Whether twice as many results are computed side by side. It halves the steps through large memory, which cost more than the sums. */
  readonly wide: boolean;
}

/** The address of a word that tells a kernel of {@link compileParts} how many steps of the first loop make a part. */
export const PART: number = BLOCK - 48;

/** How many elements each lane accumulates in float32 before the sum is added to the float64 state. */
const BLOCK_STEPS = 16;

/** Compiles a reduction. `begin` and `end` count steps of the first loop if it is a kept loop; otherwise they are ignored. */
export function compileReduce(
  platform: Platform,
  reduction: Reduction,
  arrangement: Arrangement,
  options: NestOptions,
): Kernel {
  return compile(platform, reduction, options, (writer, nest, begin, end) => {
    const { kept, rows, wide } = arrangement;
    if (kept > 0) nest.restrict(begin, end);
    if (rows) nest.loops(0, kept - 1, () => writer.rows(kept, wide));
    else nest.loops(0, kept, () => writer.inner(kept));
  });
}

/**
 * Compiles a reduction of all axes in parts of {@link PART} steps of the first loop. `begin` and `end` count parts. The results of parts
 * are stored one after another, in the type of the accumulation.
 */
export function compileParts(platform: Platform, reduction: Reduction, options: NestOptions): Kernel {
  return compile(platform, reduction, options, (writer, _, begin, end) => writer.parts(begin, end));
}

function compile(
  platform: Platform,
  reduction: Reduction,
  options: NestOptions,
  write: (writer: ReduceWriter, nest: Nest, begin: Local, end: Local) => void,
): Kernel {
  const module = platform.newModule();
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const nest = new Nest(code, block, options);
    write(new ReduceWriter(code, nest, reduction), nest, begin, end);
  });
  return platform.kernel(module);
}

class ReduceWriter {
  readonly #code: Code;
  readonly #nest: Nest;
  readonly #reduction: Reduction;
  readonly #staged: Staged;
  readonly #fixed = new Map<Expr, Vector>();
  /** The scalars and constants of `finish`, which are computed before all loops. */
  readonly #finishFixed = new Map<Expr, Vector>();

  constructor(code: Code, nest: Nest, reduction: Reduction) {
    this.#code = code;
    this.#nest = nest;
    this.#reduction = reduction;
    this.#staged = stage([reduction.value], nest);
    const leaves = nest.leaves(0, undefined);
    evaluateAll(code, this.#staged.fixed, this.#fixed, leaves);
    for (const expr of inOrder([reduction.finish])) {
      if (expr.kind === "scalar") this.#finishFixed.set(expr, nest.scalar(expr.index, expr.dtype));
    }
  }

  /** Writes the order *inner*. */
  inner(kept: number): void {
    this.#finish(this.#whole(kept), 0, this.#code.constantI32(1));
  }

  /** Writes the reduction of all axes in parts. */
  parts(begin: Local, end: Local): void {
    const [code, nest] = [this.#code, this.#nest];
    const { accumulation } = this.#reduction;
    const width = dtypes[accumulation.resultType].bytes;
    const steps = code.load("i32.load", code.constantI32(PART));
    const all = nest.size(0);
    const output = nest.options.operands.count;
    const target = code.value("i32.add", nest.pointers[output]!, code.value("i32.mul", begin, code.constantI32(width)));
    const part = code.local(I32);
    code.copy(part, begin);
    const outer = nest.pointers;
    code.loop((again) => {
      const first = code.value("i32.mul", part, steps);
      const next = code.value("i32.add", first, steps);
      const last = code.select(I32, next, all, code.value("i32.lt_u", next, all));
      nest.pointers = outer;
      nest.restrict(first, last);
      const result = accumulation.result(this.#whole(0));
      storeLanes(code, accumulation.resultType, target, result, code.constantI32(width), code.constantI32(1));
      code.increase(target, width);
      code.increase(part, 1);
      code.op("i32.lt_u", part, end);
      code.brIf(again);
    });
  }

  /** Accumulates over the reduced loops. Afterwards lane 0 of the state has the result of all lanes. */
  #whole(kept: number): State {
    const [code, nest] = [this.#code, this.#nest];
    const { accumulation } = this.#reduction;
    const last = nest.options.loops - 1;
    const pass = (by: Accumulation): State => {
      const state = newState(code, by);
      resetState(code, by, state);
      const position = by.usesPosition ? code.local(I32) : undefined;
      if (position !== undefined) code.copy(position, code.constantI32(0));
      nest.loops(kept, last, () => this.#row(by, state, nest.size(last), position));
      foldLanes(code, by, state);
      return state;
    };
    const { guess } = accumulation;
    if (guess === undefined) return pass(accumulation);
    const guessed = pass(guess);
    code.op("v128.any_true", guess.doubt(code, guessed));
    code.if(() => this.#replace([guessed], [pass(accumulation)]));
    return guessed;
  }

  /** Computes again where a guessed result may be wrong. */
  #replace(guessed: readonly State[], exact: readonly State[]): void {
    const code = this.#code;
    const { accumulation } = this.#reduction;
    exact.forEach((state, i) => {
      accumulation.result(state).forEach((local, part) => {
        code.copy(guessed[i]![0]![part]!, local);
      });
    });
  }

  /** Adds a run along the vector loop to the state. */
  #row(accumulation: Accumulation, state: State, size: Local, position: Local | undefined): void {
    const [code, nest] = [this.#code, this.#nest];
    const { moving, still } = this.#staged;
    const values = new Map(this.#fixed);
    evaluateAll(code, still, values, nest.leaves(0, undefined));
    const unroll = accumulation.usesPosition ? 1 : unrollFor(moving);
    const inner = accumulation.block ?? accumulation;
    const extra = Array.from({ length: accumulation.block ? unroll : unroll - 1 }, () => newState(code, inner));
    const states = accumulation.block ? extra : [state, ...extra];
    const run = (count: Local): void => {
      for (const other of extra) resetState(code, inner, other);
      const each = (chunk: Chunk): void => {
        for (let vector = 0; vector < chunk.vectors; vector++) {
          code.scope(() => {
            const own = new Map(values);
            evaluateAll(code, moving, own, nest.leaves(vector, chunk.count));
            let value = own.get(this.#reduction.value)!;
            if (chunk.count !== undefined) value = this.#masked(value, chunk.count);
            let at = position ?? 0;
            if (position !== undefined) {
              const first = code.value("i32x4.splat", position);
              at = code.value("i32x4.add", first, code.vector(Int32Array.of(0, 1, 2, 3)));
              code.increase(position, LANES);
            }
            inner.add(code, states[vector]!, value, at);
          });
        }
      };
      nest.vectorLoop(count, unroll, each, looksAhead(moving));
      for (let other = 1; other < states.length; other++) inner.merge(code, states[0]!, states[other]!);
      if (accumulation.block !== undefined) this.#flush(state, states[0]!);
    };
    if (accumulation.block === undefined) run(size);
    else inBlocks(nest, size, unroll * LANES * BLOCK_STEPS, run);
    if (position !== undefined) {
      // The position after the last vector may be too large.
      const first = code.value("i32.and", code.value("i32.sub", code.constantI32(0), size), code.constantI32(3));
      code.assign(position, "i32.sub", position, first);
    }
  }

  /** Adds the state of a block to the total state. */
  #flush(state: State, block: State): void {
    const { accumulation } = this.#reduction;
    const inner = accumulation.block!;
    const value = castVector(this.#code, inner.result(block), inner.resultType, this.#reduction.value.dtype);
    accumulation.add(this.#code, state, value, 0);
  }

  /** Writes the order *rows*. */
  rows(kept: number, wide: boolean): void {
    const [code, nest] = [this.#code, this.#nest];
    const { accumulation, value } = this.#reduction;
    const { still, moving } = this.#staged;
    const last = nest.options.loops - 1;
    const exprs = [...still, ...moving];
    const unroll = accumulation.usesPosition ? 1 : unrollFor(exprs) * (wide ? 2 : 1);
    const pass = (by: Accumulation, vectors: number, count: Local | undefined): readonly State[] => {
      const inner = by.block ?? by;
      const states = Array.from({ length: vectors }, () => newState(code, by));
      for (const state of states) resetState(code, by, state);
      const position = by.usesPosition ? code.local(I32) : undefined;
      if (position !== undefined) code.copy(position, code.constantI32(0));
      const add = (targets: readonly State[], accumulate: Accumulation): void => {
        const at = position === undefined ? 0 : code.value("i32x4.splat", position);
        if (position !== undefined) code.increase(position, 1);
        code.scope(() => {
          // Nodes that are equal in all lanes are computed once for all vectors.
          const shared = new Map(this.#fixed);
          evaluateAll(code, still, shared, nest.leaves(0, count));
          for (let vector = 0; vector < vectors; vector++) {
            code.scope(() => {
              const own = new Map(shared);
              evaluateAll(code, moving, own, nest.leaves(vector, count));
              accumulate.add(code, targets[vector]!, own.get(value)!, at);
            });
          }
        });
      };
      nest.loops(kept, last, () => {
        if (by.block === undefined) {
          nest.loop(last, nest.size(last), () => add(states, by));
          return;
        }
        const blocks = states.map(() => newState(code, inner));
        this.#rowBlocks(
          last,
          () => {
            for (const block of blocks) resetState(code, inner, block);
          },
          () => add(blocks, inner),
          () => {
            for (const [i, block] of blocks.entries()) this.#flush(states[i]!, block);
          },
        );
      });
      return states;
    };
    const { guess } = accumulation;
    nest.vectorLoop(nest.size(kept - 1), unroll, ({ vectors, count }) => {
      const states = pass(guess ?? accumulation, vectors, count);
      if (guess !== undefined) {
        const doubts = states.map((state) => guess.doubt(code, state));
        const doubt = doubts.reduce((a, b) => code.value("v128.or", a, b));
        code.op("v128.any_true", doubt);
        code.if(() => this.#replace(states, pass(accumulation, vectors, count)));
      }
      for (let vector = 0; vector < vectors; vector++) this.#finish(states[vector]!, vector, count);
    });
  }

  /** Writes a reduced loop in blocks of {@link BLOCK_STEPS} steps. */
  #rowBlocks(loop: number, before: () => void, body: () => void, after: () => void): void {
    const [code, nest] = [this.#code, this.#nest];
    const steps = code.constantI32(BLOCK_STEPS);
    const left = code.local(I32);
    code.copy(left, nest.size(loop));
    const outer = nest.pointers;
    nest.pointers = outer.map((pointer) => {
      const local = code.local(I32);
      code.copy(local, pointer);
      return local;
    });
    const own = nest.pointers;
    code.loop((again) => {
      const count = code.select(I32, steps, left, code.value("i32.gt_u", left, steps));
      before();
      nest.loop(loop, count, body);
      after();
      const moved = nest.moved(loop, count);
      own.forEach((pointer, operand) => {
        code.copy(pointer, moved[operand]!);
      });
      code.assign(left, "i32.sub", left, count);
      code.get(left);
      code.brIf(again);
    });
    nest.pointers = outer;
  }

  /** The value, with the neutral value in the lanes from `count` on. */
  #masked(value: Vector, count: Local): Vector {
    const code = this.#code;
    const { dtype } = this.#reduction.value;
    const neutral = literalVector(code, this.#reduction.accumulation.neutral, dtype);
    const mask = laneMask(code, count);
    const masks = dtype === "float64" ? widenMask(code, mask) : [mask];
    return value.map((local, part) => code.value("v128.bitselect", local, neutral[part]!, masks[part]!));
  }

  /** Applies `finish` to the result of a state and stores its first `count` lanes. */
  #finish(state: State, vector: number, count: Local | undefined): void {
    const code = this.#code;
    const { accumulation, finish, value, op } = this.#reduction;
    const type = op === "argmax" || op === "argmin" ? "int32" : value.dtype;
    const result = castVector(code, accumulation.result(state), accumulation.resultType, type);
    const values = new Map(this.#finishFixed);
    for (const expr of inOrder([finish])) {
      if (values.has(expr)) continue;
      if (expr.kind === "input") values.set(expr, result);
      else values.set(expr, evaluate(code, expr, values, this.#nest.leaves(0, undefined)));
    }
    store(code, this.#nest, this.#nest.options.operands.count, finish, values.get(finish)!, vector, count);
  }
}
