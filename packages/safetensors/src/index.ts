/**
 * `@lucid/safetensors`: weights in safetensors files, read, written, streamed and in shards.
 *
 * @packageDocumentation
 */
export { deserialize, openSafetensors, type ReadOptions, type SafetensorsFile } from "./file.js";
export { load, open, type SaveOptions, save } from "./files.js";
export type { TensorInfo } from "./header.js";
export { choose, download } from "./page-files.js";
export { openShards } from "./shards.js";
export { type BlobLike, type ByteSource, blobSource, bytesSource, type UrlOptions, urlSource } from "./source.js";
export type { HasState, TensorsByName } from "./state.js";
export { type SerializeOptions, serialize } from "./write.js";
