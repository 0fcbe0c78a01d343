/**
 * The header of a file: 8 bytes with its length, then JSON that names the tensors, their types, shapes and bytes.
 *
 * Every rule of the format is checked before anything is read, so that a hostile file cannot make the program allocate
 * more than the file has bytes.
 *
 * @module
 */
import { ArgumentError, FormatError, formatShape } from "@lucid/backend";
import { keysTwice } from "./duplicates.js";
import { storedTypes } from "./element-types.js";
import { isRecord, isTextRecord } from "./records.js";
import { decodeText, encodeText } from "./text.js";

/** What a file says about one tensor. */
export interface TensorInfo {
  /** The name of the element type in the format, such as "F32". */
  readonly type: string;
  readonly shape: readonly number[];
  /** Where its bytes begin and end, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** The contents of a header. */
export interface Header {
  /** The tensors by name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** What the writer noted, such as `{ format: "pt" }`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes before the JSON, which hold its length. */
export const LENGTH_BYTES = 8;

/** The longest header that the format allows. */
const LONGEST = 100_000_000;

/** The name under which a header holds the metadata. */
const METADATA = "__metadata__";

/** Shapes with more dimensions than this are refused: nothing could compute with them. */
const MOST_DIMENSIONS = 64;

const RULE = "a safetensors file has 8 bytes with the length of its header, the header in JSON, and the tensors' bytes";

/**
 * Returns the length of the header, from the first 8 bytes of a file.
 *
 * @throws FormatError if the file cannot have such a header.
 */
export function headerLength(operation: string, bytes: Uint8Array, fileLength: number): number {
  if (bytes.length < LENGTH_BYTES) {
    throw new FormatError(operation, `the file has ${fileLength} bytes`, { rule: RULE });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(Math.max(0, fileLength - LENGTH_BYTES))) {
    throw new FormatError(operation, `the header should have ${length} bytes, and the file has ${fileLength} in all`, {
      rule: RULE,
      remedy: "the file is cut off, or no safetensors file",
    });
  }
  if (length > LONGEST) {
    throw new FormatError(operation, `the header has ${length} bytes`, { rule: `a header has at most ${LONGEST}` });
  }
  return Number(length);
}

/**
 * Reads a header. `dataLength` is the number of bytes after it.
 *
 * @throws FormatError for a header that breaks a rule of the format.
 */
export function parseHeader(operation: string, bytes: Uint8Array, dataLength: number): Header {
  const text = headerText(operation, bytes);
  const parsed = parseJson(operation, text);
  if (!isRecord(parsed)) throw new FormatError(operation, "the header is no JSON object", { rule: RULE });
  const twice = keysTwice(text);
  if (twice !== undefined) {
    throw new FormatError(operation, `the header has ${JSON.stringify(twice)} twice`, { rule: "names are unique" });
  }
  const metadata = Object.hasOwn(parsed, METADATA) ? metadataOf(operation, parsed[METADATA]) : {};
  const tensors: [string, TensorInfo][] = [];
  for (const [name, entry] of Object.entries(parsed)) {
    if (name !== METADATA) tensors.push([name, infoOf(operation, name, entry)]);
  }
  tensors.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  assertCovered(operation, tensors, dataLength);
  return { tensors: new Map(tensors), metadata };
}

function headerText(operation: string, bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch (cause) {
    throw new FormatError(operation, "the header is not UTF-8", { rule: RULE, cause });
  }
}

function parseJson(operation: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(operation, "the header is not JSON", { rule: RULE, cause });
  }
}

function metadataOf(operation: string, value: unknown): Readonly<Record<string, string>> {
  if (isTextRecord(value)) return value;
  throw new FormatError(operation, "the metadata are not texts by name", { rule: "metadata hold texts alone" });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function infoOf(operation: string, name: string, entry: unknown): TensorInfo {
  const shown = JSON.stringify(name);
  if (name === "__proto__") {
    throw new FormatError(operation, "a tensor is named __proto__", { rule: "no record can hold this name" });
  }
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string" || !Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) {
    throw new FormatError(operation, `the entry of ${shown} is incomplete`, {
      rule: "an entry has dtype, shape and data_offsets",
    });
  }
  if (!shape.every(isCount) || shape.length > MOST_DIMENSIONS) {
    throw new FormatError(operation, `the shape of ${shown} is not a list of sizes`, {
      rule: `sizes are whole numbers from 0, and there are at most ${MOST_DIMENSIONS}`,
    });
  }
  const [begin, end] = offsets as readonly unknown[];
  if (!isCount(begin) || !isCount(end) || begin > end) {
    throw new FormatError(operation, `the offsets of ${shown} are ${JSON.stringify(offsets)}`, {
      rule: "they are two whole numbers from 0, the second not below the first",
    });
  }
  const type = storedTypes.get(dtype);
  if (type !== undefined) {
    const bytes = shape.includes(0) ? 0 : shape.reduce((all, size) => all * size, type.bytes);
    if (bytes !== end - begin) {
      throw new FormatError(
        operation,
        `${shown} of type ${dtype} and shape ${formatShape(shape)} needs ${bytes} bytes, and its offsets give it ${end - begin}`,
        { rule: "the offsets fit the shape" },
      );
    }
  }
  return { type: dtype, shape, begin, end };
}

/** @throws FormatError unless the tensors take all bytes, one after another. */
function assertCovered(operation: string, tensors: readonly [string, TensorInfo][], length: number): void {
  let at = 0;
  for (const [name, { begin, end }] of tensors) {
    if (begin !== at) {
      throw new FormatError(
        operation,
        `the bytes of ${JSON.stringify(name)} begin at ${begin}, and those before it end at ${at}`,
        { rule: "tensors lie one after another, without gaps, and do not overlap" },
      );
    }
    at = end;
  }
  if (at === length) return;
  throw new FormatError(operation, `the tensors need ${at} bytes, and the file has ${length} for them`, {
    ...(at > length ? { remedy: "the file is cut off" } : { rule: "no bytes follow the last tensor" }),
  });
}

/**
 * Writes a header, with the 8 bytes of its length before it. Spaces at its end bring the tensors to a multiple of 8.
 *
 * @throws ArgumentError for a name that the format cannot hold.
 */
export function writeHeader(operation: string, { tensors, metadata }: Header): Uint8Array {
  // Without a prototype, so that no name is special.
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header[METADATA] = metadata;
  for (const [name, { type, shape, begin, end }] of tensors) {
    if (name === METADATA || name === "__proto__") {
      throw new ArgumentError(operation, `a tensor is named ${name}`, { rule: "the format cannot hold this name" });
    }
    header[name] = { dtype: type, shape, data_offsets: [begin, end] };
  }
  const text = encodeText(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  if (length > LONGEST) {
    throw new ArgumentError(operation, `the header would have ${length} bytes`, {
      rule: `a header has at most ${LONGEST}`,
      remedy: "write several files",
    });
  }
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(32, LENGTH_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, LENGTH_BYTES);
  return bytes;
}
