/**
 * Finds WebGPU and asks for a device with the largest limits of the adapter.
 *
 * @module
 */
import { BackendError } from "@lucid/backend";
import { type Tuning, tuningFor } from "./tuning.js";
import type { Gpu, GpuAdapter, GpuAdapterInfo, GpuDevice } from "./webgpu.js";

/** A device, and what keeps it alive. */
export interface OpenDevice {
  readonly device: GpuDevice;
  /** What the adapter says about itself. */
  readonly about: string;
  /** Whether it computes on the processor. */
  readonly isSoftware: boolean;
  readonly tuning: Tuning;
  /** Objects whose collection would end the device. */
  readonly held: readonly unknown[];
}

interface NodeWebGpu {
  create(options: readonly string[]): Gpu;
}

/** The package for Node. Bundlers for pages must not resolve it, so its name is a variable. */
const NODE_PACKAGE = "webgpu";

/** Names of drivers that compute on the processor. Some of them do not say that they are fallback adapters. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** The feature by which invocations of a workgroup share values. */
const SUBGROUPS = "subgroups";

const REMEDY =
  "use a browser with WebGPU, or in Node install the package webgpu; createWasmBackend() of @lucid/backend-wasm works everywhere";

/** What the package for Node made. Dawn, which it runs, ends the process when this is collected before a device. */
let ofNode: Gpu | undefined;

/** `navigator.gpu` of pages and Deno, or that of the package for Node. */
async function findGpu(): Promise<Gpu> {
  const { navigator, process } = globalThis as {
    readonly navigator?: { readonly gpu?: Gpu };
    readonly process?: { readonly versions?: { readonly node?: string } };
  };
  if (navigator?.gpu !== undefined) return navigator.gpu;
  if (process?.versions?.node !== undefined) {
    try {
      const { create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ NODE_PACKAGE)) as NodeWebGpu;
      ofNode ??= create([]);
      return ofNode;
    } catch (cause) {
      throw new BackendError("createWebGpuBackend", "the package webgpu could not be loaded", ["webgpu"], {
        rule: "Node itself has no WebGPU",
        remedy: "npm install webgpu",
        cause,
      });
    }
  }
  throw new BackendError("createWebGpuBackend", "WebGPU is missing here", ["webgpu"], {
    rule: "navigator.gpu does not exist, which also happens in pages that were not loaded over HTTPS",
    remedy: REMEDY,
  });
}

/** @throws BackendError if there is no adapter. */
export async function openDevice(powerPreference?: "low-power" | "high-performance"): Promise<OpenDevice> {
  const gpu = await findGpu();
  const adapter: GpuAdapter | null = await gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference });
  if (adapter === null) {
    throw new BackendError("createWebGpuBackend", "WebGPU found no adapter", ["webgpu"], {
      rule: "the system offers no graphics driver that WebGPU can use",
      remedy: REMEDY,
    });
  }
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
    requiredFeatures: adapter.features.has(SUBGROUPS) ? [SUBGROUPS] : [],
  });
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const about = [vendor, architecture, description].filter((part) => part !== "").join(" ");
  const isSoftware = isFallbackAdapter === true || SOFTWARE.test(about);
  const tuning = tuningFor(isSoftware, subgroupSizeOf(device, adapter.info));
  return { device, about, isSoftware, tuning, held: [gpu, adapter] };
}

/** What is known about a device of the program's own. */
export function describeDevice(device: GpuDevice): OpenDevice {
  return { device, about: "", isSoftware: false, tuning: tuningFor(false, undefined), held: [] };
}

/** The size of all subgroups, if they have one size and shaders can use them. */
function subgroupSizeOf(device: GpuDevice, { subgroupMinSize, subgroupMaxSize }: GpuAdapterInfo): number | undefined {
  return device.features.has(SUBGROUPS) && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : undefined;
}
