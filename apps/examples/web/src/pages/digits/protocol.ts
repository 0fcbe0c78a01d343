/** The messages between the Digits page and its worker. */
import type { BackendName } from "../../training/backend-names.js";
import type { Images } from "./mnist.js";

export type OptimizerName = "SGD" | "momentum" | "Adam" | "AdamW";

/** The images that the network is trained on. */
export type TrainingData = "both" | "mnist" | "generated";

export interface DigitsSettings {
  readonly data: TrainingData;
  /** The sizes of the hidden layers. */
  readonly hidden: readonly number[];
  readonly optimizer: OptimizerName;
  /** The highest learning rate. It falls to 0 along half a cosine. It can change during training, as the batch size can. */
  readonly learningRate: number;
  readonly batchSize: number;
  readonly backend: BackendName;
}

/** How well the network reads the held-out digits. */
export interface Evaluation {
  /** The time of the evaluation in milliseconds. It identifies the evaluation. */
  readonly time: number;
  readonly loss: number;
  /** The share of digits that are read correctly, from 0 to 1. */
  readonly accuracy: number;
  /** The number of digits, by [the digit in the image][the predicted digit]. */
  readonly confusion: readonly (readonly number[])[];
  /** The predictions for the first SAMPLES digits. */
  readonly predictions: readonly number[];
}

export interface DigitsSnapshot {
  /** The hidden layers of the current model. A file may have brought other layers than the settings have. */
  readonly hidden: readonly number[];
  readonly parameters: number;
  /** The backend that computes, and the reason if it is not the one in the settings. */
  readonly backend: string;
  readonly note: string | undefined;
  /** The training steps of this round that are done, of STEPS. */
  readonly step: number;
  /** Images trained on per second. */
  readonly speed: number;
  readonly evaluation: Evaluation | undefined;
  /** The steps at which the curves below have values. */
  readonly steps: readonly number[];
  readonly trainingLoss: readonly number[];
  readonly heldOutLoss: readonly number[];
  readonly trainingAccuracy: readonly number[];
  readonly heldOutAccuracy: readonly number[];
  /** The weights of the first UNITS units of the first layer. The weights of each unit are an image. */
  readonly units: Float32Array;
}

export interface DigitsProtocol {
  readonly settings: DigitsSettings;
  readonly snapshot: DigitsSnapshot;
  readonly calls: {
    /** The first SAMPLES held-out digits. */
    readonly samples: () => Images;
    /** The probabilities of the ten digits for an image. */
    readonly classify: (pixels: Float32Array) => readonly number[];
    /** The weights as a safetensors file. */
    readonly save: () => Uint8Array;
    /**
     * Takes the weights from such a file and returns the sizes of its hidden layers. If it is not such a file, or does not
     * hold such a network, it rejects and changes nothing.
     */
    readonly load: (file: Uint8Array) => readonly number[];
  };
}

/** The number of digits that the network is tested on. */
export const HELD_OUT = 1000;
/** The number of them that the page shows. */
export const SAMPLES = 80;
/** The number of units of the first layer whose weights the page shows. */
export const UNITS = 24;
/** The steps of one round of training. */
export const STEPS = 2000;
/** The training steps between two evaluations. */
export const INTERVAL = 25;
