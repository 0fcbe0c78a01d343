/** What the digits page and its worker say to each other. */
import type { BackendName } from "../../training/backend.js";

export type OptimizerName = "SGD" | "momentum" | "Adam" | "AdamW";

export interface DigitsSettings {
  /** The sizes of the hidden layers. */
  readonly hidden: readonly number[];
  readonly optimizer: OptimizerName;
  /** The highest; it falls to 0 along half a cosine. May change while training goes on, as may the batch size. */
  readonly learningRate: number;
  readonly batchSize: number;
  readonly backend: BackendName;
}

/** How the network does on the held-out drawings. */
export interface Evaluation {
  /** When it was made, in milliseconds; tells evaluations apart, of whichever model. */
  readonly time: number;
  readonly loss: number;
  /** The share that it recognises, from 0 to 1. */
  readonly accuracy: number;
  /** [digit][what the network takes it for] */
  readonly confusion: readonly (readonly number[])[];
  /** What it takes the first SAMPLES drawings for. */
  readonly predictions: readonly number[];
}

export interface DigitsSnapshot {
  /** The hidden layers of the model that is there; a file may have brought another than the settings. */
  readonly hidden: readonly number[];
  readonly parameters: number;
  /** Where it is computed, and why not where it was wanted. */
  readonly backend: string;
  readonly note: string | undefined;
  /** Training steps of this round, of STEPS. */
  readonly step: number;
  /** Drawings learnt from, per second. */
  readonly speed: number;
  readonly evaluation: Evaluation | undefined;
  /** The curves below, at these steps. */
  readonly steps: readonly number[];
  readonly trainingLoss: readonly number[];
  readonly heldOutLoss: readonly number[];
  readonly trainingAccuracy: readonly number[];
  readonly heldOutAccuracy: readonly number[];
  /** The weights of the first UNITS units of the first layer, each an image. */
  readonly units: Float32Array;
}

export interface DigitsProtocol {
  readonly settings: DigitsSettings;
  readonly snapshot: DigitsSnapshot;
  readonly calls: {
    /** The probabilities of the ten digits for an image. */
    readonly classify: (pixels: Float32Array) => readonly number[];
    /** The weights as a safetensors file. */
    readonly save: () => Uint8Array;
    /**
     * Takes the weights of such a file, and tells the sizes of its hidden layers; rejects, changing nothing, what is no such
     * file or holds no such network.
     */
    readonly load: (file: Uint8Array) => readonly number[];
  };
}

/** Drawings that the network is tested on. */
export const HELD_OUT = 1000;
/** Those of them that the page shows. */
export const SAMPLES = 80;
/** Units of the first layer whose weights the page shows. */
export const UNITS = 24;
/** Steps of one round of training. */
export const STEPS = 2000;
/** Training steps between two evaluations. */
export const INTERVAL = 25;
