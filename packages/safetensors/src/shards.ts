/**
 * Weights in several files, with an index that says which tensor is in which file, as large models are published.
 *
 * @module
 */
import { ArgumentError, closestName, describeValue, FormatError } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import type { ReadOptions, SafetensorsFile } from "./file.js";
import { layOut, bytesOf, type Layout } from "./write.js";

/** The files of a set, and the tensors of each. */
interface ShardIndex {
  /** The name of the file, by the tensor. */
  readonly fileOf: ReadonlyMap<string, string>;
  readonly metadata: Readonly<Record<string, string>>;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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
 * Opens a set of files by the text of its index (`model.safetensors.index.json`). Each file is opened when one of its
 * tensors is first read.
 *
 * @param index - the text of the index.
 * @param open - opens a file of the set by its name.
 * @throws FormatError for a text that is no index; the promise is rejected with it.
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
  const opened = new Map<string, Promise<SafetensorsFile>>();
  const names = [...fileOf.keys()];
  const fileWith = async (operation: string, name: string): Promise<SafetensorsFile> => {
    const file = fileOf.get(name);
    if (file === undefined) {
      const closest = typeof name === "string" ? closestName(name, names) : undefined;
      throw new ArgumentError(operation, `no file has a tensor ${describeValue(name)}`, {
        ...(closest !== undefined && { remedy: `did you mean ${JSON.stringify(closest)}?` }),
      });
    }
    let found = opened.get(file);
    if (found === undefined) {
      found = open(file);
      opened.set(file, found);
      // A file that could not be opened is tried again.
      found.catch(() => opened.delete(file));
    }
    const shard = await found;
    if (shard.info(name) !== undefined) return shard;
    throw new FormatError(operation, `${file} has no tensor ${JSON.stringify(name)}`, {
      rule: "the index says that it has",
    });
  };
  // What is asked without waiting must be known: the headers of all files are read.
  const infos = new Map<string, ReturnType<SafetensorsFile["info"]>>();
  for (const name of names) infos.set(name, (await fileWith("openShards", name)).info(name));
  const tensor = async (name: string, options?: ReadOptions): Promise<Tensor> =>
    await (await fileWith("tensor", name)).tensor(name, options);
  return {
    names,
    metadata,
    info: (name) => infos.get(name),
    tensor,
    rows: async (name, begin, end, options) => await (await fileWith("rows", name)).rows(name, begin, end, options),
    async tensors(options) {
      const all: Record<string, Tensor> = {};
      try {
        for (const name of names) all[name] = await tensor(name, options);
      } catch (error) {
        for (const made of Object.values(all)) made.dispose();
        throw error;
      }
      return all;
    },
    async close() {
      const files = await Promise.allSettled(opened.values());
      for (const file of files) if (file.status === "fulfilled") await file.value.close();
    },
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
