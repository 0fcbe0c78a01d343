/**
 * Cutting long runs along the vector loop into blocks.
 *
 * @module
 */
import { I32, type Local } from "../assembler/types.js";
import type { Nest } from "./nest.js";

/** Runs along the vector loop in blocks of a number of elements; the last block may be shorter. `run` gets the block's length. */
export function inBlocks(nest: Nest, size: Local, block: number, run: (count: Local) => void): void {
  const { code } = nest;
  const { vectorLoop } = nest.options;
  const left = code.local(I32);
  code.copy(left, size);
  const outer = nest.pointers;
  const own = outer.map((pointer) => {
    const local = code.local(I32);
    code.copy(local, pointer);
    return local;
  });
  nest.pointers = own;
  const steps = own.map((_, operand) =>
    code.value("i32.mul", nest.stride(operand, vectorLoop), code.constantI32(block)),
  );
  code.block((done) => {
    code.get(left);
    code.op("i32.eqz");
    code.brIf(done);
    code.loop((again) => {
      const isWhole = code.value("i32.gt_u", left, code.constantI32(block));
      const count = code.select(I32, code.constantI32(block), left, isWhole);
      run(count);
      own.forEach((pointer, operand) => {
        code.assign(pointer, "i32.add", pointer, steps[operand]!);
      });
      code.assign(left, "i32.sub", left, count);
      code.get(left);
      code.brIf(again);
    });
  });
  nest.pointers = outer;
}
