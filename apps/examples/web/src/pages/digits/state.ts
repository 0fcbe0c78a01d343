/** What the visitor has chosen and drawn. It is kept when the visitor goes to another page and comes back. */
import { signal } from "@preact/signals";
import type { BackendName } from "../../training/backend-names.js";
import type { OptimizerName, TrainingData } from "./protocol.js";
import type { Stroke } from "./raster.js";

export type BatchSize = "16" | "32" | "64" | "128" | "256";

/** Learning rates with which each optimizer learns well. */
export const learningRates: Readonly<Record<OptimizerName, number>> = {
  SGD: 0.3,
  momentum: 0.05,
  Adam: 0.003,
  AdamW: 0.003,
};

export const data = signal<TrainingData>("both");
export const hidden = signal<readonly number[]>([128, 64]);
export const optimizer = signal<OptimizerName>("Adam");
export const learningRate = signal(learningRates.Adam);
export const batchSize = signal<BatchSize>("64");
export const backend = signal<BackendName>("wasm");
export const strokes = signal<readonly Stroke[]>([]);
/** An image of MNIST that is shown on the pad instead of a drawing. */
export const picture = signal<Float32Array | undefined>(undefined);
