/**
 * Claiming chunks of a job, in a WebAssembly module that every thread has.
 *
 * One 64-bit word holds the chunks of a participant's region that nobody has claimed, together with the job's
 * generation. It is changed by compare-exchange only. So every chunk has one owner, and a late thread finds another
 * generation and cannot claim a chunk of the next job.
 *
 * @module
 */
import { ModuleBuilder } from "../assembler/module.js";
import { I32, type Local } from "../assembler/types.js";

/** The functions that the module exports. */
export interface Claiming {
  /** Opens a region: chunks `first` … `end − 1` of the job `generation`. */
  readonly open: (region: number, generation: number, first: number, end: number) => void;
  /**
   * Claims the first free chunk of a region, or the last free one, and returns its number. Returns −1 if none is free.
   */
  readonly claim: (region: number, generation: number, first: 0 | 1) => number;
}

/** The module's bytes. */
export function claimingModule(maximum: number): Uint8Array {
  const module = new ModuleBuilder({ memory: { shared: true, maximum }, relaxed: false });
  module.function("open", [I32, I32, I32, I32], [], (code) => {
    const [region, generation, first, end] = code.parameters as [Local, Local, Local, Local];
    const half = code.constantI64(32n);
    const chunks = code.value("i32.or", code.value("i32.shl", first, code.constantI32(16)), end);
    const high = code.value("i64.shl", code.value("i64.extend_i32_u", generation), half);
    const word = code.value("i64.or", high, code.value("i64.extend_i32_u", chunks));
    code.atomic("i64.atomic.rmw.xchg", region, word);
  });
  module.function("claim", [I32, I32, I32], [I32], (code) => {
    const [region, generation, takesFirst] = code.parameters as [Local, Local, Local];
    const half = code.constantI64(32n);
    const step = code.select(I32, code.constantI32(0x10000), code.constantI32(-1), takesFirst);
    const result = code.local(I32);
    code.copy(result, code.constantI32(-1));
    code.block((done) => {
      code.loop((again) => {
        const word = code.atomic("i64.atomic.load", region);
        const turn = code.value("i64.shr_u", word, half);
        code.op("i32.ne", code.value("i32.wrap_i64", turn), generation);
        code.brIf(done);
        const chunks = code.value("i32.wrap_i64", word);
        const first = code.value("i32.shr_u", chunks, code.constantI32(16));
        const end = code.value("i32.and", chunks, code.constantI32(0xffff));
        code.op("i32.ge_u", first, end);
        code.brIf(done);
        const rest = code.value("i64.extend_i32_u", code.value("i32.add", chunks, step));
        const next = code.value("i64.or", code.value("i64.shl", turn, half), rest);
        code.op("i64.ne", code.atomic("i64.atomic.rmw.cmpxchg", region, word, next), word);
        code.brIf(again);
        const last = code.value("i32.sub", end, code.constantI32(1));
        code.copy(result, code.select(I32, first, last, takesFirst));
      });
    });
    code.get(result);
  });
  return module.finish().bytes;
}
