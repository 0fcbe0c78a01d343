/**
 * The types of values in WebAssembly, as numbers of the binary format.
 *
 * @module
 */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** The type of a value: one of {@link I32}, {@link I64}, {@link F32}, {@link F64}, {@link V128}. */
export type ValueType = 0x7f | 0x7e | 0x7d | 0x7c | 0x7b;

/** A local variable or parameter of a function, by its index. */
export type Local = number;
