import { expect, test } from "vitest";
import type { Peer, Variant } from "./benchmark.js";
import type { VariantFigures } from "./figures.js";
import { measure } from "./measure.js";
import { textOf } from "./results.js";

const effort = { samples: 3, sampleTime: 1, variantTime: 100, warmUp: 0 };

/** A peer that reports a given duration of its runs, so that the figures are known. */
const peer = (name: string, milliseconds: number, more: Partial<Peer> = {}): Peer => ({
  name,
  run: () => undefined,
  result: () => [1, 2, 4],
  time: async (repetitions) => milliseconds * repetitions,
  ...more,
});

const variantOf = (peers: Variant["peers"], more: Partial<Variant> = {}): Variant => ({
  label: "some work",
  amount: 6,
  unit: "element",
  tolerance: 0.01,
  peers,
  ...more,
});

const figuresOf = (variant: Variant): Promise<VariantFigures> => measure("a case", variant, effort);

test("median, rate and ratio are computed, also for a peer that does another amount of work", async () => {
  const { result: _, ...other } = peer("own", 4, { how: "twice as much", amount: 12 });
  const { peers, missing } = await figuresOf(variantOf([peer("own", 2), peer("other", 3), other]));
  expect(missing).toEqual([]);
  expect(peers.map(({ name, how, median, rate, ratio }) => [name, how, median, rate, ratio])).toEqual([
    ["own", undefined, 2, 3000, 1],
    ["other", undefined, 3, 2000, 1.5],
    ["own", "twice as much", 4, 3000, 1],
  ]);
});

test("bars show a time, a ratio of times, a rate, a ratio of rates, and a measurement that is missing", async () => {
  const { bars } = await figuresOf(
    variantOf([peer("own", 2), peer("other", 1), { name: "absent", missing: "it is not here" }], {
      bars: [
        { milliseconds: 3 },
        { milliseconds: 0.5, over: "other" },
        { peer: "other", rate: 12_000 },
        { times: 0.4, of: "other" },
        { times: 1, of: "absent" },
        { peer: "own, 2 threads", milliseconds: 1 },
      ],
    }),
  );
  expect(bars).toEqual([
    { peer: "own", asked: "≤ 3.00 ms", got: "2.00 ms", share: 1.5 },
    { peer: "own", asked: "≤ 500 µs over other", got: "1.00 ms", share: 0.5 },
    { peer: "other", asked: "≥ 12.0 kelement/s", got: "6.00 kelement/s", share: 0.5 },
    { peer: "own", asked: "≥ 0.4 × other", got: "0.50 ×", share: 1.25 },
    { peer: "own", asked: "≥ 1 × absent", got: "absent missing: it is not here" },
    { peer: "own, 2 threads", asked: "≤ 1.00 ms", got: "own, 2 threads missing: nobody is called so" },
  ]);
});

test("a peer that returns other numbers or fails, at once or later, is missing; the others are measured", async () => {
  let runs = 0;
  const { peers, missing } = await figuresOf(
    variantOf([
      peer("own", 1),
      peer("wrong", 1, { result: () => [1, 2, 4.1] }),
      peer("short", 1, { result: () => [1, 2] }),
      peer("close", 1, { result: () => [1, 2.03, 4] }),
      peer("broken", 1, {
        run: () => {
          throw new Error("no luck\nat all");
        },
      }),
      peer("tired", 1, {
        time: async (repetitions) => {
          if (runs++ > 5) throw new Error("too much");
          return repetitions;
        },
      }),
    ]),
  );
  expect(peers.map(({ name }) => name)).toEqual(["own", "close"]);
  expect(missing).toEqual([
    { name: "wrong", missing: "disagrees: 4.1 at 2, where 4 is expected" },
    { name: "short", missing: "disagrees: 2 numbers, not 3" },
    { name: "broken", missing: "no luck" },
    { name: "tired", missing: "too much" },
  ]);
});

test("a variant without its first peer is measured, and its goal is left open", async () => {
  const absent = { name: "own", missing: "no threads" };
  const { peers, bars } = await figuresOf(variantOf([absent, peer("other", 1)], { bars: [{ milliseconds: 1 }] }));
  expect(peers.map(({ name, ratio }) => [name, ratio])).toEqual([["other", 1]]);
  expect(bars).toEqual([{ peer: "own", asked: "≤ 1.00 ms", got: "own missing: no threads" }]);
});

test("bytes that escape and bytes that are evicted are counted for each run", async () => {
  let [unfreed, evicted] = [0, 0];
  const { time: _, ...own } = peer("own", 1, {
    run: () => {
      unfreed += 40;
      evicted += 8;
    },
    memory: { unfreedBytes: () => unfreed, evictedBytes: () => evicted },
  });
  const fixed = { samples: 50, repetitions: 10 };
  const { peers, residentGrowth } = await figuresOf(variantOf([own], { fixed }));
  expect(peers.map(({ escaped, evicted, samples }) => [escaped, evicted, samples])).toEqual([[40, 8, 6]]);
  expect(residentGrowth).toBeTypeOf("number");
});

test("results are JSON with one line for each variant", async () => {
  const figures = [await figuresOf(variantOf([peer("own", 1 / 3)]))];
  const machine = { processor: "a", cores: 1, memory: "1 GiB", system: "b", node: "v1" };
  const run = {
    date: "2000-01-01",
    quick: true,
    chosen: "",
    seconds: 1,
    machine,
    load: [0, 1],
    versions: {},
    failures: [],
  };
  const text = textOf({ ...run, load: [0, 1], figures });
  expect(JSON.parse(text)).toMatchObject({ ...run, figures: [{ peers: [{ median: 0.3333 }] }] });
  expect(text.split("\n").filter((line) => line.includes('"some work"'))).toHaveLength(1);
});
