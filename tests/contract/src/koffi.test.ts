/**
 * Can a native library work on a backend's memory in place? A BLAS backend stands on it: `extendBackend` over a backend
 * whose `hostView` is a view of *shared* WebAssembly memory, handed to C. So: koffi passes such a view as a pointer into
 * the memory, without a copy on the way in or out, at a cost that is small beside a matrix product.
 */
import koffi from "koffi";
import { describe, expect, it } from "vitest";

type MemoryClass = new (type: {
  initial: number;
  maximum: number;
  shared: boolean;
}) => { readonly buffer: ArrayBufferLike };
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryClass } }).WebAssembly;

function testOnLinux(): void {
  const libc = koffi.load("libc.so.6");
  const memory = new Memory({ initial: 512, maximum: 512, shared: true });
  const OFFSET = 4096 + 64;

  it("the memory is really shared", () => {
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("C writes into a view at an offset, and nowhere else", () => {
    const memset = libc.func("void *memset(void *to, int value, size_t bytes)");
    const bytes = new Uint8Array(memory.buffer);
    const view = new Float32Array(memory.buffer, OFFSET, 4);
    view.fill(1);
    memset(view, 0x41, 12);
    // 0x41414141 as float32.
    expect([...view]).toEqual([12.078431129455566, 12.078431129455566, 12.078431129455566, 1]);
    expect(bytes[OFFSET - 1]).toBe(0);
    expect(bytes[OFFSET + 16]).toBe(0);
  });

  it("C reads one view and writes another", () => {
    const memcpy = libc.func("void *memcpy(void *to, void *from, size_t bytes)");
    const from = new Float32Array(memory.buffer, OFFSET, 5);
    const to = new Float32Array(memory.buffer, OFFSET + 65536, 5);
    from.set([1.5, -2, 3, Infinity, 5]);
    memcpy(to, from, 16);
    expect([...to]).toEqual([1.5, -2, 3, Infinity, 0]);
  });

  it("every call passes the same address, and neighbouring views at their distance", () => {
    // memchr answers with a pointer into what it was given.
    const memchr = libc.func("void *memchr(void *in, int byte, size_t bytes)");
    const first = new Uint8Array(memory.buffer, 0, 1024);
    const second = new Uint8Array(memory.buffer, 1_000_000, 1024);
    first[0] = 7;
    second[0] = 7;
    const address = (view: Uint8Array): bigint => koffi.address(memchr(view, 7, 1024));
    expect(address(first)).toBe(address(first));
    expect(address(second) - address(first)).toBe(1_000_000n);
  });

  it("a call costs no processor time that depends on the view's length", () => {
    const memset = libc.func("void *memset(void *to, int value, size_t bytes)");
    const microseconds = (view: Float32Array): number => {
      let best = Infinity;
      for (let round = 0; round < 8; round++) {
        const start = process.cpuUsage();
        for (let i = 0; i < 5000; i++) memset(view, 0, 4);
        best = Math.min(best, process.cpuUsage(start).user / 5000);
      }
      return best;
    };
    const short = microseconds(new Float32Array(memory.buffer, 0, 4));
    const long = microseconds(new Float32Array(memory.buffer, 0, 4 << 20));
    console.log(`koffi: ${short.toFixed(2)} µs a call with 16 B, ${long.toFixed(2)} µs with 16 MB of shared memory`);
    // Copying 16 MB takes milliseconds.
    expect(long).toBeLessThan(100);
  });
}

describe("koffi and shared WebAssembly memory", () => {
  if (process.platform === "linux") testOnLinux();
  else it.skip(`is checked with Linux's libc.so.6 only, and this is ${process.platform}`, () => {});
});
