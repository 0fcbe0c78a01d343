/**
 * Files of the operating system, through the modules of Node, which Deno and Bun have too.
 *
 * @module
 */
import type { FileSystem } from "./paths.js";

/** The parts of `node:fs/promises` that are used here. */
interface FileHandle {
  stat(): Promise<{ readonly size: number }>;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(buffer: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
interface FilePromises {
  open(path: string, flags: string): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}
interface Process {
  readonly pid: number;
  getBuiltinModule?(name: string): unknown;
}

/** Bytes that are read or written in one call of the system. */
const PIECE = 64 << 20;

let files = 0;

/** The file system; undefined outside of Node, Deno and Bun. */
export function nodeFiles(): FileSystem | undefined {
  const { process } = globalThis as { readonly process?: Process };
  const promises = process?.getBuiltinModule?.("node:fs/promises") as FilePromises | undefined;
  if (promises === undefined) return undefined;
  return {
    async open(path) {
      const handle = await promises.open(path, "r");
      try {
        const { size } = await handle.stat();
        return { length: size, read: (begin, end) => readRange(handle, begin, end), close: () => handle.close() };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    async write(path, chunks) {
      const temporary = `${path}.${process!.pid}-${++files}.tmp`;
      const handle = await promises.open(temporary, "wx");
      try {
        try {
          for await (const chunk of chunks) await writeAll(handle, chunk);
          // The bytes have to be on the disk before the name is: a computer that loses power keeps the old file.
          await handle.sync();
        } finally {
          await handle.close();
        }
        await promises.rename(temporary, path);
      } catch (error) {
        await promises.unlink(temporary).catch(() => {});
        throw error;
      }
      await syncFolder(promises, path);
    },
  };
}

/** Reads a range. It returns fewer bytes if the file is shorter than it was. */
async function readRange(handle: FileHandle, begin: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - begin);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(PIECE, bytes.length - at), begin + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, at, Math.min(PIECE, bytes.length - at));
    at += bytesWritten;
  }
}

/** Brings the file's new name to the disk, where the system can. */
async function syncFolder(promises: FilePromises, path: string): Promise<void> {
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) || ".";
  try {
    const handle = await promises.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows does not open folders. The file itself is safe.
  }
}
