/** The graphics adapter of the browser, for the visitor to see. */
import type { Gpu } from "@lucid/backend-webgpu";

export interface GpuAbility {
  /** What the adapter says about itself. */
  readonly adapter: string;
  /** The most bytes of a storage buffer in one binding, and of a buffer. */
  readonly maxBinding: number;
  readonly maxBuffer: number;
  readonly float16: boolean;
}

const gpuOf = (): Gpu | undefined => (navigator as { readonly gpu?: Gpu }).gpu;

/** Whether the browser offers WebGPU to this page. It does not say whether there is an adapter. */
export const hasWebGpu = (): boolean => gpuOf() !== undefined;

/** The adapter; undefined if there is none. */
export async function findGpu(): Promise<GpuAbility | undefined> {
  const adapter = await gpuOf()?.requestAdapter({});
  if (adapter === undefined || adapter === null) return undefined;
  const { vendor, architecture, description } = adapter.info;
  return {
    adapter: [vendor, architecture, description].filter((part) => part !== "").join(" ") || "without a name",
    maxBinding: adapter.limits.maxStorageBufferBindingSize,
    maxBuffer: adapter.limits.maxBufferSize,
    float16: adapter.features.has("shader-f16"),
  };
}
