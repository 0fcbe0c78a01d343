/**
 * A model whose weights are the average of those of another one.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions, describeValue, formatShape, equalShapes, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { add, clone, Tensor } from "@lucid/tensor/functions";
import { assertFlag, assertFunction } from "../../internal/checks.js";
import { isModule } from "../../module/call-state.js";
import { copyModule } from "../../module/copy-module.js";
import { type AnyModule, Module } from "../../module/module.js";
import { Buffer } from "../../module/parameter.js";
import { type Write, writeAll } from "../../module/write.js";
import { type AverageFunction, getSwaAvgFn, type MultiAverageFunction, unlessFirst } from "./average.js";

const operation = "AveragedModel";

/** Options of {@link AveragedModel}. */
export interface AveragedModelOptions {
  /** What the new average is; default: all weights have the same share. */
  readonly avgFn?: AverageFunction | null;
  /** Changes all averages in place; takes the place of `avgFn`. */
  readonly multiAvgFn?: MultiAverageFunction | null;
  /** Whether buffers are averaged, too; by default they are those of the model at the last update. */
  readonly useBuffers?: boolean;
}

/** A pair of a tensor of the average and the same one of the model. */
type Pair = readonly [own: Tensor, current: Tensor];

/** @throws unless both have the same tensors. */
function paired(own: readonly Tensor[], current: readonly Tensor[], kind: string): readonly Pair[] {
  if (own.length !== current.length) {
    throw new ArgumentError(operation, `the model has ${current.length} ${kind}, the average has ${own.length}`, {
      rule: "the model has the structure of the one that the average was made of",
    });
  }
  return own.map((x, i) => {
    const y = current[i]!;
    if (equalShapes(x.shape, y.shape)) return [x, y.detach()];
    throw new ShapeError(
      operation,
      `${formatShape(y.shape)} is averaged with ${formatShape(x.shape)}`,
      [x.shape, y.shape],
      {
        rule: "the model has the structure of the one that the average was made of",
      },
    );
  });
}

/** A model whose weights are the average of those of another one. It is called as the other one is. */
export class AveragedModel<Args extends readonly unknown[] = [input: Tensor], Out = Tensor> extends Module<Args, Out> {
  /** The copy of the model, which has the averages. */
  readonly module: Module<Args, Out>;
  /** How many weights the averages hold. */
  readonly nAveraged: Buffer;
  /** Whether buffers are averaged, too. */
  readonly useBuffers: boolean;
  /** What the new average is. */
  readonly avgFn: AverageFunction | null;
  /** Changes all averages in place. */
  readonly multiAvgFn: MultiAverageFunction | null;

  static readonly stateNames: Readonly<Record<string, string>> = { nAveraged: "n_averaged" };

  /**
   * A model whose weights are the average of those of another one (stochastic weight averaging, Izmailov and others
   * 2018; with `avgFn: getEmaAvgFn()` an exponential moving average). It begins as a copy of the model.
   *
   * @param model - the model; it is copied as `utils.copyModule` copies.
   * @param options - `avgFn`: returns the new average of an average, a weight and the number of weights so far;
   * `multiAvgFn`: changes all averages in place instead; `useBuffers` (default false): whether buffers are averaged, too,
   * instead of copied.
   * @throws ArgumentError for a value that is no module, wrong options, or both functions; what `copyModule` throws.
   *
   * @example
   * ```ts
   * const model = new Linear(1, 1);
   * const average = new utils.swaUtils.AveragedModel(model);
   * for (const weight of [1, 2, 6]) {
   *   init.constant_(model.weight, weight);
   *   average.updateParameters(model);
   * }
   * average.getParameter("module.weight").detach(); // → Tensor([[3]])
   * ```
   *
   * Source: torch.optim.swa_utils.AveragedModel.
   */
  constructor(model: Module<Args, Out>, options?: AveragedModelOptions) {
    super();
    checkOptions(operation, options, { avgFn: true, multiAvgFn: true, useBuffers: true });
    const { avgFn = null, multiAvgFn = null, useBuffers = false } = options ?? {};
    assertFlag(operation, "useBuffers", useBuffers);
    if (avgFn !== null) assertFunction(operation, "avgFn", avgFn);
    if (multiAvgFn !== null) assertFunction(operation, "multiAvgFn", multiAvgFn);
    if (avgFn !== null && multiAvgFn !== null) {
      throw new ArgumentError(operation, "avgFn and multiAvgFn are both given", {
        rule: "one of them says how to average",
      });
    }
    if (!isModule(model)) throw new ArgumentError(operation, `${describeValue(model)} is not a module`);
    this.module = copyModule(model);
    const backend = [...model.parameters(), ...model.buffers()][0]?.backend;
    this.nAveraged = new Buffer(new Tensor(0, { dtype: "int32", ...(backend !== undefined && { backend }) }));
    this.useBuffers = useBuffers;
    this.avgFn = avgFn;
    this.multiAvgFn = multiAvgFn;
  }

  forward(...args: Args): Out {
    return (this.module as (...args: Args) => Out)(...args);
  }

  /**
   * Takes the weights of a model into the average: all of them or, on an error, none. The first ones become the average.
   *
   * @param model - a model with the structure of the one that this was made of.
   * @throws ArgumentError or ShapeError for a model of another structure.
   */
  updateParameters(model: AnyModule): void {
    if (!isModule<AnyModule>(model)) throw new ArgumentError(operation, `${describeValue(model)} is not a module`);
    const parameters = paired(this.module.parameters(), model.parameters(), "parameters");
    const buffers = paired(this.module.buffers(), model.buffers(), "buffers");
    const averaged = this.useBuffers ? [...parameters, ...buffers] : parameters;
    const copied = this.useBuffers ? [] : buffers;
    const count = this.nAveraged;
    noGrad(() =>
      owned(() => {
        const currents = averaged.map(([, current]) => current);
        const values = this.averages(
          averaged.map(([own]) => own.detach()),
          currents,
        );
        const writes: Write[] = averaged.map(([target], i) => ({
          name: `${i}`,
          target,
          value: unlessFirst(values[i]!, currents[i]!, count),
        }));
        for (const [target, value] of copied) writes.push({ name: "buffer", target, value });
        writes.push({ name: "nAveraged", target: count, value: add(count, 1) });
        writeAll(operation, writes);
      }),
    );
  }

  /** The new averages. */
  private averages(averaged: readonly Tensor[], currents: readonly Tensor[]): readonly Tensor[] {
    if (this.multiAvgFn === null) {
      const average = this.avgFn ?? getSwaAvgFn();
      return averaged.map((own, i) => average(own, currents[i]!, this.nAveraged));
    }
    const copies = averaged.map((own) => clone(own));
    this.multiAvgFn(copies, currents, this.nAveraged);
    return copies;
  }
}
