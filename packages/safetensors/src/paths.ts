/**
 * What a file system has to offer.
 *
 * @module
 */
import type { ByteSource } from "./source.js";
import type { Chunks } from "./write.js";

/** A place where files have paths. */
export interface FileSystem {
  open(path: string): Promise<ByteSource>;
  /** Writes a file as a whole: if anything fails, the file that was there before stays. */
  write(path: string, chunks: Chunks): Promise<void>;
}
