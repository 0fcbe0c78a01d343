/**
 * Running one case: the values, the gradient, the derivative of the gradient; on contiguous tensors and on strided ones;
 * as a function, as a method, and in place.
 */
import { type Backend, dtypes } from "@lucid/backend";
import { Tensor } from "@lucid/tensor";
import { accumulated, difference, type Tolerances } from "./compare.js";
import { type Case, type Described, type HostTensor, parseTensor, patternOf } from "./fixtures.js";

/** Calls an operation with the arguments of a case; returns a tensor, several, or a record of them. */
export type Invoke = (args: readonly unknown[]) => unknown;

/** What an operation with parameters of its own returns: the tensors whose gradients stand for those of the inputs. */
export class WithLeaves {
  constructor(
    readonly outputs: unknown,
    readonly leaves: readonly (Tensor | undefined)[],
  ) {}
}

/** How to run a case. */
export interface Manner {
  readonly backend: Backend;
  readonly tolerances: Tolerances;
  /** Inputs that are transposed or every second element of something larger, instead of contiguous. */
  readonly strided?: boolean;
  /** Only values and the first gradient. */
  readonly brief?: boolean;
}

/** A tensor of a fixture on a backend. */
export function deviceTensor(text: string | HostTensor, backend: Backend): Tensor {
  const { dtype, shape, values } = typeof text === "string" ? parseTensor(text) : text;
  return new Tensor(values, { dtype, backend }).reshape(shape) as Tensor;
}

/** The values of a tensor on the host. */
export function hostTensor(x: Tensor): HostTensor {
  return { dtype: x.dtype, shape: x.shape, values: x.detach().dataSync() };
}

/** The same values in another order in memory. */
export function rearranged(x: Tensor): Tensor {
  if (x.ndim === 0) return x;
  if (x.ndim === 1) {
    // Every second element, backwards.
    return x.flip([0]).unsqueeze(1).expand([x.shape[0]!, 2]).contiguous().select(1, 0).flip([0]);
  }
  const axes = x.shape.map((_, axis) => x.ndim - 1 - axis);
  return x.permute(axes).contiguous().permute(axes);
}

function isOptions(value: Described): value is { readonly [option: string]: Described } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function argument(described: Described, inputs: readonly Tensor[]): unknown {
  if (typeof described === "string" && described.startsWith("$")) {
    const name = described.slice(1);
    return name === "undefined" ? undefined : /^\d+$/.test(name) ? inputs[Number(name)] : Number(name);
  }
  if (Array.isArray(described)) return described.map((item: Described) => argument(item, inputs));
  if (isOptions(described)) {
    return Object.fromEntries(Object.entries(described).map(([key, value]) => [key, argument(value, inputs)]));
  }
  return described;
}

/** The arguments of a case. */
export function argumentsOf(given: Case, inputs: readonly Tensor[]): readonly unknown[] {
  return given.arguments === undefined ? inputs : given.arguments.map((described) => argument(described, inputs));
}

/** The tensors in a result; a truth value counts as one. */
export function tensorsOf(result: unknown): readonly Tensor[] {
  if (typeof result === "boolean") return [new Tensor(result)];
  if (result instanceof Tensor) return [result];
  if (Array.isArray(result)) return result as readonly Tensor[];
  return Object.values(result as Readonly<Record<string, Tensor>>);
}

const isFloating = (x: Tensor): boolean => dtypes[x.dtype].kind === "float";

/** Work that needs tensors on the host: it yields each of them and gets its values. */
type Reading<Result> = Generator<Tensor, Result, HostTensor>;

/** Everything that differs from PyTorch's answer. */
export function problemsOf(given: Case, invoke: Invoke, manner: Manner): readonly string[] {
  const work = problemsIn(given, invoke, manner);
  let step = work.next();
  while (step.done !== true) step = work.next(hostTensor(step.value));
  return step.value;
}

/** The same on a backend that cannot be read synchronously. */
export async function problemsOfAsync(given: Case, invoke: Invoke, manner: Manner): Promise<readonly string[]> {
  const work = problemsIn(given, invoke, manner);
  let step = work.next();
  while (step.done !== true) {
    const { dtype, shape } = step.value;
    let values: HostTensor["values"];
    try {
      values = await step.value.detach().data();
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next({ dtype, shape, values });
  }
  return step.value;
}

function* problemsIn(given: Case, invoke: Invoke, manner: Manner): Reading<readonly string[]> {
  const { backend, tolerances } = manner;
  const leaves = given.inputs.map((text, i) => {
    const leaf = deviceTensor(text, backend).detach();
    if (given.gradients !== undefined && isFloating(leaf) && !given.constants?.includes(i)) leaf.requiresGrad = true;
    return leaf;
  });
  const call = (): unknown => invoke(argumentsOf(given, manner.strided === true ? leaves.map(rearranged) : leaves));
  if (given.error === true) {
    try {
      // A device may find what is wrong only when the result is read.
      for (const x of tensorsOf(call())) yield x;
    } catch (error) {
      return (error as Error).message.startsWith("[") ? [] : [`an error without a rule: ${(error as Error).message}`];
    }
    return ["PyTorch refuses this, lucid answered"];
  }
  const result = call();
  const outputs = tensorsOf(result instanceof WithLeaves ? result.outputs : result);
  const problems: string[] = [];
  function* check(
    part: string,
    got: readonly (Tensor | null | undefined)[],
    expected: readonly (string | null)[],
  ): Reading<void> {
    if (got.length !== expected.length) problems.push(`${got.length} ${part}s, expected ${expected.length}`);
    else {
      for (const [i, text] of expected.entries()) {
        const x = got[i];
        const label = expected.length === 1 ? part : `${part} ${i}`;
        if (text === null) {
          // Where PyTorch has no gradient at all, zeros are as good.
          if (x && (yield x).values.some((value: number) => value !== 0))
            problems.push(`${label}: expected none or zeros`);
          continue;
        }
        const expectedTensor = parseTensor(text);
        if (given.random === true && x) {
          const drawn = yield x;
          const found = difference(drawn, { ...expectedTensor, values: drawn.values }, tolerances);
          if (found !== undefined) problems.push(`${label}: ${found}`);
          continue;
        }
        if (x) {
          const wanted = part === "output" ? tolerances : gradientTolerance(tolerances, outputs);
          const found = difference(yield x, expectedTensor, wanted, given.inputs.map(parseTensor));
          if (found !== undefined) problems.push(`${label}: ${found}`);
        } else if (expectedTensor.values.some((value) => value !== 0)) problems.push(`${label}: got none`);
      }
    }
  }
  yield* check("output", outputs, given.outputs!);
  const flat = given.gradients?.every((gradient) => gradient === null) === true;
  for (const x of outputs) {
    if (x.requiresGrad && (flat || !isFloating(x))) problems.push("an output requires a gradient, PyTorch's does not");
  }
  if (given.gradients === undefined || problems.length > 0) return problems;

  const sources = result instanceof WithLeaves ? leaves.map((leaf, i) => result.leaves[i] ?? leaf) : leaves;
  const traced = [...outputs.entries()].filter(([, x]) => x.requiresGrad);
  const second = given.second !== undefined && manner.brief !== true;
  differentiate(traced, second, 0, manner.strided === true);
  const gradients = sources.map((leaf) => leaf.grad);
  yield* check("gradient", gradients, given.gradients);
  if (!second || problems.length > 0) return problems;

  for (const leaf of sources) if (leaf.requiresGrad) leaf.grad = null;
  differentiate(
    [...gradients.entries()].filter((entry): entry is [number, Tensor] => entry[1]?.requiresGrad === true),
    false,
    100,
    false,
  );
  yield* check(
    "second derivative",
    sources.map((leaf) => leaf.grad),
    given.second!,
  );
  return problems;
}

/** Accumulates the derivative of Σ output · pattern. */
function differentiate(
  outputs: readonly [number, Tensor][],
  createGraph: boolean,
  seed: number,
  strided: boolean,
): void {
  outputs.forEach(([index, x], i) => {
    const weights = deviceTensor(
      { dtype: x.dtype, shape: x.shape, values: patternOf(seed + index, x.dtype, x.numel()) },
      x.backend,
    );
    x.backward(strided ? rearranged(weights) : weights, {
      createGraph,
      retainGraph: createGraph || i < outputs.length - 1,
    });
  });
}

/**
 * Derivatives are products of several functions, and sums where something was broadcast. Those of a float32 result have
 * float32's digits, of whatever type the input is.
 */
function gradientTolerance(tolerances: Tolerances, outputs: readonly Tensor[]): Tolerances {
  const wider = (name: "float32" | "float64") => ({
    relative: Math.max(tolerances[name].relative, accumulated[name].relative),
    absolute: Math.max(tolerances[name].absolute, accumulated[name].absolute),
  });
  const single = outputs.some((x) => x.dtype === "float32");
  return { ...tolerances, float32: wider("float32"), float64: wider(single ? "float32" : "float64"), units: 4 };
}
