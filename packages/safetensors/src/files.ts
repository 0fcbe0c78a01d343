/**
 * Saves and loads weights by path: files of the system in Node, Deno and Bun, and files of the origin's private file
 * system in pages.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { openSafetensors, type ReadOptions, type SafetensorsFile } from "./file.js";
import { systemFiles } from "./file-system.js";
import { layOutShards, openShards } from "./shards.js";
import { type HasState, type TensorsByName, tensorsOf } from "./state.js";
import { decodeText, encodeText } from "./text.js";
import { assertMetadata, DEFAULT_METADATA, layOut, type SerializeOptions } from "./write.js";

/** Options of {@link save}. */
export interface SaveOptions extends SerializeOptions {
  /**
   * The most bytes of tensors in one file. Beyond it, several files and an index are written, as large models are
   * published; the path then names the index. Default: one file.
   */
  readonly maxShardBytes?: number;
}

const INDEX = ".index.json";
const EXTENSION = ".safetensors";

/** @throws ArgumentError unless the value is a path. */
function assertPath(operation: string, path: unknown): asserts path is string {
  if (typeof path === "string" && path !== "") return;
  throw new ArgumentError(operation, `the path is ${describeValue(path)}`, { rule: "it is a text that is not empty" });
}

/** The folder of a path, with the separator, and the name. */
function splitPath(path: string): readonly [folder: string, name: string] {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return [path.slice(0, at), path.slice(at)];
}

/**
 * Saves the weights of a module, or tensors by name.
 *
 * A file is written beside its final place and then takes it: whatever happens, the path names the old file or the new
 * one, whole. No more than one tensor at a time is in memory twice. In a page the file is in the origin's private file
 * system, which only pages of this origin see; `download` gives it to the visitor.
 *
 * @param path - where to save; with `maxShardBytes` it ends in `.safetensors`, and the index is `<path>.index.json`.
 * @param state - a module, or tensors by name.
 * @param options - `metadata`, `maxShardBytes`.
 * @throws ArgumentError for anything but tensors; the system's error if the file cannot be written; the promise is
 * rejected with it, and the old file stays.
 *
 * @example
 * ```ts
 * await save("model.safetensors", { weight: tensor([1, 2]) });
 * await load("model.safetensors"); // → { weight: Tensor([1, 2]) }
 * ```
 */
export async function save(path: string, state: TensorsByName | HasState, options?: SaveOptions): Promise<void> {
  checkOptions("save", options, { metadata: true, maxShardBytes: true });
  assertPath("save", path);
  const { metadata = DEFAULT_METADATA, maxShardBytes } = options ?? {};
  assertMetadata("save", metadata);
  const named = tensorsOf("save", state);
  const files = await systemFiles("save");
  if (maxShardBytes === undefined) {
    await files.write(path, layOut("save", named, metadata).chunks());
    return;
  }
  if (!(maxShardBytes > 0)) {
    throw new ArgumentError("save", `maxShardBytes is ${describeValue(maxShardBytes)}`, { rule: "it is above 0" });
  }
  if (!path.endsWith(EXTENSION)) {
    throw new ArgumentError("save", `the path is ${JSON.stringify(path)}`, { rule: `it ends in ${EXTENSION}` });
  }
  const [folder, name] = splitPath(path);
  const base = name.slice(0, -EXTENSION.length);
  const shards = layOutShards("save", named, metadata, base, maxShardBytes);
  for (const [file, layout] of shards.files) await files.write(folder + file, layout.chunks());
  // The index comes last: until then, readers find the old set or none.
  await files.write(path + INDEX, textChunks(shards.index));
}

async function* textChunks(text: string): AsyncGenerator<Uint8Array> {
  yield encodeText(text);
}

/**
 * Opens a file, or a set of files by its index, without reading any tensor. Close it when you have read what you need.
 *
 * @param path - a safetensors file, or the index of a set (`….index.json`).
 * @throws FormatError for a file that breaks a rule of the format; the system's error if there is no such file; the
 * promise is rejected with them.
 *
 * @example
 * ```ts
 * await save("two.safetensors", { a: zeros([2, 3]), b: ones([4]) });
 * const file = await open("two.safetensors");
 * await file.tensor("b"); // → Tensor([1, 1, 1, 1])
 * await file.close();
 * ```
 */
export async function open(path: string): Promise<SafetensorsFile> {
  assertPath("open", path);
  const files = await systemFiles("open");
  const openOne = async (name: string): Promise<SafetensorsFile> => {
    const source = await files.open(name);
    try {
      return await openSafetensors(source);
    } catch (error) {
      await source.close?.();
      throw error;
    }
  };
  if (!path.endsWith(".json")) return await openOne(path);
  const source = await files.open(path);
  let index: string;
  try {
    index = decodeText(await source.read(0, source.length));
  } finally {
    await source.close?.();
  }
  const [folder] = splitPath(path);
  return await openShards(index, (file) => openOne(folder + file));
}

/**
 * Loads all tensors of a file, or of a set of files by its index.
 *
 * @param path - a safetensors file, or the index of a set (`….index.json`).
 * @param options - `backend`.
 * @throws FormatError for a file that breaks a rule of the format; the system's error if there is no such file; the
 * promise is rejected with them.
 *
 * @example
 * ```ts
 * await save("linear.safetensors", new Linear(2, 1));
 * const model = new Linear(2, 1);
 * model.loadStateDict(await load("linear.safetensors"));
 * ```
 */
export async function load(path: string, options?: ReadOptions): Promise<Record<string, Tensor>> {
  const file = await open(path);
  try {
    return await file.tensors(options);
  } finally {
    await file.close();
  }
}
