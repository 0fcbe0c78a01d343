/**
 * The connection between tensors and automatic differentiation. `@lucid/autograd` installs its recorder here.
 *
 * @module
 */
import { AutogradError } from "@lucid/backend";
import type { Tensor } from "../tensor/tensor.js";
import { setRecorderTransform, type Transform } from "./call.js";

/** Options of `backward`. */
export interface BackwardOptions {
  /** Whether the saved values are kept, so that `backward` can run again; default: the value of `createGraph`. */
  readonly retainGraph?: boolean;
  /** Whether the backward pass itself is recorded, so that gradients can be differentiated again; default false. */
  readonly createGraph?: boolean;
}

/** A function that sees a gradient and may return another in its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing is the commonest kind
export type GradientHook = (gradient: Tensor) => Tensor | void;

/** Removes the hook that was registered. */
export type RemoveHook = () => void;

/** What the recorder remembers about a tensor. Only the recorder makes and reads it. */
export interface GradientState {
  readonly requiresGrad: boolean;
}

/** The interface that automatic differentiation implements. */
export interface Recorder extends Transform {
  /** Updates the state of a view after its base was written. */
  refresh(view: Tensor): void;
  setRequiresGrad(tensor: Tensor, value: boolean): void;
  isLeaf(tensor: Tensor): boolean;
  gradient(tensor: Tensor): Tensor | undefined;
  setGradient(tensor: Tensor, gradient: Tensor | undefined): void;
  detach(tensor: Tensor): Tensor;
  retainGrad(tensor: Tensor): void;
  registerHook(tensor: Tensor, hook: GradientHook): RemoveHook;
  registerPostAccumulateGradHook(tensor: Tensor, hook: (tensor: Tensor) => void): RemoveHook;
  backward(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void;
  backwardAsync(tensor: Tensor, gradient: Tensor | undefined, options: BackwardOptions): Promise<void>;
  /** Runs `code` without recording gradients. */
  noGrad<R>(code: () => R): R;
}

let installed: Recorder | undefined;

/** Installs automatic differentiation. `@lucid/autograd` does this on import. */
export function installRecorder(recorder: Recorder): void {
  installed = recorder;
  setRecorderTransform(recorder);
}

/** Returns the installed recorder, or undefined. */
export function installedRecorder(): Recorder | undefined {
  return installed;
}

/**
 * Returns the installed recorder.
 *
 * @throws AutogradError, naming the package to import, if there is none.
 */
export function requireRecorder(operation: string): Recorder {
  if (installed !== undefined) return installed;
  throw new AutogradError(operation, "nothing records gradients", {
    rule: "gradients need @lucid/autograd",
    remedy: 'npm install @lucid/autograd, and import "@lucid/autograd" once',
  });
}

/** Runs `code` without recording gradients. Without `@lucid/autograd` nothing is recorded in any case. */
export function noGrad<R>(code: () => R): R {
  return installed === undefined ? code() : installed.noGrad(code);
}
