/**
 * Arguments for the fuzzer: wrong ones of every kind that JavaScript has, and some that are right for many functions, so
 * that calls get past their first check.
 */
import type { Backend } from "@lucid/backend";
import { nn, Tensor, zeros } from "@lucid/lucid";
import type { Random } from "./random.js";

/** What callbacks and proxies of the fuzzer throw. A function may pass it on. */
export class Planted extends Error {}

const raise = (): never => {
  throw new Planted("planted");
};

/** A value, made anew for each call. `describe` is how a finding prints it. */
interface Sort {
  readonly text: string;
  readonly make: (places: Places) => unknown;
}

/** Where tensors among the arguments live. */
export interface Places {
  readonly backend: Backend;
  readonly other: Backend;
}

const sort = (text: string, make: (places: Places) => unknown): Sort => ({ text, make });

const throwingProxy = (target: object): object =>
  new Proxy(target, {
    get: raise,
    has: raise,
    ownKeys: raise,
    getPrototypeOf: raise,
    getOwnPropertyDescriptor: raise,
    apply: raise,
    construct: raise,
    set: raise,
  });

const cyclicList = (): unknown[] => {
  const list: unknown[] = [1];
  list.push(list);
  return list;
};

const deepList = (): unknown => {
  let list: unknown = 1;
  for (let i = 0; i < 20_000; i++) list = [list];
  return list;
};

const cyclicRecord = (): object => {
  const record: Record<string, unknown> = {};
  record["self"] = record;
  record["dim"] = record;
  return record;
};

const filled = (
  shape: readonly number[],
  dtype: "float32" | "float64" | "int32" | "uint8" | "bool",
  backend: Backend,
): Tensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, (_, i) => (dtype === "bool" ? i % 2 === 0 : i % 3));
  return new Tensor(values as number[], { dtype, backend }).reshape(shape);
};

/**
 * Values of every kind that no function expects. Missing are those that no check can tell without slowing every call:
 * revoked proxies, which throw whatever is done with them, and objects with the prototype of a class that its constructor
 * never made.
 */
const wrong: readonly Sort[] = [
  sort("undefined", () => undefined),
  sort("null", () => null),
  sort("NaN", () => Number.NaN),
  sort("Infinity", () => Number.POSITIVE_INFINITY),
  sort("-Infinity", () => Number.NEGATIVE_INFINITY),
  sort("-0", () => -0),
  sort("0.5", () => 0.5),
  sort("-1", () => -1),
  sort("-5", () => -5),
  sort("1e300", () => 1e300),
  sort("2 ** 31", () => 2 ** 31),
  sort("2 ** 32 + 5", () => 2 ** 32 + 5),
  sort("2 ** 53", () => 2 ** 53),
  sort("-(2 ** 53)", () => -(2 ** 53)),
  sort('""', () => ""),
  sort('"x"', () => "x"),
  sort('"__proto__"', () => "__proto__"),
  sort('"constructor"', () => "constructor"),
  sort('"1"', () => "1"),
  sort('"x".repeat(100000)', () => "x".repeat(100_000)),
  sort('Symbol("s")', () => Symbol("s")),
  sort("Symbol.iterator", () => Symbol.iterator),
  sort("1n", () => 1n),
  sort("10n ** 400n", () => 10n ** 400n),
  sort("() => {}", () => () => {}),
  sort("() => { throw … }", () => raise),
  sort("async () => {}", () => async () => {}),
  sort("async () => { throw … }", () => async () => raise()),
  sort("(x) => x", () => (x: unknown) => x),
  sort("() => 1", () => () => 1),
  sort("() => Symbol()", () => () => Symbol("returned")),
  sort("() => null", () => () => null),
  sort("function* () {}", () => function* () {}),
  sort("class {}", () => class {}),
  sort("{}", () => ({})),
  sort("Object.create(null)", () => Object.create(null) as object),
  sort("Object.freeze({ dim: 0 })", () => Object.freeze({ dim: 0 })),
  sort("Object.freeze([0])", () => Object.freeze([0])),
  sort("JSON.parse('{\"__proto__\": 1}')", () => JSON.parse('{"__proto__": 1}') as object),
  sort("{ __proto__: null, constructor: 1 }", () => Object.assign(Object.create(null) as object, { constructor: 1 })),
  sort("{ constructor: null }", () => ({ constructor: null })),
  sort("{ length: 3 }", () => ({ length: 3 })),
  sort("{ length: -1 }", () => ({ length: -1 })),
  sort("{ toString: null, valueOf: null }", () => ({ toString: null, valueOf: null })),
  sort("{ get dim() { throw … } }", () => ({
    get dim() {
      return raise();
    },
  })),
  // biome-ignore lint/suspicious/noThenProperty: what looks like a promise is what this is about
  sort("{ then: (…) => … }", () => ({ then: (resolve: (value: unknown) => void) => resolve(1) })),
  // biome-ignore lint/suspicious/noThenProperty: as above
  sort("{ then: 1 }", () => ({ then: 1 })),
  sort("a cyclic object", cyclicRecord),
  sort("a cyclic list", cyclicList),
  sort("a list 20,000 deep", deepList),
  sort("new Proxy({}, …) that throws", () => throwingProxy({})),
  sort("new Proxy([], …) that throws", () => throwingProxy([])),
  sort("new Proxy(() => {}, …) that throws", () => throwingProxy(() => {})),
  sort("[]", () => []),
  sort("[[]]", () => [[]]),
  sort("[[1], [1, 2]]", () => [[1], [1, 2]]),
  sort("[1, [2]]", () => [1, [2]]),
  sort("new Array(2)", () => new Array(2)),
  // biome-ignore lint/suspicious/noSparseArray: a hole is what this is about
  sort("[1, , 2]", () => [1, , 2]),
  sort("new Array(2 ** 32 - 1)", () => new Array(2 ** 32 - 1)),
  sort("[undefined]", () => [undefined]),
  sort("[null]", () => [null]),
  sort('["a"]', () => ["a"]),
  sort("[1n]", () => [1n]),
  sort("[Symbol()]", () => [Symbol("in a list")]),
  sort("[NaN]", () => [Number.NaN]),
  sort("[2 ** 40, 2 ** 40]", () => [2 ** 40, 2 ** 40]),
  sort("[2 ** 32 + 5]", () => [2 ** 32 + 5]),
  sort("[-1, -1]", () => [-1, -1]),
  sort("[0.5]", () => [0.5]),
  sort("new Array(70).fill(1)", () => new Array<number>(70).fill(1)),
  sort("new Float32Array([1, 2])", () => new Float32Array([1, 2])),
  sort("new BigInt64Array(2)", () => new BigInt64Array(2)),
  sort("new Uint8ClampedArray(2)", () => new Uint8ClampedArray(2)),
  sort("new DataView(new ArrayBuffer(8))", () => new DataView(new ArrayBuffer(8))),
  sort("new ArrayBuffer(8)", () => new ArrayBuffer(8)),
  sort("a detached array", () => {
    const array = new Float32Array(2);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    return array;
  }),
  sort("new Date()", () => new Date(0)),
  sort("new Date(NaN)", () => new Date(Number.NaN)),
  sort("/x/", () => /x/),
  sort("new Map()", () => new Map()),
  sort('new Map([["a", 1]])', () => new Map([["a", 1]])),
  sort("new Set([1])", () => new Set([1])),
  sort("new WeakMap()", () => new WeakMap()),
  sort("new Error()", () => new Error("an argument")),
  sort("new Number(1)", () => Object(1) as object),
  sort('new String("x")', () => Object("x") as object),
  sort("Promise.resolve(1)", () => Promise.resolve(1)),
  sort("globalThis", () => globalThis),
  sort("Math", () => Math),
  sort("Tensor", () => Tensor),
  sort("Tensor.prototype", () => Tensor.prototype),
  sort("nn.Linear", () => nn.Linear),
  sort("nn", () => nn),
  sort("a disposed tensor", ({ backend }) => {
    const x = zeros([2], { backend });
    x.dispose();
    return x;
  }),
  sort("a disposed matrix", ({ backend }) => {
    const x = zeros([2, 3], { backend });
    x.dispose();
    return x;
  }),
  sort("a tensor of another backend", ({ other }) => zeros([2, 3], { backend: other })),
  sort("tensor([0, 1]) of another backend", ({ other }) => filled([2], "int32", other)),
  sort("zeros([0])", ({ backend }) => zeros([0], { backend })),
  sort("zeros([2, 0, 3])", ({ backend }) => zeros([2, 0, 3], { backend })),
  sort("zeros([]).expand([2 ** 20])", ({ backend }) => zeros([], { backend }).expand([2 ** 20])),
  sort(
    "tensor([5, -9, 2 ** 31 - 1]) of int32",
    ({ backend }) => new Tensor([5, -9, 2 ** 31 - 1], { dtype: "int32", backend }),
  ),
  sort("tensor([NaN, Infinity])", ({ backend }) => new Tensor([Number.NaN, Number.POSITIVE_INFINITY], { backend })),
];

/** Values that many functions take. */
const plausible: readonly Sort[] = [
  sort("0", () => 0),
  sort("1", () => 1),
  sort("2", () => 2),
  sort("3", () => 3),
  sort("true", () => true),
  sort("false", () => false),
  sort('"mean"', () => "mean"),
  sort('"float64"', () => "float64"),
  sort('"int32"', () => "int32"),
  sort("[0]", () => [0]),
  sort("[2, 3]", () => [2, 3]),
  sort("[1, 0]", () => [1, 0]),
  sort("[[1, 2], [3, 4]]", () => [
    [1, 2],
    [3, 4],
  ]),
  sort("matrix", ({ backend }) => filled([2, 3], "float32", backend)),
  sort("square matrix", ({ backend }) => filled([3, 3], "float32", backend)),
  sort("vector", ({ backend }) => filled([3], "float32", backend)),
  sort("0-d", ({ backend }) => filled([], "float32", backend)),
  sort("float64 matrix", ({ backend }) => filled([2, 3], "float64", backend)),
  sort("float64 leaf", ({ backend }) => filled([2, 3], "float64", backend).detach().requiresGrad_()),
  sort("leaf", ({ backend }) => filled([2, 3], "float32", backend).detach().requiresGrad_()),
  sort("computed from a leaf", ({ backend }) => filled([2, 3], "float32", backend).detach().requiresGrad_().mul(2)),
  sort("transposed matrix", ({ backend }) => filled([3, 2], "float32", backend).t()),
  sort("expanded vector", ({ backend }) => filled([3], "float32", backend).expand([2, 3])),
  sort("int32 vector", ({ backend }) => filled([3], "int32", backend)),
  sort("int32 matrix", ({ backend }) => filled([2, 3], "int32", backend)),
  sort("uint8 vector", ({ backend }) => filled([3], "uint8", backend)),
  sort("bool matrix", ({ backend }) => filled([2, 3], "bool", backend)),
  sort("zeros([2, 3, 4])", ({ backend }) => zeros([2, 3, 4], { backend })),
  sort("new nn.Linear(3, 2)", () => new nn.Linear(3, 2)),
  sort("new nn.Parameter(…)", ({ backend }) => new nn.Parameter(filled([2, 3], "float32", backend))),
  sort("(x) => x.sum()", () => (x: unknown) => (x instanceof Tensor ? x.sum() : x)),
  sort("(x) => x.mul(2)", () => (x: unknown) => (x instanceof Tensor ? x.mul(2) : x)),
  sort("the backend", ({ backend }) => backend),
];

/** Names of options that functions have. */
const optionNames =
  `dim keepdim dtype backend requiresGrad alpha min max largest sorted descending generator accumulate reduction weight
  bias eps lr momentum betas weightDecay nesterov delta beta labelSmoothing ignoreIndex p inplace strict assign correction
  unbiased steps endpoint createGraph retainGraph gradient threads memory name defaults derivative affine elementwiseAffine
  mean std low high replacement side right indexing gain nonlinearity mode a lastEpoch gamma etaMin atol rtol equalNan`.split(
    /\s+/,
  );

/** An argument, and how a finding prints it. */
export interface Argument {
  readonly text: string;
  readonly value: unknown;
}

/** Draws one argument: wrong in a third of all cases, and sometimes a list or an object that holds such ones. */
export function drawArgument(random: Random, places: Places, depth = 0): Argument {
  const kind = random.below(12);
  if (kind < 2 && depth < 2) {
    const items = Array.from({ length: random.below(4) }, () => drawArgument(random, places, depth + 1));
    return { text: `[${items.map(({ text }) => text).join(", ")}]`, value: items.map(({ value }) => value) };
  }
  if (kind < 4 && depth < 2) {
    const entries = Array.from({ length: 1 + random.below(2) }, () => {
      const { text, value } = drawArgument(random, places, depth + 1);
      return { name: random.pick(optionNames), text, value };
    });
    return {
      text: `{ ${entries.map(({ name, text }) => `${name}: ${text}`).join(", ")} }`,
      value: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
    };
  }
  const { text, make } = random.pick(kind < 8 ? wrong : plausible);
  return { text, value: make(places) };
}

/** Draws a wrong argument. */
export function drawWrong(random: Random, places: Places): Argument {
  if (random.chance(0.3)) return drawArgument(random, places);
  const { text, make } = random.pick(wrong);
  return { text, value: make(places) };
}

/** Draws a right kind of tensor. */
export function drawPlausible(random: Random, places: Places): Argument {
  const { text, make } = random.pick(plausible);
  return { text, value: make(places) };
}
