/**
 * The base class of the losses. It is not exported from the package.
 *
 * @module
 */
import { checkOptions, type OptionNames } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type LossOptions, type ResolvedReduction, resolveReduction } from "../functional/internal/reduction.js";
import { LibraryModule } from "../module/library-module.js";

/** A module that compares an input with a target and reduces the losses of all elements. */
export abstract class Loss<
  O extends LossOptions = LossOptions,
  Args extends readonly Tensor[] = [input: Tensor, target: Tensor],
> extends LibraryModule<Args> {
  /** How the losses of all elements are reduced. */
  readonly reduction: ResolvedReduction;

  /** Checks the names of the options, and reads `reduction`. */
  protected constructor(options: O | undefined, names: OptionNames<O>) {
    super();
    checkOptions(this.constructor.name, options, names);
    this.reduction = resolveReduction(this.constructor.name, options?.reduction);
  }
}
