/**
 * How an entry of PyTorch's test database is called in lucid.
 *
 * One rule serves nearly all: the name in camelCase, among the functions of the namespace that its prefix names or among
 * the methods; arguments as `opinfo/binding.py` wrote them, the required ones by position and the others in one object,
 * their names in camelCase too. What follows another convention has a line in `adapters`.
 */
import * as fft from "@lucid/fft";
import * as linalg from "@lucid/linalg";
import * as nn from "@lucid/nn";
import * as tensor from "@lucid/tensor";
import { Tensor } from "@lucid/tensor";
import * as special from "@lucid/tensor/special";
import { paired } from "../complex.js";
import { eigen, indexOf, singular } from "../registry.js";
import type { Invoke } from "../run.js";

type Function = (...args: readonly unknown[]) => unknown;
type Namespace = Readonly<Record<string, unknown>>;

/** Where to look for the names with a prefix. */
const namespaces: Readonly<Record<string, readonly Namespace[]>> = {
  "": [tensor, linalg, Tensor.prototype as unknown as Namespace],
  linalg: [linalg],
  "nn.functional": [nn.functional as Namespace],
  special: [special as Namespace],
  fft: [fft as Namespace],
};

/** `snake_case` in lucid's spelling. */
export function camel(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The prefix of an entry's name: its group in the report. */
export function groupOf(name: string): string {
  return name.split(".").slice(0, -1).join(".");
}

/** The name of an entry in lucid's spelling, without its prefix. */
export function shortName(name: string): string {
  const group = groupOf(name);
  return camel(name.slice(group === "" ? 0 : group.length + 1));
}

function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Options with lucid's names. */
function renamed(value: unknown): unknown {
  if (!isOptions(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, option]) => [camel(name), option]));
}

/** Options with lucid's names, without one of them. */
function without(value: unknown, name: string): object | undefined {
  const options = renamed(value);
  if (!isOptions(options)) return undefined;
  return Object.fromEntries(Object.entries(options).filter(([key]) => key !== name));
}

/** The bias among options. */
function biasOf(options: unknown): Tensor | undefined {
  return isOptions(options) ? (options.bias as Tensor | undefined) : (options as Tensor | undefined);
}

/** An option that may be missing. */
const optionOf = (given: unknown, name: string): unknown => (isOptions(given) ? given[name] : undefined);

/** Reversed operators: `2 - x` as PyTorch's `x.__rsub__(2)`. */
const reversed =
  (operation: (x: never, y: never) => unknown): Invoke =>
  ([x, y]) =>
    operation(y as never, x as never);

const property =
  (name: "T" | "mT"): Invoke =>
  ([x]) =>
    (x as Tensor)[name];

/** PyTorch takes the tensors one by one, lucid a list of them. */
const listed =
  (operation: (tensors: readonly Tensor[], options?: never) => unknown): Invoke =>
  (args) => {
    if (Array.isArray(args[0])) return operation(args[0] as readonly Tensor[], args[1] as never);
    const count = args.findIndex((arg) => !(arg instanceof Tensor));
    if (count < 0) return operation(args as readonly Tensor[]);
    return operation(args.slice(0, count) as readonly Tensor[], args[count] as never);
  };

/** PyTorch's database gives the size of a window among the options. */
const maxPool =
  (pool: (x: Tensor, kernelSize: number, options: object) => unknown): Invoke =>
  ([x, given]) => {
    const { kernelSize, ...options } = renamed(given) as Readonly<Record<string, unknown>>;
    return pool(x as Tensor, kernelSize as number, options);
  };

/** PyTorch's database says by position whether positions are returned. */
const adaptiveMaxPool =
  (pool: (x: Tensor, outputSize: number, options: { readonly returnIndices: boolean }) => unknown): Invoke =>
  ([x, size, returnIndices]) =>
    pool(x as Tensor, size as number, { returnIndices: returnIndices === true });

/** Entries that follow another convention than the rule. */
const adapters: Readonly<Record<string, Invoke>> = {
  "nn.functional.max_pool1d": maxPool(nn.functional.maxPool1d),
  "nn.functional.max_pool2d": maxPool(nn.functional.maxPool2d),
  "nn.functional.max_pool3d": maxPool(nn.functional.maxPool3d),
  "nn.functional.adaptive_max_pool1d": adaptiveMaxPool(nn.functional.adaptiveMaxPool1d),
  "nn.functional.adaptive_max_pool2d": adaptiveMaxPool(nn.functional.adaptiveMaxPool2d),
  "nn.functional.adaptive_max_pool3d": adaptiveMaxPool(nn.functional.adaptiveMaxPool3d),
  // Of real numbers, the conjugate transposes are the transposes.
  T: property("T"),
  H: property("T"),
  mT: property("mT"),
  mH: property("mT"),
  // PyTorch's database calls these as methods of the tensor.
  polygamma: ([x, n]) => tensor.polygamma(n as number, x as Tensor),
  "special.polygamma": ([x, n]) => special.polygamma(n as number, x as Tensor),
  // Filling is in place.
  fill: ([x, value]) => (x as Tensor).clone().fill_(value as number),
  uniform: ([x, from, to]) => (x as Tensor).clone().uniform_(from as number, to as number),
  where: ([x, condition, y]) => tensor.where(condition as Tensor, x as Tensor, y as Tensor),
  zero_: ([x]) => (x as Tensor).clone().zero_(),
  slice: ([x, given]) => {
    const { dim = 0, start, end, step } = (given ?? {}) as Readonly<Record<string, number | undefined>>;
    const before = new Array<tensor.Slice>(dim < 0 ? dim + (x as Tensor).ndim : dim).fill(tensor.slice());
    return (x as Tensor).at(...before, tensor.slice(start, end, step));
  },
  // PyTorch's database gives the tensor that is differentiated first, lucid's functions take the indices first. Gradients
  // of lucid are never sparse.
  "nn.functional.embedding": ([weight, indices, options]) =>
    nn.functional.embedding(indices as Tensor, weight as Tensor, without(options, "sparse")),
  "nn.functional.embedding_bag": ([weight, indices, options]) =>
    nn.functional.embeddingBag(indices as Tensor, weight as Tensor, without(options, "sparse")),
  // The bias is an argument by position.
  "nn.functional.linear": ([x, weight, options]) =>
    nn.functional.linear(x as Tensor, weight as Tensor, biasOf(options)),
  "nn.functional.bilinear": ([x, y, weight, options]) =>
    nn.functional.bilinear(x as Tensor, y as Tensor, weight as Tensor, biasOf(options)),
  // lucid's spectra are always pairs.
  stft: (args) =>
    paired(
      fft.stft as Function,
      args.map((arg) => (isOptions(arg) ? (without(arg, "returnComplex") ?? arg) : arg)),
    ),
  istft: (args) => paired(fft.istft as Function, args.map(renamed)),
  // The database gives the base by position.
  logspace: ([start, end, steps, ...rest]) => {
    const base = typeof rest[0] === "number" ? { base: rest[0] } : {};
    const options = isOptions(rest.at(-1)) ? (rest.at(-1) as object) : {};
    return tensor.logspace(start as number, end as number, steps as number, { ...base, ...options });
  },
  // What is determined of their vectors is compared, as `opinfo/generate.py` does.
  "linalg.svd": ([a, given]) => singular(a as Tensor, (optionOf(given, "full_matrices") ?? true) as boolean),
  "linalg.eigh": ([a, given]) => eigen(a as Tensor, (optionOf(given, "UPLO") ?? "L") as "L" | "U"),
  // Older names and conventions of the same functions.
  svd: ([a, given]) => singular(a as Tensor, optionOf(given, "some") === false),
  symeig: ([a, given]) => eigen(a as Tensor, optionOf(given, "upper") === false ? "L" : "U"),
  lu: ([a, _, getInfos]) => {
    const { LU, pivots, info } = linalg.luFactorEx(a as Tensor);
    return getInfos === true ? [LU, pivots, info] : [LU, pivots];
  },
  // Of two matrices, the pseudo-inverse of a product of low rank.
  "linalg.pinv": ([a, b, options]) => {
    if (!(b instanceof Tensor)) return linalg.pinv(a as Tensor, renamed(b ?? {}) as linalg.PinvOptions);
    return linalg.pinv(tensor.matmul(a as Tensor, b.mT), renamed(options ?? {}) as linalg.PinvOptions);
  },
  // The database has an entry for the whole result and one for the solution. The fixture compares the rest.
  "linalg.lstsq": ([a, b, options]) => linalg.lstsq(a as Tensor, b as Tensor, options as linalg.LstsqOptions).solution,
  lu_solve: ([b, LU, pivots]) => linalg.luSolve(LU as Tensor, pivots as Tensor, b as Tensor),
  pinverse: ([a]) => linalg.pinv(a as Tensor),
  triangular_solve: ([b, a]) => [linalg.solveTriangular(a as Tensor, b as Tensor, { upper: true }), a],
  einsum: ([tensors, equation]) => tensor.einsum(equation as string, tensors as readonly Tensor[]),
  block_diag: listed(tensor.blockDiag),
  broadcast_tensors: listed(tensor.broadcastTensors),
  cartesian_prod: listed(tensor.cartesianProd),
  meshgrid: listed(tensor.meshgrid),
  // PyTorch takes a number for a shape of one dimension.
  broadcast_shapes: (shapes) =>
    tensor
      .broadcastShapes(...shapes.map((shape) => (typeof shape === "number" ? [shape] : (shape as readonly number[]))))
      .map((size) => tensor.tensor(size, { dtype: "int32" })),
  // A list of numbers selects along the first dimension. Any other list holds an index for each dimension.
  __getitem__: ([x, index]) => {
    const isTuple = Array.isArray(index) && !index.every((item) => typeof item === "number");
    return (x as Tensor).at(...((isTuple ? index : [index]).map(indexOf) as readonly tensor.Index[]));
  },
  __radd__: reversed(tensor.add),
  __rdiv__: reversed(tensor.div),
  __rmatmul__: reversed(tensor.matmul),
  __rmod__: reversed(tensor.remainder),
  __rmul__: reversed(tensor.mul),
  // PyTorch copies the base, as if it was a number, so that it has no gradient.
  __rpow__: ([x, y]) => tensor.pow(y instanceof Tensor ? y.detach() : (y as number), x as Tensor),
  __rsub__: reversed(tensor.sub),
  __rand__: reversed(tensor.bitwiseAnd),
  __ror__: reversed(tensor.bitwiseOr),
  __rxor__: reversed(tensor.bitwiseXor),
};

/** The function or method of an entry, or undefined if lucid has none. */
export function invocationOf(name: string): Invoke | undefined {
  const adapter = adapters[name];
  if (adapter !== undefined) return adapter;
  const group = groupOf(name);
  const short = shortName(name);
  for (const namespace of namespaces[group] ?? []) {
    const found = namespace[short];
    if (typeof found !== "function") continue;
    if (namespace !== (Tensor.prototype as unknown as Namespace)) {
      if (namespace === fft) return (args) => paired(found as Function, args.map(renamed));
      return (args) => (found as Function)(...args.map(renamed));
    }
    return ([x, ...rest]) => (x as Namespace & Record<string, Function>)[short]!(...rest.map(renamed));
  }
  return undefined;
}
