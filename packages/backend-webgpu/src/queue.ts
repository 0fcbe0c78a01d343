/**
 * Sends work to the device. Dispatches are collected in one command encoder and submitted together: when there are
 * many, when something is read, or when the host writes.
 *
 * Every kernel has the same three bindings: the arena, its parameters (a window of a ring of words, chosen by a dynamic
 * offset) and the errors that kernels report.
 *
 * @module
 */
import { BackendError, DeviceLostError } from "@lucid/backend";
import { remember } from "@lucid/backend/kit";
import {
  COMPUTE,
  type GpuBuffer,
  type GpuDevice,
  type GpuEncoder,
  type GpuPass,
  type GpuPipeline,
  Usage,
} from "./webgpu.js";

/** Words of parameters that one kernel can read. */
export const PARAMETER_WORDS = 1024;
/** Dynamic offsets are multiples of this many bytes on every device. */
const ALIGNMENT = 256;
const RING_BYTES = 1 << 18;
/** The most compiled kernels that are kept. A full table is emptied. */
const MOST_PIPELINES = 4096;
/** So many dispatches are collected at most. */
const MOST_DISPATCHES = 64;
/** Slots of the buffer of errors. Each has two words: a flag, and the index that is out of range. */
export const ERROR_SLOTS = 8192;

/** The declarations that every kernel begins with, beside the one of the arena. */
export const BINDINGS = `@group(0) @binding(1) var<storage, read> parameters: array<i32>;
@group(0) @binding(2) var<storage, read_write> failures: array<atomic<u32>>;
`;

/** Lanes share values only where the kernel sees to it that all of them arrive, which compilers cannot know. */
const SUBGROUPS = "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n";

/** What the kernels need of the queue. */
export interface KernelQueue {
  /** The compiled kernel for a text that has the function `main`. */
  pipeline(code: string): GpuPipeline;
  /** Runs a kernel on x · y workgroups with these parameters. */
  dispatch(operation: string, pipeline: GpuPipeline, parameters: ArrayLike<number>, x: number, y?: number): void;
}

/** Work for the device, in the order in which it was asked for. */
export class DeviceQueue implements KernelQueue {
  readonly device: GpuDevice;
  readonly #layout: object;
  readonly #pipelineLayout: object;
  readonly #directives: string;
  readonly #pipelines = new Map<string, GpuPipeline>();
  readonly #ring: GpuBuffer;
  readonly #failures: GpuBuffer;
  readonly #words = new Int32Array(RING_BYTES / 4 + PARAMETER_WORDS);
  #ringUsed = 0;
  #arena: GpuBuffer | undefined;
  #group: object | undefined;
  #encoder: GpuEncoder | undefined;
  #pass: GpuPass | undefined;
  #dispatches = 0;
  #lost: string | undefined;
  #error: string | undefined;
  /** Counts for tests and reports. */
  totalDispatches = 0;
  totalSubmits = 0;

  constructor(device: GpuDevice) {
    this.device = device;
    this.#directives = device.features.has("subgroups") ? SUBGROUPS : "";
    const entry = (binding: number, type: string, hasDynamicOffset = false): object => ({
      binding,
      visibility: COMPUTE,
      buffer: { type, hasDynamicOffset },
    });
    this.#layout = device.createBindGroupLayout({
      entries: [entry(0, "storage"), entry(1, "read-only-storage", true), entry(2, "storage")],
    });
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.#layout] });
    const ringSize = RING_BYTES + PARAMETER_WORDS * 4;
    this.#ring = device.createBuffer({ size: ringSize, usage: Usage.storage | Usage.copyTarget });
    const failureBytes = ERROR_SLOTS * 8;
    this.#failures = device.createBuffer({
      size: failureBytes,
      usage: Usage.storage | Usage.copySource | Usage.copyTarget,
    });
    void device.lost.then(({ message }) => {
      this.#lost = message === "" ? "the system took it away" : message;
    });
    device.addEventListener("uncapturederror", ({ error }) => {
      this.#error ??= error.message;
    });
  }

  /**
   * @throws DeviceLostError if the device was lost.
   * @throws BackendError if the device reported an error, such as a kernel that does not compile. What was computed since
   * is undefined.
   */
  assertAlive(operation: string): void {
    const remedy = "make a new backend";
    if (this.#lost !== undefined) throw new DeviceLostError(operation, "webgpu", { rule: this.#lost, remedy });
    if (this.#error === undefined) return;
    throw new BackendError(operation, `the device reported an error: ${this.#error}`, ["webgpu"], {
      rule: "what it has computed since is undefined",
      remedy,
    });
  }

  /** Makes the arena's buffer larger, and copies what it holds. */
  growArena(from: number, to: number): void {
    const buffer = this.device.createBuffer({
      size: to,
      usage: Usage.storage | Usage.copySource | Usage.copyTarget,
    });
    if (this.#arena !== undefined) {
      this.#endPass();
      this.#encode().copyBufferToBuffer(this.#arena, 0, buffer, 0, from);
      const old = this.#arena;
      this.submit();
      old.destroy();
    }
    this.#arena = buffer;
    this.#group = this.device.createBindGroup({
      layout: this.#layout,
      entries: [
        { binding: 0, resource: { buffer } },
        { binding: 1, resource: { buffer: this.#ring, offset: 0, size: PARAMETER_WORDS * 4 } },
        { binding: 2, resource: { buffer: this.#failures } },
      ],
    });
  }

  pipeline(code: string): GpuPipeline {
    let pipeline = this.#pipelines.get(code);
    if (pipeline === undefined) {
      const module = this.device.createShaderModule({ code: this.#directives + BINDINGS + code });
      pipeline = this.device.createComputePipeline({
        layout: this.#pipelineLayout,
        compute: { module, entryPoint: "main" },
      });
      remember(this.#pipelines, code, pipeline, MOST_PIPELINES);
    }
    return pipeline;
  }

  dispatch(operation: string, pipeline: GpuPipeline, parameters: ArrayLike<number>, x: number, y = 1): void {
    this.assertAlive(operation);
    const { length } = parameters;
    if (length > PARAMETER_WORDS) {
      throw new BackendError(operation, `a call with ${length} words of parameters`, ["webgpu"], {
        rule: `a kernel reads at most ${PARAMETER_WORDS}`,
      });
    }
    if (this.#ringUsed + length * 4 > RING_BYTES) this.submit();
    const offset = this.#ringUsed;
    this.#words.set(parameters, offset / 4);
    this.#ringUsed = Math.ceil((offset + length * 4) / ALIGNMENT) * ALIGNMENT;
    this.#pass ??= this.#encode().beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, this.#group!, [offset]);
    this.#pass.dispatchWorkgroups(x, y);
    this.totalDispatches++;
    if (++this.#dispatches >= MOST_DISPATCHES) this.submit();
  }

  /** Writes words to the arena, after what was asked for before. */
  write(operation: string, byteOffset: number, words: Uint32Array): void {
    this.assertAlive(operation);
    this.submit();
    this.device.queue.writeBuffer(this.#arena!, byteOffset, words, 0, words.length);
  }

  /** Copies bytes of the arena into another buffer, after what was asked for before. */
  copyOut(byteOffset: number, target: GpuBuffer, at: number, bytes: number): void {
    this.#endPass();
    this.#encode().copyBufferToBuffer(this.#arena!, byteOffset, target, at, bytes);
  }

  /** Copies slots of errors, from slot `first` on, into another buffer. */
  copyFailures(first: number, target: GpuBuffer, at: number, bytes: number): void {
    this.#endPass();
    this.#encode().copyBufferToBuffer(this.#failures, first * 8, target, at, bytes);
  }

  /** Forgets an error, for calls from now on. */
  clearFailure(slot: number): void {
    this.submit();
    this.device.queue.writeBuffer(this.#failures, slot * 8, new Uint32Array(2), 0, 2);
  }

  /** Sends what was collected. */
  submit(): void {
    this.#endPass();
    const encoder = this.#encoder;
    if (encoder === undefined) return;
    this.#encoder = undefined;
    if (this.#ringUsed > 0) {
      this.device.queue.writeBuffer(this.#ring, 0, this.#words, 0, this.#ringUsed / 4);
      this.#ringUsed = 0;
    }
    this.#dispatches = 0;
    this.device.queue.submit([encoder.finish()]);
    this.totalSubmits++;
  }

  #encode(): GpuEncoder {
    this.#encoder ??= this.device.createCommandEncoder();
    return this.#encoder;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }
}
