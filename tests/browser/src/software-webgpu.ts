/** The WebGPU backend in Node, over a software driver. */
import { createWebGpuBackend, type Gpu, type GpuDevice, type WebGpuBackend } from "@lucid/backend-webgpu";
import { create } from "webgpu";
import { useSoftwareDriver } from "../../contract/src/software-driver.js";

/** A backend with a device of its own. */
export async function createSoftwareBackend(): Promise<WebGpuBackend> {
  useSoftwareDriver();
  return await createWebGpuBackend();
}

/** Dawn ends when its object is collected. */
const held: unknown[] = [];

/** A device with the default limits. */
export async function requestSoftwareDevice(): Promise<GpuDevice> {
  useSoftwareDriver();
  const gpu = create([]) as unknown as Gpu;
  const adapter = await gpu.requestAdapter();
  held.push(gpu, adapter);
  return await adapter!.requestDevice({ requiredLimits: {} });
}
