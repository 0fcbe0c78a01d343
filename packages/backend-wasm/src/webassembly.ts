/**
 * The parts of WebAssembly's JavaScript interface that this package uses. The types of Node and of the DOM are not
 * available here.
 *
 * @module
 */

/** A linear memory. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** The functions of an instance, by name. */
export type Exports = Readonly<Record<string, (...values: number[]) => number>>;

/** What a module imports. */
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

/** Returns the engine, or undefined if there is none. */
export function findEngine(): Engine | undefined {
  return (globalThis as unknown as { readonly WebAssembly?: Engine }).WebAssembly;
}
