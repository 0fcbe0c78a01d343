/**
 * How an operation named in a fixture is called: by its name among lucid's functions, or by an adapter below.
 */
import type { Backend, DType } from "@lucid/backend";
import * as nn from "@lucid/nn";
import * as tensor from "@lucid/tensor";
import { Tensor } from "@lucid/tensor";
import { accumulated, elementary, exact, exactButZero, type Tolerances } from "./compare.js";
import { type Invoke, WithLeaves } from "./run.js";

type Function = (...args: readonly unknown[]) => unknown;
type Class = new (...args: readonly unknown[]) => Function;

const functions: Readonly<Record<string, unknown>> = { ...nn.functional, ...tensor };
const classes: Readonly<Record<string, unknown>> = { ...nn };

/** The class of the same loss. */
export const lossClasses: Readonly<Record<string, string>> = {
  huberLoss: "HuberLoss",
  smoothL1Loss: "SmoothL1Loss",
  mseLoss: "MSELoss",
  l1Loss: "L1Loss",
  crossEntropy: "CrossEntropyLoss",
  nllLoss: "NLLLoss",
};

const creation = new Set(["zeros", "ones", "full", "eye", "arange", "linspace"]);

/** What `x[indices]` becomes in lucid. */
function index(described: unknown): unknown {
  if (typeof described === "object" && described !== null && "slice" in described) {
    const [start, stop, step] = described.slice as readonly (number | null)[];
    return tensor.slice(start ?? undefined, stop ?? undefined, step ?? undefined);
  }
  return described;
}

/** Operations that are called in a way of their own. */
const adapters: Readonly<Record<string, Invoke>> = {
  at: ([x, ...indices]) => (x as Tensor).at(...(indices.map(index) as readonly tensor.Index[])),
  // The fixture's value is that of a changed copy.
  indexPut_: ([x, indices, value, options]) =>
    (x as Tensor)
      .clone()
      .indexPut_(
        (indices as readonly unknown[]).map(index) as readonly tensor.Index[],
        value as Tensor,
        options as { readonly accumulate?: boolean },
      ),
  to: ([x, dtype]) => (x as Tensor).to(dtype as DType),
  layerNorm: ([x, shape, weight, bias, eps]) =>
    nn.functional.layerNorm(x as Tensor, shape as readonly number[], {
      weight: weight as Tensor | undefined,
      bias: bias as Tensor | undefined,
      ...(eps === undefined ? {} : { eps: eps as number }),
    }),
  LayerNorm: ([x, weight, bias, eps]) => {
    const { shape, dtype } = weight as Tensor;
    const layer = new nn.LayerNorm(shape, { bias: bias !== undefined, eps: eps as number, dtype });
    layer.loadStateDict({
      weight: (weight as Tensor).detach(),
      ...(bias === undefined ? {} : { bias: (bias as Tensor).detach() }),
    });
    return new WithLeaves(layer(x as Tensor), [undefined, layer.weight ?? undefined, layer.bias ?? undefined]);
  },
  Linear: ([x, weight, bias]) => {
    const { shape, dtype } = weight as Tensor;
    const layer = new nn.Linear(shape[1]!, shape[0]!, { bias: bias !== undefined, dtype });
    layer.loadStateDict({
      weight: (weight as Tensor).detach(),
      ...(bias === undefined ? {} : { bias: (bias as Tensor).detach().expand([shape[0]!]) }),
    });
    return new WithLeaves(layer(x as Tensor), [undefined, layer.weight, layer.bias ?? undefined]);
  },
};

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
    ways.set(`new ${name}`, ([x, ...options]) => evaluating(new Layer(...options))(x));
  }
  const lossClass = lossClasses[name];
  if (lossClass !== undefined && isClass(classes[lossClass])) {
    const Loss = classes[lossClass];
    ways.set(`new ${lossClass}`, ([x, y, options]) => new Loss(...(options === undefined ? [] : [options]))(x, y));
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
