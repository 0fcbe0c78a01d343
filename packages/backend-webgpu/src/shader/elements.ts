/**
 * How elements lie in the arena, an array of 32-bit words: four elements of one byte share a word, and two of two bytes.
 * Positions count elements from the beginning of the arena.
 *
 * @module
 */
import { type DType, dtypes } from "@lucid/backend";
import { decode, encode, shaderType } from "./types.js";

/** How elements of one size are read and written. */
interface Access {
  /** The word whose lowest bits are the element at a position. */
  load(at: string): string;
  /** The statement that writes an element, of which all higher bits are 0. */
  store(at: string, word: string): string;
}

/** By bytes of an element. */
const accesses: Readonly<Record<number, Access>> = {
  1: {
    load: (at) => `loadByte(${at})`,
    store: (at, word) => `storeByte(${at}, ${word});`,
  },
  2: {
    load: (at) => `loadHalf(${at})`,
    store: (at, word) => `storeHalf(${at}, ${word});`,
  },
  4: {
    load: (at) => `load(${at})`,
    store: (at, word) => `store(${at}, ${word});`,
  },
};

/** The elements of a type that lie in one word. */
export const elementsPerWord = (dtype: DType): number => 4 / dtypes[dtype].bytes;

/** Words for so many elements. */
export const wordsFor = (dtype: DType, length: number): number => Math.ceil(length / elementsPerWord(dtype));

/** The element at a position, as a word. */
export const loadElement = (dtype: DType, at: string): string => accesses[dtypes[dtype].bytes]!.load(at);

/** The statement that writes an element that is given as a word. */
export const storeElement = (dtype: DType, at: string, word: string): string =>
  accesses[dtypes[dtype].bytes]!.store(at, word);

/** The element at a position, as a value. */
export const loadValue = (dtype: DType, at: string): string => decode[shaderType(dtype)](loadElement(dtype, at));

/** The statement that writes a value. */
export const storeValue = (dtype: DType, at: string, value: string): string =>
  storeElement(dtype, at, encode[shaderType(dtype)](value));

/** Functions for kernels whose invocations never write to the same word. */
const plain = `@group(0) @binding(0) var<storage, read_write> arena: array<u32>;
fn load(at: i32) -> u32 { return arena[at]; }
fn store(at: i32, word: u32) { arena[at] = word; }
`;

/**
 * Functions for kernels whose invocations may write different elements of one word at the same time. Every bit is
 * changed by one invocation alone, so the order of the changes does not matter.
 */
const shared = `@group(0) @binding(0) var<storage, read_write> arena: array<atomic<u32>>;
fn load(at: i32) -> u32 { return atomicLoad(&arena[at]); }
fn store(at: i32, word: u32) { atomicStore(&arena[at], word); }
fn replaceBits(at: i32, mask: u32, bits: u32) {
  atomicAnd(&arena[at], ~mask);
  atomicOr(&arena[at], bits & mask);
}
fn storeHalf(at: i32, word: u32) {
  let shift = u32(at & 1) * 16u;
  replaceBits(at >> 1u, 0xffffu << shift, word << shift);
}
fn storeByte(at: i32, word: u32) {
  let shift = u32(at & 3) * 8u;
  replaceBits(at >> 2u, 0xffu << shift, word << shift);
}
`;

const narrow = `fn loadHalf(at: i32) -> u32 { return (load(at >> 1u) >> (u32(at & 1) * 16u)) & 0xffffu; }
fn loadByte(at: i32) -> u32 { return (load(at >> 2u) >> (u32(at & 3) * 8u)) & 0xffu; }
`;

/** The declaration of the arena, and the functions that read and write it, for a kernel. */
export function arenaFor(code: string): string {
  const storesNarrow = /\bstore(Half|Byte)\(/.test(code);
  const loadsNarrow = /\bload(Half|Byte)\(/.test(code);
  return (storesNarrow ? shared : plain) + (loadsNarrow ? narrow : "");
}
