/**
 * The seam between tensors and automatic differentiation: `@lucid/autograd` installs a recorder here.
 *
 * @module
 */
import { AutogradError } from "@lucid/backend";
import type { Tensor } from "../tensor/tensor.js";
import { setRecorderTransform, type Transform } from "./call.js";

/** Options of `backward`. */
export interface BackwardOptions {
  /** Keep what was saved, so that `backward` can run again; default the value of `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the backward pass itself, so that gradients can be differentiated again; default false. */
  readonly createGraph?: boolean;
}

/** A function that sees a gradient and may return another in its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing is the commonest kind
export type GradientHook = (gradient: Tensor) => Tensor | void;

/** Removes what was registered. */
export type RemoveHook = () => void;

/** A tensor's part in differentiation; made and read by the recorder alone. */
export interface GradientState {
  readonly requiresGrad: boolean;
}

/** What automatic differentiation must provide. */
export interface Recorder extends Transform {
  /** Brings a view's state up to date with what was written to its base. */
  refresh(view: Tensor): void;
  setRequiresGrad(tensor: Tensor, value: boolean): void;
  isLeaf(tensor: Tensor): boolean;
  gradient(tensor: Tensor): Tensor | undefined;
  setGradient(tensor: Tensor, gradient: Tensor | undefined): void;
  detach(tensor: Tensor): Tensor;
  retainGrad(tensor: Tensor): void;
  registerHook(tensor: Tensor, hook: GradientHook): RemoveHook;
  backward(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void;
  backwardAsync(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): Promise<void>;
  /** Runs `code` without recording. */
  withoutRecording<R>(code: () => R): R;
}

let installed: Recorder | undefined;

/** Installs automatic differentiation; `@lucid/autograd` does it on import. */
export function installRecorder(recorder: Recorder): void {
  installed = recorder;
  setRecorderTransform(recorder);
}

/** The installed recorder, or undefined. */
export function installedRecorder(): Recorder | undefined {
  return installed;
}

/** @throws AutogradError naming the package to import if nothing records gradients. */
export function requireRecorder(operation: string): Recorder {
  if (installed !== undefined) return installed;
  throw new AutogradError(operation, "nothing records gradients", {
    rule: "gradients need @lucid/autograd",
    remedy: 'npm install @lucid/autograd, and import "@lucid/autograd" once',
  });
}

/** Runs `code` without recording gradients, whether or not anything could record them. */
export function unrecorded<R>(code: () => R): R {
  return installed === undefined ? code() : installed.withoutRecording(code);
}
