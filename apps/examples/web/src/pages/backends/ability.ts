/** What this browser and this page allow, and what is missing. */
import { hasWebGpu } from "./gpu.js";
import { evalDirective, isIsolated, wasmDirective } from "../../shell/environment.js";

export type Vectors = "relaxed" | "plain" | "none";

export interface Ability {
  readonly isolated: boolean;
  /** The directive of the content security policy that is missing; undefined if none is. */
  readonly evalDirective: string | undefined;
  readonly webAssembly: boolean;
  readonly wasmDirective: string | undefined;
  readonly vectors: Vectors;
  readonly cores: number;
  readonly webGpu: boolean;
}

/** A WebAssembly module with one function, which has this body and returns a vector. */
function moduleOf(body: readonly number[]): Uint8Array<ArrayBuffer> {
  const type = [1, 5, 1, 0x60, 0, 1, 0x7b];
  const declaration = [3, 2, 1, 0];
  const code = [10, body.length + 4, 1, body.length + 2, 0, ...body, 0x0b];
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...type, ...declaration, ...code]);
}

/** The instructions i32.const 0 and i8x16.splat. */
const VECTOR = [0x41, 0, 0xfd, 15];
/** The instruction f32x4.relaxed_madd, which multiplies and adds, and rounds once where the processor can. */
const RELAXED_MADD = [0xfd, 0x85, 2];

function findVectors(): Vectors {
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(moduleOf(VECTOR))) return "none";
  return WebAssembly.validate(moduleOf([...VECTOR, ...VECTOR, ...VECTOR, ...RELAXED_MADD])) ? "relaxed" : "plain";
}

export function findAbility(): Ability {
  const webAssembly = typeof WebAssembly !== "undefined";
  return {
    isolated: isIsolated(),
    evalDirective: evalDirective(),
    webAssembly,
    wasmDirective: webAssembly ? wasmDirective() : undefined,
    vectors: findVectors(),
    cores: navigator.hardwareConcurrency,
    webGpu: hasWebGpu(),
  };
}

export const HEADERS = "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
