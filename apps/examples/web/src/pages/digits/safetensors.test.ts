import { describe, expect, it } from "vitest";
import { FileError, readSafetensors, writeSafetensors } from "./safetensors.js";

/** A file of the given header and numbers, put together by hand. */
function file(header: string, numbers: readonly number[] = [], length = header.length): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + 4 * numbers.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  bytes.set(new TextEncoder().encode(header), 8);
  numbers.forEach((number, i) => {
    view.setFloat32(8 + header.length + 4 * i, number, true);
  });
  return bytes;
}

/**
 * Written by Python’s safetensors 0.8.0: `save({"0.weight": np.array([[1.5, -2, 0.1]], "f4"), "0.bias": np.array([3], "f4")},
 * metadata={"format": "pt"})`.
 */
const python = Uint8Array.from(
  atob(
    "oAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCIwLmJpYXMiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMi" +
      "OlswLDRdfSwiMC53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzEsM10sImRhdGFfb2Zmc2V0cyI6WzQsMTZdfX0gICAgICAgAABAQAAAwD8AAADA" +
      "zczMPQ==",
  ),
  (character) => character.charCodeAt(0),
);

const tensors = {
  "0.bias": { shape: [1], values: new Float32Array([3]) },
  "0.weight": { shape: [1, 3], values: new Float32Array([1.5, -2, 0.1]) },
};

describe("safetensors", () => {
  it("reads what Python’s library writes", () => {
    expect(readSafetensors(python)).toEqual(tensors);
  });

  it("writes to the byte what Python’s library writes", () => {
    expect([...writeSafetensors(tensors, { format: "pt" })]).toEqual([...python]);
  });

  it("the numbers begin at a multiple of 8", () => {
    for (const name of ["a", "ab", "abc", "weight", "größe"]) {
      const written = writeSafetensors({ [name]: { shape: [2], values: new Float32Array([1, 2]) } });
      expect((written.length - 8) % 8).toBe(0);
      expect(Object.keys(readSafetensors(written))).toEqual([name]);
    }
  });

  it("keeps every float, scalars and empty tensors, wherever the bytes lie", () => {
    const values = new Float32Array([0, -0, 1e-45, 3.4028234663852886e38, Number.POSITIVE_INFINITY, Number.NaN]);
    const written = writeSafetensors({
      values: { shape: [2, 3], values },
      scalar: { shape: [], values: new Float32Array([7]) },
      empty: { shape: [0, 4], values: new Float32Array() },
    });
    const shifted = new Uint8Array(written.length + 3);
    shifted.set(written, 3);
    const read = readSafetensors(shifted.subarray(3));
    expect(Object.is(read.values!.values[1], -0)).toBe(true);
    expect([...read.values!.values]).toEqual([...values]);
    expect(read.scalar).toEqual({ shape: [], values: new Float32Array([7]) });
    expect(read.empty).toEqual({ shape: [0, 4], values: new Float32Array() });
  });

  it.each([
    ["nothing", new Uint8Array(), /has 0 bytes/],
    ["an image", new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]), /header of 727905341920923785 bytes/],
    ["half of one", python.subarray(0, 100), /cut off/],
    ["all but its last number", python.subarray(0, python.length - 4), /ends too early: "0.weight".* 184 of 180/],
    ["more than one", new Uint8Array([...python, 0, 0, 0, 0]), /describes 16 bytes of numbers, but the file has 20/],
    ["text", new TextEncoder().encode("hello, this is no such file"), /no safetensors file/],
    ["a header of something else", file("nothing!"), /header is not JSON/],
    ["a header of broken characters", new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]), /header is not JSON/],
    ["a list", file("[1,2]"), /not a JSON object/],
    ["null", file("null"), /not a JSON object/],
    ["entries of another kind", file('{"a":5}'), /entry "a" has no dtype/],
    ["a negative size", file('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', [1]), /entry "a" has no dtype/],
    ["another type", file('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', [1]), /"a" is BF16; only F32/],
    [
      "a shape of another size",
      file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', [1]),
      /\[2\], 8 bytes, but is given 4/,
    ],
    [
      "an end before the beginning",
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}', [1, 2]),
      /is given -4/,
    ],
  ])("refuses %s, and says why", (_, bytes, text) => {
    expect(() => readSafetensors(bytes)).toThrow(text);
    expect(() => readSafetensors(bytes)).toThrow(FileError);
  });
});
