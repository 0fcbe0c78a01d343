/**
 * `checkpoint`: values that are computed again instead of being kept.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  checkOptions,
  describeValue,
  equalShapes,
  type OptionNames,
} from "@lucid/backend";
import { assertFunction, asUser, markEscaped, refusePromise } from "@lucid/tensor/extend";
import { getRandomState, type RandomState, setRandomState, Tensor } from "@lucid/tensor/functions";
import { enableGrad, isGradEnabled } from "./modes.js";
import { type SavedHooks, withSavedHooks } from "./saved.js";

/** Options of {@link checkpoint}. */
export interface CheckpointOptions {
  /** Whether the function draws the same random numbers when it runs again; default true. */
  readonly preserveRngState?: boolean | undefined;
}

const OPTIONS: OptionNames<CheckpointOptions> = { preserveRngState: true };

/** What is known about a value that a function has saved. */
type Kind = Pick<Tensor, "shape" | "dtype">;

/** A run of a function whose saved values are computed again. */
class Run implements SavedHooks {
  readonly #compute: () => unknown;
  readonly #tensors: readonly Tensor[];
  readonly #versions: readonly number[];
  readonly #random: RandomState | undefined;
  /** The values that the first run has saved, and how many of them are not dropped. */
  readonly #kinds: Kind[] = [];
  #alive = 0;
  /** Whether the first run is over. */
  #over = false;
  /** The values of the second run, until all were asked for. */
  #values: readonly Tensor[] | undefined;
  readonly #given = new Set<number>();

  constructor(compute: () => unknown, tensors: readonly Tensor[], random: RandomState | undefined) {
    this.#compute = compute;
    this.#tensors = tensors;
    this.#versions = tensors.map(({ storage }) => storage.version);
    this.#random = random;
    for (const { storage } of tensors) storage.hold();
  }

  /** Ends the first run. Where nothing can ask for a value any more, the hold on the inputs ends. */
  settle(): void {
    this.#over = true;
    if (this.#alive === 0) for (const { storage } of this.#tensors) storage.unhold();
  }

  pack({ shape, dtype }: Tensor): number {
    this.#alive++;
    return this.#kinds.push({ shape, dtype }) - 1;
  }

  unpack(packed: unknown): Tensor {
    const index = packed as number;
    this.#values ??= this.#again();
    const value = this.#values[index]!;
    this.#given.add(index);
    if (this.#given.size === this.#kinds.length) this.#forget();
    return value;
  }

  drop(): void {
    this.#alive--;
    if (this.#alive > 0 || !this.#over) return;
    this.#forget();
    this.settle();
  }

  #forget(): void {
    for (const { storage } of this.#values ?? []) storage.unhold();
    this.#values = undefined;
    this.#given.clear();
  }

  /** Runs the function again, and returns what it saves. */
  #again(): readonly Tensor[] {
    this.#tensors.forEach(({ storage }, i) => {
      if (storage.version === this.#versions[i]) return;
      throw new AutogradError("checkpoint", `input ${i} was changed in place`, {
        rule: "the function runs again in backward, and needs its inputs as they were",
      });
    });
    const values: Tensor[] = [];
    const collect: SavedHooks = {
      pack(tensor) {
        tensor.storage.hold();
        values.push(new Tensor(tensor));
      },
      unpack() {
        throw new AutogradError("checkpoint", "a value of the second run was asked for", {
          rule: "the function does not call backward on what it computes",
        });
      },
      drop() {},
    };
    const outer = getRandomState();
    if (this.#random !== undefined) setRandomState(this.#random);
    try {
      enableGrad(() => withSavedHooks(collect, this.#compute));
    } finally {
      if (this.#random !== undefined) setRandomState(outer);
    }
    const same =
      values.length === this.#kinds.length &&
      this.#kinds.every(({ shape, dtype }, i) => equalShapes(shape, values[i]!.shape) && dtype === values[i]!.dtype);
    if (same) return values;
    for (const { storage } of values) storage.unhold();
    throw new AutogradError("checkpoint", "the function saved other values when it ran again", {
      rule: "it computes the same in both runs",
    });
  }
}

/**
 * Runs a function without keeping what `backward` will need of it: `backward` runs the function again. This takes less
 * memory and more time.
 *
 * @param fn - the function. It may use other tensors than its inputs, such as the parameters of a model.
 * @param inputs - its arguments: a tensor, or a list of arguments.
 * @param options - `preserveRngState`.
 * @returns what the function returned.
 * @throws ArgumentError for wrong arguments; AutogradError, from `backward`, if the function computes something else in its
 * second run.
 *
 * @example
 * ```ts
 * const x = tensor([0, 1], { requiresGrad: true });
 * const y = checkpoint((x: Tensor) => x.exp().square(), x);
 * y.sum().backward();
 * x.grad; // → Tensor([2, 14.7781])
 * ```
 *
 * @see torch.utils.checkpoint.checkpoint
 */
export function checkpoint<R>(fn: (input: Tensor) => R, inputs: Tensor, options?: CheckpointOptions): R;
export function checkpoint<A extends readonly unknown[], R>(
  fn: (...inputs: A) => R,
  inputs: A,
  options?: CheckpointOptions,
): R;
export function checkpoint<R>(
  fn: (...inputs: never[]) => R,
  inputs: Tensor | readonly unknown[],
  options: CheckpointOptions = {},
): R {
  assertFunction("checkpoint", fn);
  checkOptions("checkpoint", options, OPTIONS);
  if (!(inputs instanceof Tensor) && !Array.isArray(inputs)) {
    throw new ArgumentError("checkpoint", `the inputs are ${describeValue(inputs)}`, {
      rule: "pass a tensor, or a list of arguments",
    });
  }
  const args: readonly unknown[] = inputs instanceof Tensor ? [inputs] : [...inputs];
  const tensors = args.filter((arg) => arg instanceof Tensor).map(markEscaped);
  const compute = (): R => {
    const result = asUser(() => fn(...(args as never[])));
    refusePromise("checkpoint", result);
    return result;
  };
  if (!isGradEnabled()) return compute();
  const run = new Run(compute, tensors, options.preserveRngState === false ? undefined : getRandomState());
  try {
    return withSavedHooks(run, compute);
  } finally {
    run.settle();
  }
}
