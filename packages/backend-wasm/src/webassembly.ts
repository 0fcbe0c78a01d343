/**
 * The parts of the JavaScript interface of WebAssembly that this package uses: neither Node's nor the DOM's types are at
 * hand here.
 *
 * @module
 */

/** A linear memory. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** An instance's functions, by name. */
export type Exports = Readonly<Record<string, (...values: number[]) => number>>;

/** What a module is given. */
export type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The global object `WebAssembly`. */
export interface Engine {
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared?: boolean;
  }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: Exports };
  validate(bytes: Uint8Array): boolean;
}

/** The engine, where there is one. */
export function findEngine(): Engine | undefined {
  return (globalThis as unknown as { readonly WebAssembly?: Engine }).WebAssembly;
}
