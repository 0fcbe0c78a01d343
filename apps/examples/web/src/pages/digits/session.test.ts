import { createCpuBackend } from "@lucid/backend-cpu";
import { deserialize, serialize } from "@lucid/safetensors";
import { full, setDefaultBackend, type Tensor, zeros } from "@lucid/tensor/functions";
import { beforeAll, describe, expect, it } from "vitest";
import { mnistImages } from "../../../scripts/mnist-plugin.js";
import { drawDigits } from "../../../test/generated-digits.js";
import { type DigitsSettings, HELD_OUT, INTERVAL, SAMPLES, UNITS } from "./protocol.js";
import { PIXELS } from "./raster.js";
import { CHUNK, createSession } from "./session.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

const digits = mnistImages();

const settings: DigitsSettings = {
  data: "both",
  hidden: [24],
  optimizer: "Adam",
  learningRate: 0.01,
  batchSize: 32,
  backend: "cpu",
};

type DigitsSession = Awaited<ReturnType<typeof createSession>>;

/** Trains to the step of this number, and evaluates after it. */
async function trainTo(session: DigitsSession, step: number): Promise<void> {
  for (let i = 0; i < step + (step / INTERVAL) * (HELD_OUT / CHUNK); i++) await session.step();
  expect((await session.snapshot()).steps.at(-1)).toBe(step);
}

const drawing = drawDigits(5, 4).pixels.slice(3 * PIXELS);
const classify = async (session: DigitsSession): Promise<readonly number[]> => await session.calls!.classify(drawing);
const save = async (session: DigitsSession): Promise<Uint8Array> => await session.calls!.save();

describe("training", () => {
  it("learns to read handwritten digits that it was not trained on", async () => {
    const session = await createSession(settings, digits);
    const untrained = await session.snapshot();
    expect(untrained.step).toBe(0);
    expect(untrained.parameters).toBe(400 * 24 + 24 + 24 * 10 + 10);
    // An untrained network guesses: the accuracy is about 0.1 and the loss about log 10.
    expect(untrained.evaluation!.accuracy).toBeLessThan(0.35);
    expect(Math.abs(untrained.evaluation!.loss - Math.log(10))).toBeLessThan(0.3);

    await trainTo(session, 300);
    const trained = await session.snapshot();
    const { accuracy, confusion, loss, predictions } = trained.evaluation!;
    expect(accuracy).toBeGreaterThan(0.85);
    expect(loss).toBeLessThan(0.5);
    expect(confusion.map((row) => row.reduce((sum, count) => sum + count))).toEqual(Array(10).fill(HELD_OUT / 10));
    expect(confusion.reduce((sum, row, digit) => sum + row[digit]!, 0)).toBe(Math.round(accuracy * HELD_OUT));
    expect(predictions).toHaveLength(SAMPLES);
    expect(trained.units).toHaveLength(UNITS * PIXELS);
    expect(trained.steps).toEqual(Array.from({ length: 300 / INTERVAL }, (_, i) => (i + 1) * INTERVAL));
    expect(trained.heldOutAccuracy.at(-1)).toBe(accuracy);
    expect(trained.trainingLoss.at(-1)).toBeLessThan(trained.trainingLoss[0]!);

    const probabilities = await classify(session);
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(probabilities.indexOf(Math.max(...probabilities))).toBe(3);
  });

  it.each(["SGD", "momentum", "AdamW"] as const)("%s lowers the loss", async (optimizer) => {
    const learningRate = optimizer === "SGD" ? 0.3 : optimizer === "momentum" ? 0.05 : 0.01;
    const session = await createSession({ ...settings, optimizer, learningRate }, digits);
    const before = (await session.snapshot()).evaluation!.loss;
    await trainTo(session, 100);
    expect((await session.snapshot()).evaluation!.loss).toBeLessThan(0.7 * before);
  });

  it("says when it has diverged", async () => {
    const session = await createSession({ ...settings, optimizer: "SGD" }, digits);
    session.change!({ ...settings, optimizer: "SGD", learningRate: 1e30 });
    const training = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) await session.step();
    };
    await expect(training()).rejects.toThrow(/diverged: the loss is .* Choose a lower learning rate/);
  });
});

describe("files", () => {
  it("hold the trained weights, and another session can continue from them", async () => {
    const session = await createSession(settings, digits);
    await trainTo(session, 50);
    const file = await save(session);
    expect(Object.entries(deserialize(file)).map(([name, { shape }]) => [name, shape])).toEqual([
      ["0.bias", [24]],
      ["0.weight", [24, 400]],
      ["2.bias", [10]],
      ["2.weight", [10, 24]],
    ]);
    const other = await createSession({ ...settings, hidden: [8, 8] }, digits);
    expect(await other.calls!.load(file)).toEqual([24]);
    expect(await classify(other)).toEqual(await classify(session));
    const { hidden, step, steps, evaluation } = await other.snapshot();
    expect(hidden).toEqual([24]);
    expect([step, steps.length]).toEqual([0, 0]);
    expect({ ...evaluation, time: 0 }).toEqual({ ...(await session.snapshot()).evaluation, time: 0 });
    await trainTo(other, 25);
    expect((await other.snapshot()).steps).toEqual([25]);
  });

  it.each<[string, () => Readonly<Record<string, Tensor>>, RegExp]>([
    ["none", () => ({}), /other tensors than this network: none/],
    ["of other names", () => ({ "fc.weight": zeros(10, 400), "fc.bias": zeros(10) }), /fc.bias, fc.weight; wanted/],
    [
      "of another image size",
      () => ({ "0.weight": zeros(10, 784), "0.bias": zeros(10) }),
      /has 400 inputs: \[units, 400\]/,
    ],
    ["for another number of classes", () => ({ "0.weight": zeros(3, 400), "0.bias": zeros(3) }), /has 3 outputs/],
    ["with a bias that does not fit", () => ({ "0.weight": zeros(10, 400), "0.bias": zeros(9) }), /wants \[10\]/],
    [
      "with a layer too many",
      () => ({ "0.weight": zeros(10, 400), "0.bias": zeros(10), "9.weight": zeros(1) }),
      /other tensors than this network/,
    ],
    [
      "that are not finite",
      () => ({ "0.weight": zeros(10, 400), "0.bias": full([10], Number.NaN) }),
      /"0.bias" holds numbers that are not finite/,
    ],
    [
      "of another type",
      () => ({ "0.weight": zeros(10, 400), "0.bias": zeros([10], { dtype: "int32" }) }),
      /"0.bias" is int32/,
    ],
  ])("weights %s are refused, and nothing changes", async (_, weights, text) => {
    const session = await createSession({ ...settings, hidden: [4] }, digits);
    await trainTo(session, 25);
    const before = [await classify(session), await session.snapshot(), await save(session)];
    await expect((async () => await session.calls!.load(await serialize(weights())))()).rejects.toThrow(text);
    expect([await classify(session), await session.snapshot(), await save(session)]).toEqual(before);
  });
});
