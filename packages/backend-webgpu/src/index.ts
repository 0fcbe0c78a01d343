/**
 * `@lucid/backend-webgpu`: a backend on WebGPU, for web pages, Node and Deno.
 *
 * @packageDocumentation
 */
import {
  ArgumentError,
  type Backend,
  BackendError,
  checkOptions,
  type DType,
  describeValue,
  type TypedArray,
} from "@lucid/backend";
import { multiplyingStored } from "@lucid/backend/kit";
import { type GpuTensorBuffer, valuesOf } from "./buffer.js";
import { describeDevice, type OpenDevice, openDevice } from "./device.js";
import { Failures } from "./failures.js";
import { createFused } from "./fused/index.js";
import { createMap } from "./kernels/map.js";
import { createMatmul } from "./kernels/matmul.js";
import { storingNarrow } from "./kernels/narrow-products.js";
import { createPick } from "./kernels/pick.js";
import { createReduce } from "./kernels/reduce.js";
import { createScan } from "./kernels/scan.js";
import { createSort } from "./kernels/sort.js";
import { createSortedScatter } from "./kernels/sorted-scatter.js";
import { Arena } from "./memory/arena.js";
import { DeviceQueue } from "./queue.js";
import { Reads } from "./reads.js";
import { elementsPerWord, wordsFor } from "./shader/elements.js";
import { precision } from "./shader/precision.js";
import { heldTypes } from "./shader/types.js";
import type { GpuDevice } from "./webgpu.js";
import { createWrite } from "./write.js";

export type { GpuTensorBuffer } from "./buffer.js";
export type * from "./webgpu.js";

/** Options of {@link createWebGpuBackend}. */
export interface WebGpuOptions {
  /** A device of the program's own; default a new one with the largest limits of the adapter. */
  readonly device?: GpuDevice;
  /** Which adapter is asked for where there are several. */
  readonly powerPreference?: "low-power" | "high-performance";
}

/** The backend of this package. */
export interface WebGpuBackend extends Backend<GpuTensorBuffer> {
  /** What the adapter says about itself; an empty text for a device of the program's own. */
  readonly adapter: string;
  /** Whether the adapter computes on the processor. It is false for a device of the program's own. */
  readonly isSoftware: boolean;
  /** The work that was sent to the device so far, and how often the program waited for it: each map is one wait. */
  readonly statistics: { readonly dispatches: number; readonly submits: number; readonly maps: number };
  synchronize(): Promise<void>;
  close(): void;
}

/** The most bytes of the arena: positions of elements are 32-bit integers in shaders. */
const MOST_BYTES = 2 ** 31;

/**
 * Makes a backend that computes on the GPU through WebGPU. It needs a browser with WebGPU, Deno, or Node with the npm
 * package `webgpu`. It holds every element type but float64, which WebGPU lacks. Elements take 4, 2 or 1 bytes,
 * as on the host.
 *
 * Results must be awaited: `await x.itemAsync()`, `await x.data()`.
 *
 * @throws ArgumentError for an unknown option.
 * @throws BackendError if there is no WebGPU or no adapter; the promise is rejected with it.
 *
 * @example
 * ```ts no-run
 * setDefaultBackend(await createWebGpuBackend());
 * const x = tensor([1, 2, 3]);
 * await x.square().sum().itemAsync(); // → 14
 * ```
 */
export async function createWebGpuBackend(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  checkOptions("createWebGpuBackend", options, { device: true, powerPreference: true });
  const { device, powerPreference } = options;
  if (powerPreference !== undefined && powerPreference !== "low-power" && powerPreference !== "high-performance") {
    throw new ArgumentError("createWebGpuBackend", `powerPreference is ${describeValue(powerPreference)}`, {
      rule: 'it is "low-power" or "high-performance"',
    });
  }
  const open: OpenDevice = device === undefined ? await openDevice(powerPreference) : describeDevice(device);
  return backendOn(open, device === undefined);
}

function backendOn(open: OpenDevice, isOwn: boolean): WebGpuBackend {
  const queue = new DeviceQueue(open.device);
  const { maxStorageBufferBindingSize, maxBufferSize } = open.device.limits;
  const limit = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize, MOST_BYTES) / 64) * 64;
  const arena = new Arena(limit, (from, to) => queue.growArena(from, to));
  const failures = new Failures();
  const reads = new Reads(queue, failures);
  const sort = createSort(queue, arena);
  const { gather, scatter } = createPick(queue, failures, open.tuning, createSortedScatter(queue, arena, sort));
  let isClosed = false;

  const assertOpen = (operation: string): void => {
    if (isClosed)
      throw new BackendError(operation, "the backend was closed", ["webgpu"], { remedy: "make a new backend" });
    queue.assertAlive(operation);
  };

  function allocate(dtype: DType, length: number): GpuTensorBuffer {
    assertOpen("allocate");
    return { dtype, length, place: arena.lease("allocate", wordsFor(dtype, length) * 4) };
  }

  function free({ place }: GpuTensorBuffer): void {
    arena.give(place);
  }

  const map = createMap(queue);
  const reduce = createReduce(queue, arena);
  const write = createWrite(queue, arena, map);

  return {
    name: "webgpu",
    adapter: open.about,
    isSoftware: open.isSoftware,
    capabilities: {
      dtypes: heldTypes,
      limits: { views: 48, callElements: 2 ** 30 },
      precision,
    },
    get statistics() {
      return { dispatches: queue.totalDispatches, submits: queue.totalSubmits, maps: reads.totalMaps };
    },

    allocate,
    free,
    write(buffer, start, values: TypedArray) {
      assertOpen("write");
      write(buffer, start, values);
    },
    async read(buffer, start, length) {
      assertOpen("read");
      const { dtype, place } = buffer;
      const perWord = elementsPerWord(dtype);
      const skip = start % perWord;
      const words = await reads.read(
        "read",
        (place.word + (start - skip) / perWord) * 4,
        wordsFor(dtype, skip + length) * 4,
      );
      return valuesOf(dtype, words, skip, length);
    },
    async synchronize() {
      assertOpen("synchronize");
      await reads.read("synchronize", 0, 0);
    },
    map,
    reduce,
    matmul: multiplyingStored(
      { allocate, free, map },
      storingNarrow({ allocate, free, map }, createMatmul(queue, arena, open.tuning)),
    ),
    gather,
    scatter,
    scan: createScan(queue, arena),
    sort,
    fused: createFused(queue, reduce),
    memory: () => ({ bytes: arena.usedBytes, evictedBytes: 0, totalEvictedBytes: 0 }),
    close() {
      if (isClosed) return;
      isClosed = true;
      if (isOwn) open.device.destroy();
    },
  };
}
