/**
 * Files of pages: the origin's private file system, and files that the visitor chooses or receives.
 *
 * @module
 */
import { BackendError, checkOptions } from "@lucid/backend";
import { openSafetensors, type SafetensorsFile } from "./file.js";
import type { FileSystem } from "./paths.js";
import { type BlobLike, blobSource } from "./source.js";
import type { HasState, TensorsByName } from "./state.js";
import { type SerializeOptions, serialize } from "./write.js";

/** The parts of the file-system standard that are used here. */
interface WritableFile {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}
interface PageFileHandle {
  getFile(): Promise<BlobLike>;
  createWritable(): Promise<WritableFile>;
}
interface Folder {
  getFileHandle(name: string, options?: { readonly create: boolean }): Promise<PageFileHandle>;
  getDirectoryHandle(name: string, options?: { readonly create: boolean }): Promise<Folder>;
}
interface Anchor {
  href: string;
  download: string;
  click(): void;
}
interface FileInput {
  type: string;
  accept: string;
  readonly files: { readonly [index: number]: BlobLike; readonly length: number } | null;
  addEventListener(type: "change" | "cancel", listener: () => void): void;
  click(): void;
}
interface Page {
  readonly navigator?: { readonly storage?: { getDirectory?(): Promise<Folder> } };
  readonly document?: { createElement(name: "a"): Anchor; createElement(name: "input"): FileInput };
  readonly URL?: { createObjectURL(blob: unknown): string; revokeObjectURL(url: string): void };
  readonly Blob?: new (parts: readonly Uint8Array[]) => unknown;
}

const page = globalThis as unknown as Page;

/** The private file system of this origin; undefined where there is none. */
export async function pageFiles(): Promise<FileSystem | undefined> {
  const root = await page.navigator?.storage?.getDirectory?.();
  if (root === undefined) return undefined;
  const find = async (path: string, create: boolean): Promise<PageFileHandle> => {
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    let folder = root;
    for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part, { create });
    return await folder.getFileHandle(parts.at(-1) ?? path, { create });
  };
  return {
    open: async (path) => blobSource(await (await find(path, false)).getFile()),
    async write(path, chunks) {
      // The browser writes beside the file, and `close` puts the new contents in its place.
      const file = await (await find(path, true)).createWritable();
      try {
        for await (const chunk of chunks) await file.write(chunk);
      } catch (error) {
        await file.abort();
        throw error;
      }
      await file.close();
    },
  };
}

/** @throws BackendError outside of pages. */
function requirePage(operation: string): Required<Pick<Page, "document" | "URL" | "Blob">> {
  const { document, URL, Blob } = page;
  if (document !== undefined && URL !== undefined && Blob !== undefined) return { document, URL, Blob };
  throw new BackendError(operation, "this is no page", [], { remedy: "use save(), open() and load()" });
}

/** The time in milliseconds after which a browser has surely begun a download. */
const BEGUN = 60_000;

/**
 * Gives the visitor of a page a file with weights, as a download.
 *
 * @param name - the name of the file.
 * @param state - a module, or tensors by name.
 * @param options - `metadata`.
 * @throws BackendError outside of pages; the promise is rejected with it.
 *
 * @example
 * ```ts no-run
 * await download("model.safetensors", model);
 * ```
 */
export async function download(
  name: string,
  state: TensorsByName | HasState,
  options?: SerializeOptions,
): Promise<void> {
  checkOptions("download", options, { metadata: true });
  const { document, URL, Blob } = requirePage("download");
  const url = URL.createObjectURL(new Blob([await serialize(state, options)]));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), BEGUN);
}

/**
 * Lets the visitor of a page choose a file, and opens it. Call it when the visitor has pressed a button: browsers show
 * the dialogue only then. Undefined if the visitor chooses none.
 *
 * @throws BackendError outside of pages; FormatError for a file that breaks a rule of the format; the promise is rejected
 * with them.
 *
 * @example
 * ```ts no-run
 * const file = await choose();
 * if (file !== undefined) model.loadStateDict(await file.tensors());
 * ```
 */
export async function choose(): Promise<SafetensorsFile | undefined> {
  const { document } = requirePage("choose");
  const dialogue = document.createElement("input");
  dialogue.type = "file";
  dialogue.accept = ".safetensors";
  const chosen = await new Promise<BlobLike | undefined>((resolve) => {
    dialogue.addEventListener("change", () => resolve(dialogue.files?.[0]));
    dialogue.addEventListener("cancel", () => resolve(undefined));
    dialogue.click();
  });
  return chosen && (await openSafetensors(blobSource(chosen)));
}

declare function setTimeout(callback: () => void, milliseconds: number): unknown;
