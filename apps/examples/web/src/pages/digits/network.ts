/** The multi-layer perceptron: makes it, saves it, and loads it from a file. */
import { Linear, type Module, ReLU, Sequential } from "@lucid/nn";
import type { Tensor } from "@lucid/tensor/functions";
import { PIXELS } from "./raster.js";

export type Network = Module<[images: Tensor]>;

/** Makes a network (batch, PIXELS) → (batch, 10) with a ReLU after every hidden layer. */
export function createNetwork(hidden: readonly number[]): Network {
  const layers: Network[] = [];
  let size = PIXELS;
  for (const units of hidden) {
    layers.push(new Linear(size, units), new ReLU());
    size = units;
  }
  layers.push(new Linear(size, 10));
  return new Sequential(...layers);
}

/** A file with weights that this page cannot use, and why. */
export class FileError extends Error {
  override readonly name = "FileError";
}

type State = Readonly<Record<string, Tensor>>;

/** The most units of a layer, so that a broken or foreign file cannot use up the page's memory. */
const LARGEST = 2048;

/**
 * The sizes of the hidden layers of the network that a file holds.
 *
 * @throws FileError unless its tensors are those of such a network, all numbers finite.
 */
export async function hiddenSizes(stored: State): Promise<readonly number[]> {
  const names = Object.keys(stored);
  const sizes: number[] = [];
  let size = PIXELS;
  for (let layer = 0; layer < names.length; layer += 2) {
    const weight = stored[`${layer}.weight`];
    const bias = stored[`${layer}.bias`];
    if (weight === undefined || bias === undefined) break;
    const [units, inputs, ...more] = weight.shape;
    if (units === undefined || inputs !== size || more.length > 0) {
      throw new FileError(
        `"${layer}.weight" has shape [${weight.shape.join(", ")}], but this layer has ${size} inputs: [units, ${size}].`,
      );
    }
    if (units < 1 || units > LARGEST)
      throw new FileError(`"${layer}.weight" has ${units} units; from 1 to ${LARGEST} fit here.`);
    if (bias.shape.length !== 1 || bias.shape[0] !== units) {
      throw new FileError(
        `"${layer}.bias" has shape [${bias.shape.join(", ")}], but "${layer}.weight" wants [${units}].`,
      );
    }
    sizes.push(units);
    size = units;
  }
  if (sizes.length === 0 || names.length !== 2 * sizes.length) {
    throw new FileError(
      "The file holds other tensors than this network: " +
        `${names.length === 0 ? "none" : names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}; ` +
        "wanted are 0.weight, 0.bias, 2.weight, 2.bias and so on.",
    );
  }
  if (size !== 10) throw new FileError(`The last layer has ${size} outputs; for ten digits it should have 10.`);
  for (const [name, weights] of Object.entries(stored)) {
    if (weights.dtype !== "float32") throw new FileError(`"${name}" is ${weights.dtype}; this network is float32.`);
    const areFinite = (await weights.data()).every((value: number) => Number.isFinite(value));
    if (!areFinite) throw new FileError(`"${name}" holds numbers that are not finite.`);
  }
  return sizes.slice(0, -1);
}

/** Makes a network with hidden layers of these sizes and the weights of a file, whose sizes they are. */
export function networkFrom(hidden: readonly number[], stored: State): Network {
  const network = createNetwork(hidden);
  network.loadStateDict(stored);
  return network;
}
