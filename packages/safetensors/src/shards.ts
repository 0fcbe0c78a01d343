/**
 * Weights in several files, with an index that says which tensor is in which file, as large models are published.
 *
 * @module
 */
import { describeValue, FormatError } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import type { SafetensorsFile } from "./file.js";
import { noSuchTensor, readAll } from "./named.js";
import { isRecord } from "./records.js";
import { layOut, bytesOf, type Layout } from "./write.js";

/** The files of a set, and the tensors of each. */
interface ShardIndex {
  /** The name of the file, by the tensor. */
  readonly fileOf: ReadonlyMap<string, string>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws FormatError unless the text is the index of a set, whose files lie beside it. */
function parseIndex(operation: string, text: string): ShardIndex {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(operation, "the index is not JSON", { cause });
  }
  const { weight_map: files, metadata } = isRecord(parsed) ? parsed : {};
  if (!isRecord(files)) {
    throw new FormatError(operation, "the index has no weight_map", {
      rule: "it names the file of every tensor: { weight_map: { name: file } }",
    });
  }
  for (const [name, file] of Object.entries(files)) {
    if (typeof file !== "string" || file === "" || /[/\\]|^\.\.?$/.test(file)) {
      throw new FormatError(operation, `the file of ${JSON.stringify(name)} is ${describeValue(file)}`, {
        rule: "the files of a set lie beside its index, so that an index cannot reach other files",
      });
    }
  }
  const notes = isRecord(metadata) ? Object.entries(metadata).filter(([, value]) => typeof value === "string") : [];
  return {
    fileOf: new Map(Object.entries(files) as [string, string][]),
    metadata: Object.fromEntries(notes) as Record<string, string>,
  };
}

/**
 * Opens a set of files by the text of its index (`model.safetensors.index.json`). The headers of all files are read, and
 * each tensor when it is asked for.
 *
 * @param index - the text of the index.
 * @param open - opens a file of the set by its name.
 * @throws FormatError for a text that is no index, or a file without a tensor that it should have; the promise is rejected
 * with it, and files that were opened are closed.
 *
 * @example
 * ```ts
 * const index = JSON.stringify({ weight_map: { a: "1.safetensors", b: "2.safetensors" } });
 * const files = { "1.safetensors": { a: tensor([1]) }, "2.safetensors": { b: tensor([2]) } };
 * const model = await openShards(index, async (name) => openSafetensors(await serialize(files[name])));
 * await model.tensors(); // → { a: Tensor([1]), b: Tensor([2]) }
 * ```
 *
 * Source: the index of sharded checkpoints of Hugging Face.
 */
export async function openShards(
  index: string,
  open: (file: string) => Promise<SafetensorsFile>,
): Promise<SafetensorsFile> {
  const { fileOf, metadata } = parseIndex("openShards", index);
  const names = [...fileOf.keys()];
  const shards = new Map<string, SafetensorsFile>();
  const close = async (): Promise<void> => {
    await Promise.all([...shards.values()].map((shard) => shard.close()));
  };
  try {
    for (const [name, file] of fileOf) {
      const shard = shards.get(file) ?? (await open(file));
      shards.set(file, shard);
      if (shard.info(name) !== undefined) continue;
      throw new FormatError("openShards", `${file} has no tensor ${JSON.stringify(name)}`, {
        rule: "the index says that it has",
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const shardOf = (name: string): SafetensorsFile | undefined => shards.get(fileOf.get(name) ?? "");
  const find = (operation: string, name: string): SafetensorsFile => {
    const shard = shardOf(name);
    if (shard === undefined) throw noSuchTensor(operation, name, names);
    return shard;
  };
  return {
    names,
    metadata,
    info: (name) => shardOf(name)?.info(name),
    tensor: async (name, options) => await find("tensor", name).tensor(name, options),
    rows: async (name, begin, end, options) => await find("rows", name).rows(name, begin, end, options),
    tensors: async (options) => await readAll(names, (name) => find("tensors", name).tensor(name, options)),
    close,
  };
}

/** A set of files that has been laid out but not written. */
export interface ShardLayout {
  readonly files: readonly (readonly [name: string, layout: Layout])[];
  readonly index: string;
}

/**
 * Lays out a set of files of at most so many bytes of tensors each; a tensor that is larger has a file of its own.
 * `base` is the name of the files without the extension.
 */
export function layOutShards(
  operation: string,
  named: readonly (readonly [name: string, tensor: Tensor])[],
  metadata: Readonly<Record<string, string>>,
  base: string,
  maxBytes: number,
): ShardLayout {
  const shards: (readonly [name: string, tensor: Tensor])[][] = [[]];
  let bytes = 0;
  let total = 0;
  for (const entry of named) {
    const size = bytesOf(entry[1]);
    if (bytes > 0 && bytes + size > maxBytes) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(entry);
    bytes += size;
    total += size;
  }
  const number = (i: number): string => String(i).padStart(5, "0");
  const files = shards.map((entries, i) => {
    const name = `${base}-${number(i + 1)}-of-${number(shards.length)}.safetensors`;
    return [name, layOut(operation, entries, metadata)] as const;
  });
  const map: Record<string, string> = Object.create(null);
  for (const [i, entries] of shards.entries()) for (const [name] of entries) map[name] = files[i]![0];
  const index = JSON.stringify({ metadata: { ...metadata, total_size: total }, weight_map: map }, undefined, 2);
  return { files, index: `${index}\n` };
}
