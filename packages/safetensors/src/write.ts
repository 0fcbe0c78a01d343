/**
 * Writes tensors, one after another, so that no more than one of them is in memory twice.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, dtypes, sizeOf, type TypedArray } from "@lucid/backend";
import { assertReadable, readElements } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { inByteOrder, storedNames } from "./element-types.js";
import { type TensorInfo, writeHeader } from "./header.js";
import { isTextRecord } from "./records.js";
import { type HasState, type TensorsByName, tensorsOf } from "./state.js";

/** Options of {@link serialize}. */
export interface SerializeOptions {
  /** Notes for readers of the file. PyTorch's users expect `{ format: "pt" }`, which is the default. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Bytes that are made while they are written. */
export type Chunks = AsyncIterable<Uint8Array>;

/** The number of bytes of a tensor's elements. */
export const bytesOf = (tensor: Tensor): number => sizeOf(tensor.shape) * dtypes[tensor.dtype].bytes;

/** @throws ArgumentError unless the metadata are texts by name. */
export function assertMetadata(
  operation: string,
  metadata: unknown,
): asserts metadata is Readonly<Record<string, string>> {
  if (isTextRecord(metadata)) return;
  throw new ArgumentError(operation, `the metadata are ${describeValue(metadata)}`, {
    rule: "metadata are texts by name",
    remedy: 'pass { metadata: { format: "pt" } }',
  });
}

export const DEFAULT_METADATA: Readonly<Record<string, string>> = { format: "pt" };

/** A file that has been laid out but not written. */
export interface Layout {
  /** The number of bytes. */
  readonly length: number;
  /** Reads each tensor when it is written. */
  readonly chunks: () => Chunks;
}

/** Lays out the file of these tensors: large elements first, then by name, so that all of them are aligned. */
export function layOut(
  operation: string,
  named: readonly (readonly [name: string, tensor: Tensor])[],
  metadata: Readonly<Record<string, string>>,
): Layout {
  const size = (tensor: Tensor): number => dtypes[tensor.dtype].bytes;
  const ordered = [...named].sort(([a, x], [b, y]) => size(y) - size(x) || (a < b ? -1 : 1));
  const tensors: [string, TensorInfo][] = [];
  let at = 0;
  for (const [name, tensor] of ordered) {
    const end = at + bytesOf(tensor);
    tensors.push([name, { type: storedNames[tensor.dtype], shape: tensor.shape, begin: at, end }]);
    at = end;
  }
  const header = writeHeader(operation, { tensors: new Map(tensors), metadata });
  return {
    length: header.length + at,
    async *chunks() {
      yield header;
      for (const [, tensor] of ordered) {
        // The program may have disposed of it in the meantime.
        assertReadable(tensor, operation);
        yield bytesIn(await readElements(tensor));
      }
    },
  };
}

function bytesIn(elements: TypedArray): Uint8Array {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = elements;
  return inByteOrder(new Uint8Array(buffer, byteOffset, byteLength), BYTES_PER_ELEMENT);
}

/**
 * Writes tensors into the bytes of a safetensors file.
 *
 * Every type of tensor is kept as it is. Tensors that share memory are written once each. The file is the same to the
 * byte whatever the order of the names.
 *
 * @param state - a module, or tensors by name.
 * @param options - `metadata`.
 * @throws ArgumentError for anything but tensors, or a name that the format cannot hold; DisposedError for a tensor that
 * was disposed; the promise is rejected with them.
 *
 * @example
 * ```ts
 * const bytes = await serialize({ weight: tensor([[1, 2], [3, 4]]) });
 * deserialize(bytes); // → { weight: Tensor([[1, 2], [3, 4]]) }
 * ```
 *
 * Source: the safetensors format of Hugging Face.
 */
export async function serialize(state: TensorsByName | HasState, options?: SerializeOptions): Promise<Uint8Array> {
  checkOptions("serialize", options, { metadata: true });
  const { metadata = DEFAULT_METADATA } = options ?? {};
  assertMetadata("serialize", metadata);
  const { length, chunks } = layOut("serialize", tensorsOf("serialize", state), metadata);
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const chunk of chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
