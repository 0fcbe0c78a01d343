import { DisposedError, FormatError, LucidError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { ones, setDefaultBackend, type Tensor, tensor, zeros } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { keysTwice } from "./duplicates.js";
import { deserialize, openSafetensors, serialize } from "./index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

/** A file of this header and these bytes, as the format describes it. */
function fileOf(header: string | Uint8Array, data: readonly number[] | Uint8Array = []): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: readonly number[], begin: number, end: number): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

const one = (dtype: string, shape: readonly number[], data: readonly number[]): Uint8Array =>
  fileOf(`{"x":${entry(dtype, shape, 0, data.length)}}`, data);

describe("serialize", () => {
  it("writes the bytes that the format describes", async () => {
    const bytes = await serialize(
      { b: tensor([1, -2]), a: tensor([[7], [300]], { dtype: "int32" }), c: tensor([true, false]) },
      { metadata: { note: "é" } },
    );
    const header =
      '{"__metadata__":{"note":"é"},' +
      '"a":{"dtype":"I32","shape":[2,1],"data_offsets":[0,8]},' +
      '"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},' +
      '"c":{"dtype":"BOOL","shape":[2],"data_offsets":[16,18]}}';
    const text = new TextEncoder().encode(header);
    const length = Math.ceil(text.length / 8) * 8;
    const padded = new Uint8Array(length).fill(32);
    padded.set(text);
    // 1 is 0x3f800000 and −2 is 0xc0000000, the lowest byte first.
    const data = [7, 0, 0, 0, 44, 1, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 0];
    expect(Array.from(bytes)).toEqual(Array.from(fileOf(padded, data)));
  });

  it("keeps every type, views, tensors without elements and without dimensions", async () => {
    const base = tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    const state: Record<string, Tensor> = {
      f64: tensor([1 / 3], { dtype: "float64" }),
      f16: tensor([1 / 3, 65504], { dtype: "float16" }),
      bf16: tensor([1 / 3], { dtype: "bfloat16" }),
      i32: tensor([-2147483648], { dtype: "int32" }),
      u8: tensor([255], { dtype: "uint8" }),
      bool: tensor([[true], [false]]),
      transposed: base.t(),
      part: base.narrow(1, 1, 2),
      none: zeros([3, 0, 2]),
      number: tensor(5),
    };
    const read = deserialize(await serialize(state));
    expect(Object.keys(read).sort()).toEqual(Object.keys(state).sort());
    for (const [name, x] of Object.entries(state)) {
      expect([read[name]!.dtype, read[name]!.shape, read[name]!.tolist()], name).toEqual([
        x.dtype,
        x.shape,
        x.tolist(),
      ]);
    }
  });

  it("gives the same bytes whatever the order of the names", async () => {
    const [x, y] = [tensor([1]), tensor([2], { dtype: "float64" })];
    expect(await serialize({ x, y })).toEqual(await serialize({ y, x }));
  });

  it.each<[unknown]>([[tensor], [[]], [{ x: 1 }], [null]])("refuses what is no state: %#", async (state) => {
    await expect(serialize(state as never)).rejects.toThrow(LucidError);
  });

  it("refuses names that the format cannot hold, metadata that are no texts, options that do not exist", async () => {
    await expect(serialize({ __metadata__: ones([1]) })).rejects.toThrow("__metadata__");
    await expect(serialize({ x: ones([1]) }, { metadata: { a: 1 } as never })).rejects.toThrow("texts by name");
    await expect(serialize({ x: ones([1]) }, { meta: {} } as never)).rejects.toThrow("the options are metadata");
    const gone = ones([1]);
    gone.dispose();
    await expect(serialize({ gone })).rejects.toThrow(DisposedError);
  });
});

describe("deserialize", () => {
  it.each([
    ["I64", [255, 255, 255, 255, 255, 255, 255, 255, 7, 0, 0, 0, 0, 0, 0, 0], [-1, 7], "int32"],
    ["U64", [7, 0, 0, 0, 0, 0, 0, 0], [7], "int32"],
    ["U32", [255, 255, 255, 127], [2147483647], "int32"],
    ["I16", [0, 128, 255, 127], [-32768, 32767], "int32"],
    ["U16", [255, 255], [65535], "int32"],
    ["I8", [128, 127], [-128, 127], "int32"],
    ["U8", [128, 127], [128, 127], "uint8"],
    ["F16", [0, 0x3c, 1, 0x80], [1, -(2 ** -24)], "float16"],
    ["BF16", [0x80, 0x3f], [1], "bfloat16"],
    ["F64", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [1], "float64"],
    ["BOOL", [0, 1], [false, true], "bool"],
  ] as const)("reads %s", (type, data, values, dtype) => {
    const { x } = deserialize(one(type, [values.length], data));
    expect([x!.dtype, x!.tolist()]).toEqual([dtype, values]);
  });

  it("reads bytes that begin anywhere in their buffer", () => {
    const bytes = one("F32", [1], [0, 0, 0x80, 0x3f]);
    for (let at = 0; at < 8; at++) {
      const buffer = new Uint8Array(bytes.length + 8);
      buffer.set(bytes, at);
      expect(deserialize(buffer.subarray(at, at + bytes.length)).x!.tolist()).toEqual([1]);
    }
  });

  const two = (first: string, second: string): string => `{"a":${first},"b":${second}}`;
  const four = [0, 0, 0, 0];
  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /the file has 0 bytes/],
    ["a header beyond the end", Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 123, 125), /should have 255 bytes/],
    ["a header of 2^63 bytes", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), /should have 9223372036854775808 bytes/],
    ["no JSON", fileOf("{x"), /not JSON/],
    ["no UTF-8", fileOf(Uint8Array.of(123, 34, 255, 34, 125)), /not UTF-8/],
    ["a list", fileOf("[]"), /no JSON object/],
    ["deep nesting", fileOf("[".repeat(100_000)), /not JSON/],
    ["no shape", fileOf('{"x":{"dtype":"F32","data_offsets":[0,0]}}'), /"x" is incomplete/],
    ["no entry", fileOf('{"x":null}'), /"x" is incomplete/],
    ["a size below 0", fileOf(`{"x":${entry("F32", [-1], 0, 4)}}`, four), /not a list of sizes/],
    ["a broken size", fileOf(`{"x":${entry("F32", [0.5], 0, 2)}}`, [0, 0]), /not a list of sizes/],
    ["a huge shape", fileOf(`{"x":${entry("F32", [2 ** 40, 2 ** 40], 0, 4)}}`, four), /needs 4\.8\d+e\+24 bytes/],
    ["65 dimensions", fileOf(`{"x":${entry("F32", new Array(65).fill(1), 0, 4)}}`, four), /at most 64/],
    ["offsets that run backwards", fileOf(`{"x":${entry("F32", [1], 4, 0)}}`, four), /the offsets of "x"/],
    ["offsets that do not fit", fileOf(`{"x":${entry("F32", [2], 0, 4)}}`, four), /needs 8 bytes/],
    ["an overlap", fileOf(two(entry("F32", [1], 0, 4), entry("U8", [2], 2, 4)), four), /"b" begin at 2/],
    ["a gap", fileOf(two(entry("U8", [1], 0, 1), entry("U8", [1], 2, 3)), [0, 0, 0]), /"b" begin at 2/],
    ["bytes that are missing", fileOf(`{"x":${entry("F32", [1], 0, 4)}}`, [0, 0]), /cut off/],
    ["bytes too many", fileOf(`{"x":${entry("U8", [1], 0, 1)}}`, [0, 0]), /no bytes follow/],
    ["a name twice", fileOf(`{"x":${entry("U8", [0], 0, 0)},"\\u0078":${entry("U8", [0], 0, 0)}}`), /"x" twice/],
    ["a type twice", fileOf('{"x":{"dtype":"F32","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /"dtype" twice/],
    ["__proto__", fileOf(`{"__proto__":${entry("U8", [0], 0, 0)}}`), /named __proto__/],
    ["metadata that are no texts", fileOf('{"__metadata__":{"a":1}}'), /texts by name/],
    ["an unknown type", one("F8_E4M3", [1], [0]), /type F8_E4M3 · these types can be read/],
    ["an integer that does not fit", one("I64", [1], [0, 0, 0, 128, 0, 0, 0, 0]), /is 2147483648/],
    ["a truth value of 2", one("BOOL", [2], [1, 2]), /element 1 of "x" is 2/],
  ])("refuses %s", (_, bytes, text) => {
    expect(() => deserialize(bytes)).toThrow(text);
    expect(() => deserialize(bytes)).toThrow(LucidError);
    expect(Object.hasOwn(Object.prototype, "dtype")).toBe(false);
  });

  it("gives an error or tensors, and nothing else, for 100,000 damaged headers", async () => {
    const good = await serialize({
      weight: ones([2, 3]),
      bias: tensor([1, 2, 3]),
      steps: tensor(4, { dtype: "int32" }),
    });
    const length = Number(new DataView(good.buffer).getBigUint64(0, true));
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "0",
      "9",
      "-1",
      "1e9",
      "null",
      '"F32"',
      '"__proto__"',
      "\\u0000",
    ];
    let read = 0;
    for (let i = 0; i < 100_000; i++) {
      const bytes = good.slice();
      for (let k = random(3); k >= 0; k--) {
        const piece = new TextEncoder().encode(pieces[random(pieces.length)]);
        const at = random(10) === 0 ? random(8) : 8 + random(length - piece.length);
        bytes.set(random(4) === 0 ? [random(256)] : piece, at);
      }
      try {
        for (const x of Object.values(
          deserialize(bytes.subarray(0, random(20) === 0 ? random(bytes.length) : undefined)),
        )) {
          expect(x.numel()).toBeLessThanOrEqual(good.length);
          x.dispose();
        }
        read++;
      } catch (error) {
        if (!(error instanceof LucidError)) throw error;
      }
    }
    // Some changes, such as one in a name, leave a good header.
    expect(read).toBeGreaterThan(500);
    expect(read).toBeLessThan(50_000);
  });
});

describe("openSafetensors", () => {
  /** A source that notes which ranges are read. */
  function noting(bytes: Uint8Array): {
    readonly ranges: (readonly [number, number])[];
    readonly source: { readonly length: number; read(begin: number, end: number): Promise<Uint8Array> };
  } {
    const ranges: (readonly [number, number])[] = [];
    const read = async (begin: number, end: number): Promise<Uint8Array> => {
      ranges.push([begin, end]);
      return bytes.slice(begin, end);
    };
    return { ranges, source: { length: bytes.length, read } };
  }

  it("reads only what is asked for", async () => {
    const bytes = await serialize({ a: tensor([[1, 2], [3, 4], [5, 6]]), b: ones([1000]) }); // biome-ignore format: a matrix
    const { ranges, source } = noting(bytes);
    const file = await openSafetensors(source);
    const start = bytes.length - 4024;
    expect(ranges).toEqual([[0, 8], [8, start]]); // biome-ignore format: ranges
    expect(file.names).toEqual(["a", "b"]);
    expect(file.metadata).toEqual({ format: "pt" });
    expect(file.info("a")).toEqual({ type: "F32", shape: [3, 2], begin: 0, end: 24 });
    expect(file.info("c")).toBeUndefined();
    expect((await file.rows("a", 1, 3)).tolist()).toEqual([[3, 4], [5, 6]]); // biome-ignore format: a matrix
    expect((await file.rows("a", 2, 2)).shape).toEqual([0, 2]);
    expect((await file.tensor("a")).tolist()).toEqual([[1, 2], [3, 4], [5, 6]]); // biome-ignore format: a matrix
    expect(ranges.slice(2)).toEqual([[start + 8, start + 24], [start + 16, start + 16], [start, start + 24]]); // biome-ignore format: ranges
  });

  it("says what is wrong", async () => {
    const file = await openSafetensors(await serialize({ weight: ones([2, 2]), number: tensor(1) }));
    await expect(file.tensor("weights")).rejects.toThrow('did you mean "weight"');
    await expect(file.rows("weight", 0, 3)).rejects.toThrow("row 3 is out of range for size 2");
    await expect(file.rows("weight", 2, 1)).rejects.toThrow("before they begin");
    await expect(file.rows("number", 0, 1)).rejects.toThrow("no dimensions");
    await expect(openSafetensors("model.safetensors" as never)).rejects.toThrow("the source is");
    const bytes = await serialize({ weight: ones([2, 2]) });
    const short = { length: bytes.length, read: async (begin: number) => bytes.slice(begin, begin + 8) };
    await expect(openSafetensors(short)).rejects.toThrow(FormatError);
  });
});

describe("keysTwice", () => {
  it.each([
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', undefined],
    ['{"a":"a","b":"{\\"b\\":1,\\"b\\":2}"}', undefined],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"x":[{"k":1,"k":2}]}', "k"],
    [`{"${"x".repeat(1_000_000)}":1}`, undefined],
  ])("%#", (text, key) => expect(keysTwice(text)).toBe(key));
});
