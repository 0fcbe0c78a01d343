/** Elements of less than a word on the WebGPU backend in Node: what they take, and that neighbours in a word stay. */
import { type DType, dtypes } from "@lucid/backend";
import { createWebGpuBackend } from "@lucid/backend-webgpu";
import { cat, tensor, where, zeros } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { createSoftwareBackend, requestSoftwareDevice } from "./software-webgpu.js";

const narrow: readonly DType[] = ["float16", "bfloat16", "uint8", "bool"];

describe("elements of less than a word", () => {
  it("take 1 or 2 bytes", async () => {
    const backend = await createSoftwareBackend();
    for (const dtype of narrow) {
      const before = backend.memory!().bytes;
      const x = zeros([1_000_000], { dtype, backend });
      expect(backend.memory!().bytes - before).toBeLessThan(1_000_000 * dtypes[dtype].bytes + 1000);
      x.dispose();
    }
  });

  for (const dtype of narrow) {
    it(`of ${dtype}: writes of the host at any position leave the neighbours`, async () => {
      const backend = await createSoftwareBackend();
      for (const start of [0, 1, 2, 3, 4, 5]) {
        for (const length of [1, 2, 3, 4, 5, 7]) {
          const buffer = backend.allocate(dtype, 13);
          const { array, encode } = dtypes[dtype];
          const expected = array(13).fill(encode(1));
          backend.write(buffer, 0, expected);
          const values = array(length).fill(encode(0));
          backend.write(buffer, start, values);
          expected.set(values, start);
          expect(await backend.read(buffer, 0, 13)).toEqual(expected);
          expect(await backend.read(buffer, start, length)).toEqual(values);
          expect(await backend.read(buffer, 12, 1)).toEqual(expected.slice(12));
          backend.free(buffer);
        }
      }
    });
  }

  it("are written by many invocations at once, each its own part of a word", async () => {
    const backend = await createSoftwareBackend();
    const size = 30_000;
    const even = tensor(
      Array.from({ length: size }, (_, i) => i % 200),
      { dtype: "float16", backend },
    );
    const odd = even.add(0.5);
    // Both halves of every word are written by invocations of other calls, and the columns by one call each.
    const both = zeros([size, 2], { dtype: "float16", backend });
    both.select(1, 1).copy_(odd);
    both.select(1, 0).copy_(even);
    const got = await both.reshape(-1).data();
    for (let i = 0; i < size; i++) {
      expect(got[2 * i]).toBe(i % 200);
      expect(got[2 * i + 1]).toBe((i % 200) + 0.5);
    }
    // Products of a transposed view: neighbours in memory belong to invocations that are far apart.
    const bytes = zeros([173, 7], { dtype: "uint8", backend });
    const values = Array.from({ length: 7 * 173 }, (_, i) => i % 251);
    bytes.t().copy_(tensor(values, { dtype: "uint8", backend }).reshape(7, 173));
    const flat = await bytes.data();
    for (let row = 0; row < 173; row++) {
      for (let column = 0; column < 7; column++) expect(flat[row * 7 + column]).toBe((column * 173 + row) % 251);
    }
  });

  it("of a slice are computed in place without touching the rest", async () => {
    const backend = await createWebGpuBackend({ device: await requestSoftwareDevice() });
    const x = tensor([1, 2, 3, 4, 5, 6, 7], { dtype: "uint8", backend });
    x.narrow(0, 1, 3).mul_(10);
    x.narrow(0, 5, 1).add_(200);
    expect([...(await x.data())]).toEqual([1, 20, 30, 40, 5, 206, 7]);
    const joined = cat([x.narrow(0, 0, 3), x.narrow(0, 4, 3)]);
    expect([...(await joined.data())]).toEqual([1, 20, 30, 5, 206, 7]);
    const large = where(joined.gt(6), joined, tensor([0], { dtype: "uint8", backend }));
    expect([...(await large.data())]).toEqual([0, 20, 30, 0, 206, 7]);
  });
});
