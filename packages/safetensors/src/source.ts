/**
 * Where bytes are read from: memory, a Blob, or a server that sends ranges. Only what is asked for is read.
 *
 * @module
 */
import { ArgumentError, BackendError, describeValue, FormatError } from "@lucid/backend";

/** Bytes that can be read in parts. */
export interface ByteSource {
  /** The number of bytes. */
  readonly length: number;
  /** Reads the bytes from `begin` to `end`. The array belongs to the caller. */
  read(begin: number, end: number): Promise<Uint8Array>;
  /** Gives back what the source holds, such as an open file. */
  close?(): Promise<void>;
}

/** The part of a Blob or a File of a page that is used here. */
export interface BlobLike {
  readonly size: number;
  slice(begin: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Bytes in memory. They are copied when they are read. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { length: bytes.length, read: async (begin, end) => bytes.slice(begin, end) };
}

/**
 * A Blob, for example a File that the visitor of a page chose.
 *
 * @example
 * ```ts
 * const file = await openSafetensors(blobSource(new Blob([await serialize({ w: tensor([1, 2]) })])));
 * await file.tensor("w"); // → Tensor([1, 2])
 * ```
 */
export function blobSource(blob: BlobLike): ByteSource {
  if (typeof blob?.size !== "number" || typeof blob.slice !== "function") {
    throw new ArgumentError("blobSource", `the argument is ${describeValue(blob)}`, { rule: "it is a Blob or a File" });
  }
  return {
    length: blob.size,
    read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
  };
}

/** The parts of the fetch standard that are used here. */
interface Response {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { cancel(): Promise<void> } | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}
type Fetch = (url: string, options: { readonly headers: Readonly<Record<string, string>> }) => Promise<Response>;

/** Options of {@link urlSource}. */
export interface UrlOptions {
  /** Headers of the requests, such as an authorisation. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A file on a server. Each read is one request for a range of bytes. A server that does not send ranges sends the whole
 * file once, which is then kept in memory.
 *
 * @throws BackendError if the server does not answer with the file; the promise is rejected with it.
 */
export async function urlSource(
  url: string | { readonly href: string },
  options: UrlOptions = {},
): Promise<ByteSource> {
  const address = typeof url === "string" ? url : url.href;
  const { fetch } = globalThis as unknown as { readonly fetch: Fetch };
  const get = async (begin: number, end: number): Promise<Response> => {
    const response = await fetch(address, { headers: { ...options.headers, Range: `bytes=${begin}-${end - 1}` } });
    if (response.ok) return response;
    throw new BackendError("urlSource", `${address} answered with status ${response.status}`, [], {
      remedy: "check the address and the headers",
    });
  };
  const first = await get(0, 8);
  const length = Number(/\/(\d+)$/.exec(first.headers.get("content-range") ?? "")?.[1]);
  if (first.status !== 206 || !Number.isSafeInteger(length)) {
    return bytesSource(new Uint8Array(await first.arrayBuffer()));
  }
  await first.body?.cancel();
  return {
    length,
    async read(begin, end) {
      if (begin === end) return new Uint8Array(0);
      const response = await get(begin, end);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.status === 206 && bytes.length === end - begin) return bytes;
      throw new FormatError("urlSource", `${address} sent ${bytes.length} bytes instead of ${end - begin}`, {
        remedy: "the file may have changed while it was read: open it again",
      });
    },
  };
}
