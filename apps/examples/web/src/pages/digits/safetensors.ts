/**
 * Weights as a safetensors file, which PyTorch's users and others read and write: 8 bytes with the header's length, the
 * header as JSON, then the numbers, all little-endian.
 */

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type StoredTensors = Readonly<Record<string, StoredTensor>>;

/** A file that cannot be used, and why. */
export class FileError extends Error {
  override readonly name = "FileError";
}

const LENGTH_BYTES = 8;

/** The numbers start at a multiple of this, so that readers can map them without a copy. */
const ALIGNMENT = 8;

const METADATA = "__metadata__";

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

/** The file that holds these tensors, in this order. */
export function writeSafetensors(tensors: StoredTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length === 0 ? {} : { [METADATA]: metadata };
  let length = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [length, length + 4 * values.length] };
    length += 4 * values.length;
  }
  const encoded = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the JSON are part of the header.
  const headerLength = Math.ceil(encoded.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(LENGTH_BYTES + headerLength + length);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  file.set(encoded, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const { values } of Object.values(tensors)) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return file;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [from: number, to: number];
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Record<keyof Entry, unknown>>;
  return (
    typeof dtype === "string" &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isCount)
  );
}

/**
 * The tensors of a file.
 *
 * @throws FileError for anything that is not such a file, whole and of 32-bit floats.
 */
export function readSafetensors(file: Uint8Array): StoredTensors {
  const header = readHeader(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tensors: Record<string, StoredTensor> = {};
  const { start, entries } = header;
  const numbers = file.length - start;
  let covered = 0;
  for (const [name, entry] of entries) {
    if (!isEntry(entry)) {
      throw new FileError(
        `The header's entry "${name}" has no dtype, shape and data_offsets as safetensors wants them.`,
      );
    }
    const { dtype, shape, data_offsets: offsets } = entry;
    if (dtype !== "F32") throw new FileError(`"${name}" is ${dtype}; only F32, 32-bit floats, can be read here.`);
    const [from, to] = offsets;
    const count = product(shape);
    if (to - from !== 4 * count) {
      throw new FileError(`"${name}" has shape [${shape.join(", ")}], ${4 * count} bytes, but is given ${to - from}.`);
    }
    if (to > numbers) {
      throw new FileError(`The file ends too early: "${name}" should reach to byte ${start + to} of ${file.length}.`);
    }
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = view.getFloat32(start + from + 4 * i, true);
    tensors[name] = { shape, values };
    covered += to - from;
  }
  if (covered !== numbers) {
    throw new FileError(`The header describes ${covered} bytes of numbers, but the file has ${numbers}.`);
  }
  return tensors;
}

function readHeader(file: Uint8Array): { readonly start: number; readonly entries: [name: string, entry: unknown][] } {
  if (file.length < LENGTH_BYTES) {
    throw new FileError(`This is no safetensors file: it has ${file.length} bytes, fewer than the length of a header.`);
  }
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true);
  const start = LENGTH_BYTES + Number(length);
  if (start > file.length) {
    throw new FileError(
      `This is no safetensors file, or it is cut off: its first 8 bytes call for a header of ${length} bytes, and ` +
        `${file.length - LENGTH_BYTES} follow.`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(LENGTH_BYTES, start)));
  } catch (error) {
    throw new FileError(`This is no safetensors file: its header is not JSON. ${String(error)}`, { cause: error });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new FileError("This is no safetensors file: its header is not a JSON object.");
  }
  return { start, entries: Object.entries(header).filter(([name]) => name !== METADATA) };
}
