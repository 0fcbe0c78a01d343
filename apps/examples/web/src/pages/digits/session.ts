/** A multi-layer perceptron learns to read digits, with lucid. */
import { noGrad } from "@lucid/autograd";
import { CrossEntropyLoss } from "@lucid/nn";
import { Adam, AdamW, SGD } from "@lucid/optim";
import { deserialize, serialize } from "@lucid/safetensors";
import { getDefaultBackend, manualSeed, reshape, softmax, type Tensor, tensor } from "@lucid/tensor/functions";
import { createHistory } from "../../training/history.js";
import type { Session } from "../../training/serve.js";
import { photograph, write } from "./handwriting.js";
import { type DigitImages, type Images, splitImages } from "./mnist.js";
import { createNetwork, hiddenSizes, type Network, networkFrom } from "./network.js";
import {
  type DigitsProtocol,
  type DigitsSettings,
  type Evaluation,
  HELD_OUT,
  INTERVAL,
  SAMPLES,
  STEPS,
  type TrainingData,
  UNITS,
} from "./protocol.js";
import { createRandom } from "./random.js";
import { PIXELS } from "./raster.js";

/** The number of generated drawings that are kept for training. New ones replace the oldest. */
const POOL = 8192;
/** The number of new drawings for every step. */
const FRESH = 16;
/** The number of steps over which the learning rate rises. */
const WARM_UP = 100;
/** The number of held-out digits that are evaluated at once. It is small, so that the page is answered soon on any backend. */
export const CHUNK = 100;

const images = (pixels: Float32Array): Tensor => reshape(tensor(pixels), [pixels.length / PIXELS, PIXELS]);

function createOptimizer({ optimizer, learningRate: lr }: DigitsSettings, network: Network): Adam | AdamW | SGD {
  const parameters = network.parameters();
  switch (optimizer) {
    case "SGD":
      return new SGD(parameters, { lr });
    case "momentum":
      return new SGD(parameters, { lr, momentum: 0.9 });
    case "Adam":
      return new Adam(parameters, { lr });
    case "AdamW":
      return new AdamW(parameters, { lr });
  }
}

/** The index of the largest of ten values from `start` on. */
function largest(values: ArrayLike<number>, start: number): number {
  let best = 0;
  for (let i = 1; i < 10; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

/**
 * Makes batches: of MNIST's digits, of generated drawings, or half of both. Drawings are generated without end, and a batch
 * takes some of the last POOL.
 */
function createSupply(seed: number, data: TrainingData, mnist: Images): (size: number) => Images {
  const random = createRandom(seed);
  const pool = new Float32Array(POOL * PIXELS);
  const digits = new Int32Array(POOL);
  let drawn = 0;
  return (size) => {
    const fromMnist = data === "mnist" ? size : data === "generated" ? 0 : Math.ceil(size / 2);
    const wanted = fromMnist === size ? 0 : Math.max(drawn + FRESH, size);
    for (; drawn < wanted; drawn++) {
      const place = drawn % POOL;
      const digit = drawn % 10;
      digits[place] = digit;
      photograph(random, write(random, digit), pool, place * PIXELS);
    }
    const pixels = new Float32Array(size * PIXELS);
    const labels = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const [images, kinds, count] =
        i < fromMnist ? [mnist.pixels, mnist.labels, mnist.labels.length] : [pool, digits, Math.min(drawn, POOL)];
      const place = Math.floor(random.between(0, count));
      pixels.set(images.subarray(place * PIXELS, (place + 1) * PIXELS), i * PIXELS);
      labels[i] = kinds[place]!;
    }
    return { pixels, labels };
  };
}

/** The counts of an evaluation that is under way. */
interface Count {
  seen: number;
  loss: number;
  readonly confusion: number[][];
  readonly predictions: number[];
}

/**
 * @param digits The digits of MNIST, by digit. The last of each are held out.
 * @param note The reason why the backend is not the one in the settings.
 */
export async function createSession(
  initial: DigitsSettings,
  digits: DigitImages,
  note?: string,
): Promise<Session<DigitsProtocol>> {
  let settings = initial;
  manualSeed(7);
  let network = createNetwork(initial.hidden);
  let optimizer = createOptimizer(initial, network);
  let hidden = initial.hidden;
  const criterion = new CrossEntropyLoss();
  const { training, heldOut } = splitImages(digits, HELD_OUT / 10);
  const supply = createSupply(1, initial.data, training);

  let step = 0;
  let finished = false;
  let history = createHistory(4);
  let evaluation: Evaluation | undefined;
  let count: Count | undefined;
  // The sums over the batches since the last evaluation.
  let batches = { loss: 0, right: 0, size: 0, number: 0 };
  let began = performance.now();
  let speed = 0;

  /** Evaluates the next held-out digits. No training step comes in between, so that the same network reads all of them. */
  const evaluate = async (): Promise<void> => {
    count ??= {
      seen: 0,
      loss: 0,
      confusion: Array.from({ length: 10 }, () => new Array<number>(10).fill(0)),
      predictions: [],
    };
    const current = count;
    const { seen, confusion, predictions } = current;
    const end = Math.min(HELD_OUT, seen + CHUNK);
    const labels = heldOut.labels.subarray(seen, end);
    const logits = noGrad(() => network(images(heldOut.pixels.subarray(seen * PIXELS, end * PIXELS))));
    const [loss, scores] = await Promise.all([criterion(logits, tensor(labels)).itemAsync(), logits.data()]);
    current.loss += Number(loss) * labels.length;
    for (let i = 0; i < labels.length; i++) {
      const prediction = largest(scores, 10 * i);
      confusion[labels[i]!]![prediction]!++;
      if (predictions.length < SAMPLES) predictions.push(prediction);
    }
    current.seen = end;
    if (end < HELD_OUT) return;
    const right = confusion.reduce((sum, row, digit) => sum + row[digit]!, 0);
    evaluation = {
      time: performance.timeOrigin + performance.now(),
      loss: current.loss / HELD_OUT,
      accuracy: right / HELD_OUT,
      confusion,
      predictions,
    };
    count = undefined;
  };

  const train = async (): Promise<void> => {
    // The learning rate rises slowly: a large first step could leave units with no input that activates them.
    const rise = Math.min(1, (step + 1) / WARM_UP);
    const fall = (1 + Math.cos((Math.PI * step) / STEPS)) / 2;
    for (const group of optimizer.paramGroups) group.lr = settings.learningRate * rise * fall;
    const { pixels, labels } = supply(settings.batchSize);
    optimizer.zeroGrad();
    const logits = network(images(pixels));
    const loss = criterion(logits, tensor(labels));
    const [item, scores] = await Promise.all([loss.itemAsync(), logits.data()]);
    const value = Number(item);
    if (!Number.isFinite(value)) {
      throw new Error(`Training has diverged: the loss is ${value} at step ${step}. Choose a lower learning rate.`);
    }
    loss.backward();
    optimizer.step();
    for (let i = 0; i < labels.length; i++) if (largest(scores, 10 * i) === labels[i]) batches.right++;
    batches.loss += value;
    batches.size += labels.length;
    batches.number++;
    step++;
  };

  const record = (): void => {
    const { loss, right, size, number } = batches;
    history.add([loss / number, evaluation!.loss, right / size, evaluation!.accuracy]);
    const now = performance.now();
    speed = (1000 * size) / (now - began);
    began = now;
    batches = { loss: 0, right: 0, size: 0, number: 0 };
  };

  /** Begins the next round with the current weights. The learning rate is high again. */
  const restart = (): void => {
    step = 0;
    finished = false;
    history = createHistory(4);
    count = undefined;
    batches = { loss: 0, right: 0, size: 0, number: 0 };
    began = performance.now();
  };

  do await evaluate();
  while (count !== undefined);

  return {
    async step() {
      if (finished) restart();
      if (count === undefined && (step % INTERVAL !== 0 || batches.number === 0)) {
        await train();
        return true;
      }
      await evaluate();
      if (count !== undefined) return true;
      // There are no batches yet if the weights have just been loaded.
      if (batches.number > 0) record();
      finished = step >= STEPS;
      return !finished;
    },
    async snapshot() {
      const weights = await Object.values(network.stateDict())[0]!.data();
      // Without a wait from here on: all parts belong to one step.
      const [trainingLoss, heldOutLoss, trainingAccuracy, heldOutAccuracy] = history.curves;
      return {
        hidden,
        parameters: network.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0),
        backend: getDefaultBackend().name,
        note,
        step,
        speed,
        evaluation,
        steps: history.steps.map((index) => (index + 1) * INTERVAL),
        trainingLoss: trainingLoss!,
        heldOutLoss: heldOutLoss!,
        trainingAccuracy: trainingAccuracy!,
        heldOutAccuracy: heldOutAccuracy!,
        units: Float32Array.from(weights.subarray(0, UNITS * PIXELS)),
      };
    },
    change(next) {
      settings = next;
    },
    calls: {
      samples: () => ({
        pixels: heldOut.pixels.slice(0, SAMPLES * PIXELS),
        labels: heldOut.labels.slice(0, SAMPLES),
      }),
      classify: async (pixels) => Array.from(await noGrad(() => softmax(network(images(pixels)), 1)).data(), Number),
      save: () => serialize(network),
      async load(file) {
        const stored = deserialize(file);
        const sizes = await hiddenSizes(stored);
        network = networkFrom(sizes, stored);
        optimizer = createOptimizer(settings, network);
        hidden = sizes;
        restart();
        const before = evaluation;
        while (evaluation === before) {
          await evaluate();
          // Messages of the page are read in between.
          await new Promise((resolve) => setTimeout(resolve));
        }
        return sizes;
      },
    },
  };
}
