/**
 * An open file: its header has been read, and each tensor is read when it is asked for.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  checkOptions,
  DTypeError,
  describeValue,
  FormatError,
  IndexOutOfRangeError,
} from "@lucid/backend";
import { fromElements } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { inByteOrder, storedTypes } from "./element-types.js";
import { type Header, headerLength, LENGTH_BYTES, parseHeader, type TensorInfo } from "./header.js";
import { noSuchTensor, readAll } from "./named.js";
import type { ByteSource } from "./source.js";

/** Where tensors are put. */
export interface ReadOptions {
  /** The backend of the tensors; default: the default backend. */
  readonly backend?: Backend;
}

/** A safetensors file whose header has been read. */
export interface SafetensorsFile {
  /** The names of the tensors, in the order of their bytes. */
  readonly names: readonly string[];
  /** What the writer noted. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Type, shape and place of a tensor, without reading it. Undefined if there is no such tensor. */
  info(name: string): TensorInfo | undefined;
  /** Reads one tensor. */
  tensor(name: string, options?: ReadOptions): Promise<Tensor>;
  /** Reads the rows from `begin` to `end`, along the first dimension. Only their bytes are read. */
  rows(name: string, begin: number, end: number, options?: ReadOptions): Promise<Tensor>;
  /** Reads all tensors, one after another. */
  tensors(options?: ReadOptions): Promise<Record<string, Tensor>>;
  /** Gives back what the source holds, such as an open file. */
  close(): Promise<void>;
}

const checkReadOptions = (operation: string, options: ReadOptions | undefined): void =>
  checkOptions(operation, options, { backend: true });

/** Makes a tensor from bytes that belong to nobody else. */
function tensorFrom(
  operation: string,
  name: string,
  { type, shape }: Pick<TensorInfo, "type" | "shape">,
  bytes: Uint8Array,
  backend: Backend | undefined,
): Tensor {
  const stored = storedTypes.get(type);
  if (stored === undefined) {
    throw new DTypeError(operation, `${JSON.stringify(name)} has type ${type}`, [type], {
      rule: `these types can be read: ${[...storedTypes.keys()].join(", ")}`,
    });
  }
  const elements = stored.decode(operation, name, inByteOrder(bytes, stored.bytes));
  return fromElements(operation, elements, shape, stored.dtype, backend);
}

/**
 * Opens a file and reads its header, but no tensor.
 *
 * @param source - bytes in memory, or another source: `bytesSource`, `blobSource`, `urlSource`.
 * @throws FormatError for a file that breaks a rule of the format: names that occur twice, tensors that overlap, leave
 * gaps or reach beyond the end, offsets that do not fit a shape; the promise is rejected with it.
 *
 * @example
 * ```ts
 * const file = await openSafetensors(await serialize({ a: tensor([1, 2]), b: ones([4, 2]) }));
 * file.names; // → ["a", "b"]
 * file.info("b")!.shape; // → [4, 2]
 * await file.rows("b", 1, 3); // → Tensor([[1, 1], [1, 1]])
 * ```
 */
export async function openSafetensors(source: ByteSource | Uint8Array): Promise<SafetensorsFile> {
  const operation = "openSafetensors";
  const from = source instanceof Uint8Array ? sharing(source) : source;
  if (typeof from?.length !== "number" || typeof from.read !== "function") {
    throw new ArgumentError(operation, `the source is ${describeValue(source)}`, {
      rule: "it is a Uint8Array, or a source such as blobSource(blob)",
    });
  }
  const read = async (begin: number, end: number): Promise<Uint8Array> => {
    const bytes = await from.read(begin, end);
    if (bytes.length === end - begin) return bytes;
    throw new FormatError(operation, `the source gave ${bytes.length} bytes instead of ${end - begin}`, {
      remedy: "the file may have been changed while it was read",
    });
  };
  const length = headerLength(operation, await read(0, Math.min(LENGTH_BYTES, from.length)), from.length);
  const start = LENGTH_BYTES + length;
  const header = parseHeader(operation, await read(LENGTH_BYTES, start), from.length - start);
  return fileOf(
    header,
    (begin, end) => read(start + begin, start + end),
    async () => from.close?.(),
  );
}

function fileOf(
  { tensors, metadata }: Header,
  read: (begin: number, end: number) => Promise<Uint8Array>,
  close: () => Promise<void>,
): SafetensorsFile {
  const names = [...tensors.keys()];
  const find = (operation: string, name: string): TensorInfo => {
    const info = tensors.get(name);
    if (info === undefined) throw noSuchTensor(operation, name, names);
    return info;
  };
  const tensor = async (name: string, options?: ReadOptions): Promise<Tensor> => {
    checkReadOptions("tensor", options);
    const info = find("tensor", name);
    return tensorFrom("tensor", name, info, aligned(await read(info.begin, info.end)), options?.backend);
  };
  return {
    names,
    metadata,
    info: (name) => tensors.get(name),
    tensor,
    async rows(name, begin, end, options) {
      checkReadOptions("rows", options);
      const info = find("rows", name);
      const [count, ...row] = info.shape;
      if (count === undefined) {
        throw new ArgumentError("rows", `${JSON.stringify(name)} has no dimensions`, { remedy: "use tensor(name)" });
      }
      for (const at of [begin, end]) {
        if (!(Number.isInteger(at) && at >= 0 && at <= count)) {
          throw new IndexOutOfRangeError("rows", at, count, { what: "row" });
        }
      }
      if (begin > end) throw new ArgumentError("rows", `the rows end at ${end}, before they begin at ${begin}`);
      const stride = count === 0 ? 0 : (info.end - info.begin) / count;
      const bytes = await read(info.begin + begin * stride, info.begin + end * stride);
      const part = { type: info.type, shape: [end - begin, ...row] };
      return tensorFrom("rows", name, part, aligned(bytes), options?.backend);
    },
    async tensors(options) {
      checkReadOptions("tensors", options);
      return await readAll(names, (name) => tensor(name, options));
    },
    close,
  };
}

/** Bytes in memory that are not copied: they are read only within one call. */
const sharing = (bytes: Uint8Array): ByteSource => ({
  length: bytes.length,
  read: async (begin, end) => bytes.subarray(begin, end),
});

/** The same bytes, where typed arrays of any type can begin. */
const aligned = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());

/**
 * Reads all tensors from the bytes of a safetensors file.
 *
 * Integers of types that lucid lacks become int32, if all of them fit; int64 is what PyTorch's indices have.
 *
 * @param bytes - the whole file.
 * @param options - `backend`.
 * @throws FormatError for a file that breaks a rule of the format, or an integer that does not fit into int32; DTypeError
 * for a type that cannot be read, such as 8-bit floats.
 *
 * @example
 * ```ts
 * deserialize(await serialize({ steps: tensor(3, { dtype: "int32" }) })); // → { steps: Tensor(3, dtype=int32) }
 * ```
 *
 * Source: the safetensors format of Hugging Face.
 */
export function deserialize(bytes: Uint8Array, options?: ReadOptions): Record<string, Tensor> {
  const operation = "deserialize";
  checkReadOptions(operation, options);
  if (!(bytes instanceof Uint8Array)) {
    throw new ArgumentError(operation, `the file is ${describeValue(bytes)}`, {
      rule: "it is a Uint8Array",
      remedy: "new Uint8Array(await response.arrayBuffer())",
    });
  }
  const length = headerLength(operation, bytes.subarray(0, LENGTH_BYTES), bytes.length);
  const start = LENGTH_BYTES + length;
  const { tensors } = parseHeader(operation, bytes.subarray(LENGTH_BYTES, start), bytes.length - start);
  const all: Record<string, Tensor> = {};
  try {
    for (const [name, info] of tensors) {
      const own = aligned(bytes.subarray(start + info.begin, start + info.end));
      all[name] = tensorFrom(operation, name, info, own, options?.backend);
    }
  } catch (error) {
    for (const made of Object.values(all)) made.dispose();
    throw error;
  }
  return all;
}
