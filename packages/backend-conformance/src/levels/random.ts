/**
 * The level `random`: the bits of Philox-4×32-10, which are the same on every backend.
 *
 * @module
 */
import { cast, constant, type Expr, index, input, op, random, scalar, sizeOf } from "@lucid/backend";
import { map, reduce } from "../call.js";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import type { Layout } from "../layouts.js";
import { philoxWord } from "../reference/philox.js";
import { checkStored, STORED } from "../stored.js";

/**
 * Known words of Philox-4×32-10 for counters (block, 0, 0, 0). They come from an implementation in Python's integers
 * that reproduces the three known answers of the authors' Random123; the first line is one of them.
 */
const known: readonly {
  readonly key: readonly [number, number];
  readonly block: number;
  readonly words: readonly number[];
}[] = [
  { key: [0, 0], block: 0, words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  { key: [0, 0], block: 1, words: [0xf8e4cca4, 0x5cb200db, 0xb1a574eb, 0x097eff67] },
  { key: [-1, -1], block: 0x3fffffff, words: [0x4f80472a, 0xe55c9932, 0x917d81ae, 0x4c527057] },
  { key: [0x12345678, 0x9abcdef0 | 0], block: 0, words: [0x0279b337, 0xecb5bd8d, 0xe611c4f6, 0x44ece875] },
  { key: [0x12345678, 0x9abcdef0 | 0], block: 1, words: [0xeb897a36, 0x4fcdf6b6, 0xfba23d8c, 0x6eed5b47] },
  { key: [0x12345678, 0x9abcdef0 | 0], block: 2, words: [0x207b164b, 0x5d52b9ca, 0xba2c9175, 0x19dee812] },
  { key: [0x12345678, 0x9abcdef0 | 0], block: 3, words: [0x79a15f39, 0xa13c94ab, 0x4e2780f6, 0xd661efdd] },
  { key: [42, 7], block: 0x1fffffff, words: [0x3467b201, 0xcd45860d, 0x6737e5ff, 0x87df89a5] },
  { key: [42, 7], block: 0x20000000, words: [0xbbc3e9be, 0xdc289d5a, 0xb15312e5, 0xee0ed8a1] },
];
const signed = (words: readonly number[]): number[] => words.map((word) => word | 0);
/** The first 16 words under the key (0x12345678, 0x9abcdef0). */
const SIXTEEN = signed(known.slice(3, 7).flatMap(({ words }) => words));
const KEY = known[3]!.key;
const keyed = (counter?: Expr): Expr => random(scalar(0, "int32"), scalar(1, "int32"), counter);

function cases(): ConformanceCase[] {
  const list = known.map(({ key, block, words }) =>
    defineCase(["random", "words", `key ${key.join(", ")}, block ${block}`], ["int32"], async (session) => {
      const counters = [0, 1, 2, 3].map((word) => (block * 4 + word) | 0);
      const counter = session.input("int32", [4], counters);
      const output = session.output("int32", [4]);
      map(session, [keyed(input(0, "int32"))], [counter], [output], key);
      await session.check(output, { expected: signed(words), context: (i) => `counter ${counters[i]}` });
    }),
  );
  const layouts: readonly (readonly [string, readonly number[], Layout])[] = [
    ["rank 0", [], {}],
    ["vector", [16], {}],
    ["matrix", [4, 4], {}],
    ["transposed output", [2, 8], { order: [1, 0] }],
    ["backward output", [4, 3], { flips: [0, 1], before: 2 }],
    ["strided output", [3, 5], { steps: [1, 2], before: 3, after: 1 }],
    ["rank 4", [2, 2, 1, 3], { order: [2, 0] }],
  ];
  for (const [name, shape, layout] of layouts) {
    list.push(
      defineCase(["random", "default counter", name], ["int32"], async (session) => {
        const output = session.output("int32", shape, layout);
        map(session, [keyed()], [], [output], KEY);
        await session.check(output, { expected: SIXTEEN.slice(0, sizeOf(shape)) });
      }),
    );
  }
  list.push(
    defineCase(["random", "default counter", STORED], ["int32"], async (session) => {
      const output = session.output("int32", [16]);
      map(session, [keyed()], [], [output], KEY);
      await checkStored(session, output, { expected: SIXTEEN });
    }),
    defineCase(["random", "default counter", "beside a transposed input"], ["int32", "float64"], async (session) => {
      const x = session.input("float64", [3, 5], [0.5], { order: [1, 0] });
      const output = session.output("float64", [3, 5]);
      map(session, [op("add", cast(keyed(), "float64"), input(0, "float64"))], [x], [output], KEY);
      await session.check(output, { expected: SIXTEEN.slice(0, 15).map((word) => word + 0.5) });
    }),
    defineCase(["random", "counters", "computed"], ["int32"], async (session) => {
      const output = session.output("int32", [2, 6]);
      const counter = op("add", index(0), op("mul", index(1), constant(2, "int32")));
      map(session, [keyed(counter)], [], [output], KEY);
      await session.check(output, { expected: [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11].map((i) => SIXTEEN[i]!) });
    }),
    defineCase(["random", "keys", "constants"], ["int32"], async (session) => {
      const output = session.output("int32", [8]);
      map(session, [random(constant(KEY[0], "int32"), constant(KEY[1], "int32"))], [], [output]);
      await session.check(output, { expected: SIXTEEN.slice(0, 8) });
    }),
    defineCase(["random", "keys", "from inputs"], ["int32"], async (session) => {
      const key0 = session.input("int32", [2, 1], [KEY[0], 0]);
      const key1 = session.input("int32", [2, 1], [KEY[1], 0]);
      const output = session.output("int32", [2, 1]);
      map(session, [random(input(0, "int32"), input(1, "int32"))], [key0, key1], [output]);
      await session.check(output, { expected: [SIXTEEN[0]!, 0xe169c58d | 0] });
    }),
    defineCase(["random", "keys", "two in one expression"], ["int32"], async (session) => {
      const output = session.output("int32", [4]);
      const other = random(scalar(2, "int32"), scalar(2, "int32"));
      map(session, [op("xor", keyed(), other)], [], [output], [...KEY, 0]);
      await session.check(output, {
        expected: [0x0279b337 ^ 0x6627e8d5, 0xecb5bd8d ^ 0xe169c58d, 0xe611c4f6 ^ 0xbc57ac4c, 0x44ece875 ^ 0x9b00dbd8],
      });
    }),
    defineCase(["random", "counters", "in any order"], ["int32"], async (session) => {
      const counters = Array.from({ length: 203 }, (_, i) => Math.imul(i, 0x9e3779b1));
      const counter = session.input("int32", [203], counters, { flips: [0], before: 1 });
      const output = session.output("int32", [203], { steps: [2], after: 1 });
      map(session, [keyed(input(0, "int32"))], [counter], [output], KEY);
      await session.check(output, { expected: counters.map((at) => philoxWord(KEY[0], KEY[1], at)) });
    }),
    defineCase(["random", "long", "default counter"], ["int32"], async (session) => {
      const output = session.output("int32", [7, 4099], { before: 3, after: 1 });
      map(session, [keyed()], [], [output], [-1, 77]);
      const expected = Array.from({ length: 7 * 4099 }, (_, i) => philoxWord(-1, 77, i));
      await session.check(output, { expected });
    }),
    defineCase(["random", "long", "reduced"], ["int32", "float64"], async (session) => {
      // The sum of 40,000 words is exact in float64, in any order.
      const output = session.output("float64", [1, 1]);
      reduce(session, {
        op: "sum",
        value: cast(keyed(), "float64"),
        shape: [200, 200],
        inputs: [],
        scalars: KEY,
        axes: [0, 1],
        output,
      });
      let expected = 0;
      for (let i = 0; i < 40_000; i++) expected += philoxWord(KEY[0], KEY[1], i);
      await session.check(output, { expected: [expected] });
    }),
    defineCase(["random", "uniform numbers", "float32"], ["float32", "int32"], async (session) => {
      // The framework makes numbers in [0, 1) from the upper 24 bits in this way.
      const output = session.output("float32", [1031], { before: 1 });
      const bits = op("ushr", keyed(), constant(8, "int32"));
      map(session, [op("mul", cast(bits, "float32"), constant(2 ** -24, "float32"))], [], [output], KEY);
      const expected = Array.from({ length: 1031 }, (_, i) => (philoxWord(KEY[0], KEY[1], i) >>> 8) / 2 ** 24);
      await session.check(output, { expected });
    }),
  );
  return list;
}

/** The level `random`. */
export const randomLevel: Level = { name: "random", cases };
