/**
 * An approximate softmax over many classes, with its loss, as a layer.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  checkOptions,
  type DType,
  describeValue,
  dtypes,
  formatShape,
  ShapeError,
} from "@lucid/backend";
import { callGather, fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  add,
  argmax,
  cat,
  type Elementwise,
  elementwise,
  type Formula,
  logSoftmax,
  narrow,
  reshape,
  type Tensor,
  to,
} from "@lucid/tensor/functions";
import { Sequential } from "../../containers/sequential.js";
import { assertFactor, assertFlag, assertFloatingTensor, assertPositive, assertTensor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Linear } from "../linear/linear.js";

/** Options of {@link AdaptiveLogSoftmaxWithLoss}. */
export interface AdaptiveLogSoftmaxOptions {
  /** By which factor the inner size of each cluster is smaller than that of the one before it; default 4. */
  readonly divValue?: number;
  /** Whether the head has a bias; default false. */
  readonly headBias?: boolean;
  /** The type of the parameters; default float32. */
  readonly dtype?: DType;
  /** Where the parameters are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** The log-probabilities of the right classes, and the loss. */
export interface AdaptiveLogSoftmaxResult {
  /** The log-probability of the right class of every vector. */
  readonly output: Tensor;
  /** The negative mean of the output. */
  readonly loss: Tensor;
}

const name = "AdaptiveLogSoftmaxWithLoss";

/** The position of a class in the head: its own, or that of its cluster. */
const headPosition: Elementwise<[position: Formula, target: Formula, low: Formula, place: Formula]> =
  /* @__PURE__ */ elementwise(
    (position: Formula, target: Formula, low: Formula, place: Formula) =>
      op("where", op("le", low, target), place, position),
    { name },
  );

/** The position of a class in a cluster; 0 where it belongs to another one. */
const clusterPosition: Elementwise<[target: Formula, low: Formula, high: Formula]> = /* @__PURE__ */ elementwise(
  (target: Formula, low: Formula, high: Formula) => {
    const isInside = op("and", op("le", low, target), op("lt", target, high));
    return op("where", isInside, op("sub", target, low), 0);
  },
  { name },
);

/** Adds what a cluster says about a class that belongs to it. */
const withCluster: Elementwise<[output: Formula, found: Formula, target: Formula, low: Formula, high: Formula]> =
  /* @__PURE__ */ elementwise(
    (output: Formula, found: Formula, target: Formula, low: Formula, high: Formula) => {
      const isInside = op("and", op("le", low, target), op("lt", target, high));
      return op("where", isInside, op("add", output, found), output);
    },
    { name },
  );

const negative = /* @__PURE__ */ elementwise((x: Formula) => op("neg", x), { name });

/** An approximate softmax over many classes, with its loss: rare classes are reached through clusters. */
export class AdaptiveLogSoftmaxWithLoss extends LibraryModule<
  [input: Tensor, target: Tensor],
  AdaptiveLogSoftmaxResult
> {
  /** The size of the input's last dimension. */
  readonly inFeatures: number;
  /** The number of classes. */
  readonly nClasses: number;
  /** Where the clusters begin, and the number of classes. */
  readonly cutoffs: readonly number[];
  /** By which factor the inner size of each cluster is smaller. */
  readonly divValue: number;
  /** Whether the head has a bias. */
  readonly headBias: boolean;
  /** The scores of the frequent classes and of the clusters. */
  readonly head: Linear;
  /** The scores of the classes of each cluster. */
  readonly tail: readonly Sequential[];

  /**
   * An approximate softmax over many classes, with its loss (Grave and others 2016). Classes are numbered from the most
   * frequent to the rarest. The first ones have a score of their own; the others are reached through clusters, whose
   * inner size is the smaller the rarer their classes are.
   *
   *     log p(y) = log p(head position of y) + log p(y in its cluster)
   *
   * The log-probability of every vector is computed in all clusters, since no value is read.
   *
   * Shapes: `(batch, inFeatures), (batch) → { output: (batch), loss: () }`; also without the batch. Classes are int32.
   *
   * @param inFeatures - the size of the input's last dimension.
   * @param nClasses - the number of classes.
   * @param cutoffs - where the clusters begin: increasing integers between 0 and `nClasses`.
   * @param options - `divValue` (default 4): by which factor the inner size of each cluster is smaller; `headBias`
   * (default false); `dtype` (default float32) of the parameters; `backend` on which they are stored.
   * @throws ArgumentError for sizes or cutoffs that are wrong, or an unknown option.
   *
   * @example
   * ```ts
   * const layer = new AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10]);
   * layer(zeros([2, 8]), tensor([1, 15], { dtype: "int32" })).output.shape; // → [2]
   * layer.logProb(zeros([2, 8])).shape; // → [2, 20]
   * ```
   *
   * Source: torch.nn.AdaptiveLogSoftmaxWithLoss.
   */
  constructor(inFeatures: number, nClasses: number, cutoffs: readonly number[], options?: AdaptiveLogSoftmaxOptions) {
    super();
    checkOptions(name, options, { divValue: true, headBias: true, dtype: true, backend: true });
    const { divValue = 4, headBias = false, ...place } = options ?? {};
    assertFactor(name, "inFeatures", inFeatures);
    assertFactor(name, "nClasses", nClasses);
    assertCutoffs(cutoffs, nClasses);
    assertPositive(name, "divValue", divValue);
    assertFlag(name, "headBias", headBias);
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...cutoffs, nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    this.head = new Linear(inFeatures, cutoffs[0]! + cutoffs.length, { bias: headBias, ...place });
    this.tail = cutoffs.map((low, i) => {
      const inner = Math.floor(inFeatures / divValue ** (i + 1));
      const outer = this.cutoffs[i + 1]! - low;
      const bias = { bias: false, ...place };
      return new Sequential(new Linear(inFeatures, inner, bias), new Linear(inner, outer, bias));
    });
  }

  /** Draws all parameters anew. */
  resetParameters(): void {
    for (const module of this.modules()) if (module instanceof Linear) module.resetParameters();
  }

  forward(input: Tensor, target: Tensor): AdaptiveLogSoftmaxResult {
    const rows = rowsOf(input, this.inFeatures);
    assertTensor(name, "target", target);
    const leading = input.shape.slice(0, -1);
    if (dtypes[target.dtype].kind !== "int" || `${target.shape}` !== `${leading}`) {
      throw new ShapeError(name, `the target is ${target.dtype} ${formatShape(target.shape)}`, [target.shape], {
        rule: `it holds a class for every vector, int32 ${formatShape(leading)}`,
      });
    }
    return owned(() => {
      const x = reshape(input, [rows, this.inFeatures]);
      const classes = reshape(to(target, "int32"), [rows, 1]);
      const shortlist = this.cutoffs[0]!;
      let position = classes;
      for (const [i, low] of this.cutoffs.slice(0, -1).entries()) {
        position = headPosition(position, classes, low, shortlist + i);
      }
      let found = callGather(logSoftmax(this.head(x), 1), position, 1, name);
      for (const [i, cluster] of this.tail.entries()) {
        const [low, high] = [this.cutoffs[i]!, i === this.tail.length - 1 ? 2 ** 31 - 1 : this.cutoffs[i + 1]!];
        const inside = callGather(logSoftmax(cluster(x), 1), clusterPosition(classes, low, high), 1, name);
        found = withCluster(found, inside, classes, low, high);
      }
      const output = reshape(found, leading);
      return { output, loss: fusedReduce(negative, [output], { mean: true }) };
    });
  }

  /**
   * The log-probabilities of all classes.
   *
   * Shapes: `(batch, inFeatures) → (batch, nClasses)`.
   */
  logProb(input: Tensor): Tensor {
    const rows = rowsOf(input, this.inFeatures);
    return owned(() => {
      const x = reshape(input, [rows, this.inFeatures]);
      const head = logSoftmax(this.head(x), 1);
      const shortlist = this.cutoffs[0]!;
      const clusters = this.tail.map((cluster, i) => add(logSoftmax(cluster(x), 1), narrow(head, 1, shortlist + i, 1)));
      const all = cat([narrow(head, 1, 0, shortlist), ...clusters], 1);
      return reshape(all, [...input.shape.slice(0, -1), this.nClasses]);
    });
  }

  /**
   * The likeliest class of every vector, int32.
   *
   * Shapes: `(batch, inFeatures) → (batch)`.
   */
  predict(input: Tensor): Tensor {
    return owned(() => argmax(this.logProb(input), -1));
  }
}

/** The number of vectors. @throws unless the input is (batch, inFeatures) or (inFeatures). */
function rowsOf(input: Tensor, inFeatures: number): number {
  assertFloatingTensor(name, "input", input);
  const { shape } = input;
  if ((shape.length === 1 || shape.length === 2) && shape.at(-1) === inFeatures) {
    return shape.length === 2 ? shape[0]! : 1;
  }
  throw new ShapeError(name, `the input is ${formatShape(shape)}`, [shape], {
    rule: `it is (batch, ${inFeatures}) or (${inFeatures})`,
  });
}

/** @throws ArgumentError unless the cutoffs increase between 0 and the number of classes. */
function assertCutoffs(cutoffs: unknown, classes: number): void {
  const isRight = (value: unknown, i: number, all: readonly unknown[]): boolean =>
    Number.isInteger(value) &&
    (value as number) > (i === 0 ? 0 : (all[i - 1] as number)) &&
    (value as number) < classes;
  if (Array.isArray(cutoffs) && cutoffs.length > 0 && [...cutoffs].every(isRight)) return;
  throw new ArgumentError(name, `the cutoffs are ${describeValue(cutoffs)}`, {
    rule: `they are a list of increasing integers between 0 and the number of classes, ${classes}`,
  });
}
