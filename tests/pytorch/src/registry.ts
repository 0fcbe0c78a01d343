/**
 * How an operation named in a fixture is called: by its name among lucid's functions, or by an adapter below.
 */
import type { Backend, DType } from "@lucid/backend";
import * as fft from "@lucid/fft";
import * as linalg from "@lucid/linalg";
import * as nn from "@lucid/nn";
import * as tensor from "@lucid/tensor";
import { Tensor } from "@lucid/tensor";
import { owned } from "@lucid/tensor/extend";
import * as special from "@lucid/tensor/special";
import { accumulated, elementary, exact, exactButZero, type Tolerances } from "./compare.js";
import { type Invoke, WithLeaves } from "./run.js";

type Function = (...args: readonly unknown[]) => unknown;
type Class = new (...args: readonly unknown[]) => Function;

const functions: Readonly<Record<string, unknown>> = {
  ...fft.windows,
  ...fft,
  ...nn.utils.rnn,
  ...nn.functional,
  ...special,
  ...tensor,
  ...Object.fromEntries(Object.entries(linalg).map(([name, value]) => [`linalg.${name}`, value])),
};
const classes: Readonly<Record<string, unknown>> = { ...nn };

/** The class of the same loss: `HuberLoss` for huberLoss, `CrossEntropyLoss` for crossEntropy, `BCELoss`. */
export function lossClass(name: string): string | undefined {
  const wanted = name.replace(/^binaryCrossEntropy/, "bce").toLowerCase();
  return Object.keys(classes)
    .filter((known) => known.endsWith("Loss"))
    .find((known) => [wanted, `${wanted}loss`].includes(known.toLowerCase()));
}

const creation = new Set([
  "zeros",
  "ones",
  "full",
  "eye",
  "arange",
  "linspace",
  "logspace",
  "trilIndices",
  "triuIndices",
]);

/** What `x[indices]` becomes in lucid. */
export function indexOf(described: unknown): unknown {
  if (typeof described === "object" && described !== null && !Array.isArray(described) && "slice" in described) {
    const [start, stop, step] = described.slice as readonly (number | null)[];
    return tensor.slice(start ?? undefined, stop ?? undefined, step ?? undefined);
  }
  return described;
}

/** Calls a function with the arguments of a fixture, whose types are not known. */
function callRight(fn: unknown, args: readonly unknown[]): unknown {
  return (fn as Function)(...args);
}

/** A detached copy of a tensor. What is no tensor stays. */
const copyOf = (x: unknown): unknown => (x instanceof Tensor ? x.detach().clone() : x);
const exists = (x: unknown): boolean => x !== undefined && x !== null;

/** Singular values, and what is determined of the vectors: their elements without signs, one vector for each value. */
export function singular(a: Tensor, fullMatrices: boolean): readonly Tensor[] {
  return owned(() => {
    const { U, S, Vh } = linalg.svd(a, fullMatrices);
    const k = S.shape[S.ndim - 1]!;
    return [S, tensor.abs(tensor.narrow(U, -1, 0, k)), tensor.abs(tensor.narrow(Vh, -2, 0, k))];
  });
}

/** Eigenvalues, and what is determined of the vectors: their elements without signs. */
export function eigen(a: Tensor, side: "L" | "U"): readonly Tensor[] {
  return owned(() => {
    const { eigenvalues, eigenvectors } = linalg.eigh(a, side);
    return [eigenvalues, tensor.abs(eigenvectors)];
  });
}

/** The symmetric part of a square matrix. */
const symmetric = (a: Tensor): Tensor =>
  a.shape.at(-1) === a.shape.at(-2) ? owned(() => tensor.div(tensor.add(a, a.mT), 2)) : a;

/** Operations that are called in a way of their own. */
const adapters: Readonly<Record<string, Invoke>> = {
  "RNN of packed sequences": (args) => ofPacked("RNN")(args),
  "LSTM of packed sequences": (args) => ofPacked("LSTM")(args),
  "GRU of packed sequences": (args) => ofPacked("GRU")(args),
  // Of packed sequences, the data are compared.
  packPaddedSequence: ([x, lengths, options]) =>
    nn.utils.rnn.packPaddedSequence(x as Tensor, lengths as readonly number[], options as object).data,
  packSequence: ([x, options]) => nn.utils.rnn.packSequence(x as readonly Tensor[], options as object).data,
  padPackedSequence: ([x, options]) =>
    owned(() => {
      const packed = nn.utils.rnn.packSequence(x as readonly Tensor[], { enforceSorted: false });
      return nn.utils.rnn.padPackedSequence(packed, options as object)[0];
    }),
  unpackSequence: ([x]) =>
    owned(() => {
      const packed = nn.utils.rnn.packSequence(x as readonly Tensor[], { enforceSorted: false });
      return nn.utils.rnn.unpackSequence(packed);
    }),
  at: ([x, ...indices]) => (x as Tensor).at(...(indices.map(indexOf) as readonly tensor.Index[])),
  // The fixture's value is that of a changed copy.
  indexPut_: ([x, indices, value, options]) =>
    (x as Tensor)
      .clone()
      .indexPut_(
        (indices as readonly unknown[]).map(indexOf) as readonly tensor.Index[],
        value as Tensor,
        options as { readonly accumulate?: boolean },
      ),
  // The fixture holds scores, because PyTorch's gradient is right only behind a softmax.
  ctcLoss: ([x, ...rest]) =>
    owned(() => callRight(nn.functional.ctcLoss, [nn.functional.logSoftmax(x as Tensor, -1), ...rest])),
  // The statistics after the call are outputs too.
  batchNorm: ([x, mean, variance, options]) =>
    owned(() => {
      const statistics = [mean, variance].map(copyOf);
      return [callRight(nn.functional.batchNorm, [x, ...statistics, options]), ...statistics].filter(exists);
    }),
  instanceNorm: ([x, options]) =>
    owned(() => {
      const { runningMean, runningVar, ...others } = (options ?? {}) as nn.functional.InstanceNormFunctionOptions;
      const statistics = { runningMean: copyOf(runningMean), runningVar: copyOf(runningVar) };
      const y = callRight(nn.functional.instanceNorm, [x, { ...statistics, ...others }]);
      return [y, statistics.runningMean, statistics.runningVar].filter(exists);
    }),
  // Of pairs; the function of `@lucid/tensor` has the same name.
  "fft.abs": ([x]) => fft.abs(x as Tensor),
  "linalg.svd": ([a, full = true]) => singular(a as Tensor, full as boolean),
  "linalg.eigh": ([a, side]) =>
    side === undefined ? owned(() => eigen(symmetric(a as Tensor), "L")) : eigen(a as Tensor, side as "L" | "U"),
  "linalg.cholesky": ([a, given]) => owned(() => linalg.cholesky(symmetric(a as Tensor), given as object | undefined)),
  "linalg.choleskyEx": ([a]) => owned(() => linalg.choleskyEx(symmetric(a as Tensor))),
  "linalg.eigvalsh": ([a]) => owned(() => linalg.eigvalsh(symmetric(a as Tensor))),
  to: ([x, dtype]) => (x as Tensor).to(dtype as DType),
  layerNorm: ([x, shape, weight, bias, eps]) =>
    nn.functional.layerNorm(x as Tensor, shape as readonly number[], {
      weight: weight as Tensor | undefined,
      bias: bias as Tensor | undefined,
      ...(eps === undefined ? {} : { eps: eps as number }),
    }),
};

/** Layers that compare two tensors. */
const pairLayers: ReadonlySet<string> = new Set([
  "CosineSimilarity",
  "PairwiseDistance",
  "Bilinear",
  "AdaptiveLogSoftmaxWithLoss",
  "MaxUnpool1d",
  "MaxUnpool2d",
  "MaxUnpool3d",
]);

/** A layer as fixtures describe it: the arguments of its constructor, and its parameters by name. */
interface DescribedLayer {
  readonly construct: readonly unknown[];
  readonly state: Readonly<Record<string, Tensor>>;
  readonly training?: boolean;
}

const isDescribedLayer = (value: unknown): value is DescribedLayer =>
  typeof value === "object" && value !== null && "construct" in value;

/** Calls a layer that has the parameters of a fixture. Their gradients are those of the layer's own parameters. */
function callDescribed(
  Layer: Class,
  { construct, state, training }: DescribedLayer,
  args: readonly unknown[],
  call: (layer: Function, args: readonly unknown[]) => unknown = (layer, given) => layer(...given),
): WithLeaves {
  const layer = new Layer(...construct) as unknown as nn.Module & Function;
  layer.loadStateDict(Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value.detach()])));
  const parameters = new Map(layer.namedParameters());
  const given = flat(args.map((arg) => (isOptions(arg) ? Object.values(arg as object) : arg))).filter(
    (arg) => arg instanceof Tensor,
  );
  const leaves = [...given.map(() => undefined), ...Object.keys(state).map((name) => parameters.get(name))];
  if (training === true) return new WithLeaves([layer(...args), ...layer.buffers()], leaves);
  const result = call(evaluating(layer), args);
  return new WithLeaves(Array.isArray(result) ? flat(result).filter(exists) : result, leaves);
}

/** What is in lists of any depth. */
const flat = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.flatMap(flat) : [value]);

/** Calls a recurrent layer with packed sequences. The results are padded. */
const ofPacked =
  (name: string): Invoke =>
  ([how, ...args]) => {
    const { lengths, enforceSorted } = how as { readonly lengths: readonly number[]; readonly enforceSorted: boolean };
    const described = args.at(-1) as DescribedLayer;
    const { batchFirst = false } = described.construct.at(-1) as { readonly batchFirst?: boolean };
    const { packPaddedSequence, padPackedSequence } = nn.utils.rnn;
    return callDescribed(classes[name] as Class, described, args.slice(0, -1), (layer, [input, ...states]) => {
      const packed = packPaddedSequence(input as Tensor, lengths, { batchFirst, enforceSorted });
      const [output, last] = layer(packed, ...states) as readonly [nn.utils.rnn.PackedSequence, unknown];
      return [padPackedSequence(output, { batchFirst })[0], last];
    });
  };

const isOptions = (value: unknown): boolean =>
  typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;

const isClass = (value: unknown): value is Class => typeof value === "function" && /^class\b/.test(String(value));
const isFunction = (value: unknown): value is Function => typeof value === "function" && !isClass(value);

/** A function of lucid's by name. */
export function functionNamed(name: string): Function | undefined {
  const value = functions[name];
  return isFunction(value) ? value : undefined;
}

/** Every way to call an operation; none if lucid does not have it. */
export function invocations(name: string, backend: Backend): ReadonlyMap<string, Invoke> {
  const ways = new Map<string, Invoke>();
  const adapter = adapters[name];
  if (adapter !== undefined) return ways.set(name, adapter);
  const fn = functionNamed(name);
  if (creation.has(name) && fn !== undefined) {
    return ways.set(name, (args) => {
      const last = args.at(-1);
      return typeof last === "object" && !Array.isArray(last)
        ? fn(...args.slice(0, -1), { ...last, backend })
        : fn(...args, { backend });
    });
  }
  if (fn !== undefined) ways.set(`${name}()`, (args) => fn(...args));
  if (name === "where") {
    ways.set(".where()", ([condition, x, y]) =>
      x instanceof Tensor
        ? x.where(condition as Tensor, y as Tensor)
        : tensor.where(condition as Tensor, x as number, y as Tensor),
    );
  } else if (typeof (Tensor.prototype as unknown as Record<string, unknown>)[name] === "function") {
    ways.set(`.${name}()`, (args) => method(args, name));
  }
  if (isClass(classes[name])) {
    const Layer = classes[name];
    ways.set(`new ${name}`, (args) => {
      const last = args.at(-1);
      if (isDescribedLayer(last)) return callDescribed(Layer, last, args.slice(0, -1));
      const count = pairLayers.has(name) ? 2 : 1;
      return evaluating(new Layer(...args.slice(count)))(...args.slice(0, count));
    });
  }
  const className = lossClass(name);
  if (className !== undefined && className !== name && isClass(classes[className])) {
    const Loss = classes[className];
    ways.set(`new ${className}`, (args) =>
      new Loss(...args.filter(isOptions))(...args.filter((arg) => !isOptions(arg))),
    );
  }
  return ways;
}

function evaluating(layer: Function): Function {
  return (layer as unknown as nn.Module).eval() as unknown as Function;
}

/** The call as a method; numbers on the left have none. */
function method(args: readonly unknown[], name: string): unknown {
  const [x, ...rest] = args;
  if (!(x instanceof Tensor)) return functionNamed(name)!(...args);
  return (x as unknown as Readonly<Record<string, Function>>)[name]!(...rest);
}

/** The call in place, on a copy of the first argument, or undefined where there is no such method. */
export function inPlace(name: string): Invoke | undefined {
  if (typeof (Tensor.prototype as unknown as Record<string, unknown>)[`${name}_`] !== "function") return undefined;
  return ([x, ...rest]) => method([(x as Tensor).clone(), ...rest], `${name}_`);
}

/** Operations whose results IEEE 754, or the absence of arithmetic, fixes to the last bit. */
const exactOperations = new Set(
  `neg abs sign square sqrt reciprocal floor ceil round trunc frac add sub mul div remainder fmod floorDivide truncDivide
  where eq ne lt le gt ge logicalAnd logicalOr logicalXor logicalNot isnan isinf isfinite isclose allclose equal any
  all argmax argmin sort argsort topk at indexPut_ gather scatter indexSelect maskedFill maskedSelect nonzero oneHot cat
  stack split chunk unbind reshape view permute transpose t squeeze unsqueeze flatten unflatten expand broadcastTo flip roll
  narrow select diagonal movedim swapaxes unfold tril triu repeat tile repeatInterleave clone contiguous pad take
  zeros ones full eye arange zerosLike onesLike fullLike to takeAlongDim diag expandAs reshapeAs Dropout Identity Flatten`.split(
    /\s+/,
  ),
);

const chosen = new Set(["maximum", "minimum", "amax", "amin", "max", "min", "clamp", "relu", "ReLU"]);

/** Operations that refuse strided tensors. */
export const contiguousOnly: ReadonlySet<string> = new Set(["view"]);

const elementaryFiles = new Set(["elementwise", "special-values"]);

/** How closely an operation must agree. */
export function tolerancesOf(file: string, name: string): Tolerances {
  if (exactOperations.has(name)) return exact;
  if (chosen.has(name)) return exactButZero;
  // 1 + erf(x / √2) loses digits for negative x, in PyTorch too.
  if (name === "gelu") return accumulated;
  return elementaryFiles.has(file) ? elementary : accumulated;
}
