/**
 * The parts of WebGPU that this package uses, as types. A `GPUDevice` of a page, of Node's package `webgpu` or of Deno
 * fits them, so that no package of types is needed.
 *
 * @module
 */

/** A buffer on the device: `GPUBuffer`. */
export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number, offset: number, size: number): Promise<unknown>;
  getMappedRange(offset: number, size: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** A compiled kernel: `GPUComputePipeline`. */
export interface GpuPipeline {
  readonly label: string;
}

/** `GPUComputePassEncoder`. */
export interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: object, offsets: readonly number[]): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

/** `GPUCommandEncoder`. */
export interface GpuEncoder {
  beginComputePass(): GpuPass;
  copyBufferToBuffer(
    source: GpuBuffer,
    sourceOffset: number,
    target: GpuBuffer,
    targetOffset: number,
    size: number,
  ): void;
  finish(): object;
}

/** `GPUQueue`. */
export interface GpuQueue {
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView, dataOffset: number, size: number): void;
  submit(commands: readonly object[]): void;
  onSubmittedWorkDone(): Promise<unknown>;
}

/** The limits of a device or an adapter that matter here. */
export interface GpuLimits {
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** What happened to a device that was lost: `GPUDeviceLostInfo`. */
export interface GpuLost {
  readonly reason: string;
  readonly message: string;
}

/** An error that no call could report: `GPUUncapturedErrorEvent`. */
export interface GpuErrorEvent {
  readonly error: { readonly message: string };
}

/** The names of optional parts of WebGPU: `GPUSupportedFeatures`. */
export interface GpuFeatures {
  has(name: string): boolean;
}

/** A device: `GPUDevice`. */
export interface GpuDevice {
  readonly features: GpuFeatures;
  readonly limits: GpuLimits;
  readonly queue: GpuQueue;
  readonly lost: Promise<GpuLost>;
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(descriptor: { readonly code: string }): object;
  createBindGroupLayout(descriptor: { readonly entries: readonly object[] }): object;
  createPipelineLayout(descriptor: { readonly bindGroupLayouts: readonly object[] }): object;
  createComputePipeline(descriptor: object): GpuPipeline;
  createBindGroup(descriptor: { readonly layout: object; readonly entries: readonly object[] }): object;
  createCommandEncoder(): GpuEncoder;
  addEventListener(type: "uncapturederror", listener: (event: GpuErrorEvent) => void): void;
  destroy(): void;
}

/** `GPUAdapterInfo`. */
export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
  readonly subgroupMinSize?: number;
  readonly subgroupMaxSize?: number;
}

/** `GPUAdapter`. */
export interface GpuAdapter {
  readonly info: GpuAdapterInfo;
  readonly features: GpuFeatures;
  readonly limits: GpuLimits;
  requestDevice(descriptor: {
    readonly requiredLimits: Readonly<Record<string, number>>;
    readonly requiredFeatures?: readonly string[];
  }): Promise<GpuDevice>;
}

/** `navigator.gpu`. */
export interface Gpu {
  requestAdapter(options?: { readonly powerPreference?: "low-power" | "high-performance" }): Promise<GpuAdapter | null>;
}

/** The bits of `GPUBufferUsage`. */
export const Usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 } as const;
/** `GPUMapMode.READ`. */
export const MAP_READ = 1;
/** `GPUShaderStage.COMPUTE`. */
export const COMPUTE = 4;
