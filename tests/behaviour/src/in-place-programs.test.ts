/**
 * Random programs of views and in-place writes, against a model that knows neither: memory is a list of scalars with
 * their partial derivatives, a view is a list of positions in it, and a write puts other scalars there.
 */
import { createCpuBackend, noGrad, setDefaultBackend, slice, type Tensor, tensor, zeros } from "@lucid/lucid";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { evictingBackend } from "./evicting-backend.js";

/** A copy of a list, with items removed and others inserted at a position. */
function spliced(list: readonly number[], start: number, removed: number, ...added: readonly number[]): number[] {
  return [...list.slice(0, start), ...added, ...list.slice(start + removed)];
}

/** A number that remembers what it was computed from. */
interface Scalar {
  readonly value: number;
  readonly parents: readonly (readonly [parent: Scalar, slope: number])[];
  /** Grows with every scalar, so that parents come before children. */
  readonly order: number;
}

let made = 0;
const scalar = (value: number, ...parents: Scalar["parents"]): Scalar => ({ value, parents, order: made++ });
const times = (a: Scalar, b: Scalar): Scalar => scalar(a.value * b.value, [a, b.value], [b, a.value]);
const plus = (a: Scalar, b: Scalar): Scalar => scalar(a.value + b.value, [a, 1], [b, 1]);
const scaled = (a: Scalar, factor: number): Scalar => scalar(a.value * factor, [a, factor]);
const sine = (a: Scalar): Scalar => scalar(Math.sin(a.value), [a, Math.cos(a.value)]);

/** The derivatives of `root` with respect to the leaves. */
function slopes(root: Scalar, leaves: readonly Scalar[]): number[] {
  const all = new Set<Scalar>();
  const stack = [root];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (all.has(at)) continue;
    all.add(at);
    for (const [parent] of at.parents) stack.push(parent);
  }
  const total = new Map<Scalar, number>([[root, 1]]);
  for (const at of [...all].sort((a, b) => b.order - a.order)) {
    for (const [parent, slope] of at.parents) {
      total.set(parent, (total.get(parent) ?? 0) + slope * (total.get(at) ?? 0));
    }
  }
  return leaves.map((leaf) => total.get(leaf) ?? 0);
}

/** Positions in a memory, in row-major order. */
interface Model {
  readonly memory: Scalar[];
  readonly positions: readonly number[];
  readonly shape: readonly number[];
}

interface Both {
  readonly tensor: Tensor;
  readonly model: Model;
}

const read = ({ memory, positions }: Model): Scalar[] => positions.map((position) => memory[position]!);
const strides = (shape: readonly number[]): number[] =>
  shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));

/** The view whose element at `index` is the element of `model` at `from(index)`. */
function viewOf(model: Model, shape: readonly number[], from: (index: readonly number[]) => readonly number[]): Model {
  const steps = strides(shape);
  const size = shape.reduce((product, length) => product * length, 1);
  const old = strides(model.shape);
  const positions = Array.from({ length: size }, (_, flat) => {
    const index = shape.map((length, i) => Math.floor(flat / steps[i]!) % length);
    return model.positions[from(index).reduce((sum, at, i) => sum + at * old[i]!, 0)]!;
  });
  return { memory: model.memory, positions, shape };
}

/** The commands that make views. They return undefined if the tensor is too small. */
const views: readonly ((both: Both, n: number) => Both | undefined)[] = [
  ({ tensor: x, model }) =>
    model.shape.length < 2
      ? undefined
      : {
          tensor: x.transpose(0, -1),
          model: viewOf(model, [model.shape.at(-1)!, ...model.shape.slice(1, -1), model.shape[0]!], (index) => [
            index.at(-1)!,
            ...index.slice(1, -1),
            index[0]!,
          ]),
        },
  ({ tensor: x, model }, n) => {
    if (model.shape.length === 0) return undefined;
    const axis = n % model.shape.length;
    const at = n % model.shape[axis]!;
    return {
      tensor: x.select(axis, at),
      model: viewOf(model, spliced(model.shape, axis, 1), (index) => spliced(index, axis, 0, at)),
    };
  },
  ({ tensor: x, model }, n) => {
    if (model.shape.length === 0 || model.shape[0]! < 2) return undefined;
    const start = n % 2;
    const length = model.shape[0]! - 1;
    return {
      tensor: x.narrow(0, start, length),
      model: viewOf(model, [length, ...model.shape.slice(1)], ([first, ...rest]) => [first! + start, ...rest]),
    };
  },
  ({ tensor: x, model }) => {
    const shape = [model.positions.length];
    return x.layout.strides.every((stride, i) => stride === strides(model.shape)[i])
      ? { tensor: x.view(shape), model: { ...model, shape } }
      : undefined;
  },
  ({ tensor: x, model }, n) => {
    if (model.shape.length > 3) return undefined;
    const axis = n % (model.shape.length + 1);
    return { tensor: x.unsqueeze(axis), model: { ...model, shape: spliced(model.shape, axis, 0, 1) } };
  },
  ({ tensor: x, model }, n) => {
    if (model.shape.length < 2) return undefined;
    const [rows, columns] = model.shape as [number, number];
    const offset = n % 2;
    const size = Math.min(rows, columns - offset);
    if (size <= 0) return undefined;
    const shape = [...model.shape.slice(2), size];
    return {
      tensor: x.diagonal(offset),
      model: viewOf(model, shape, (index) => [index.at(-1)!, index.at(-1)! + offset, ...index.slice(0, -1)]),
    };
  },
  ({ tensor: x, model }) => {
    if (model.shape.length === 0) return undefined;
    // Every second element.
    const length = Math.ceil(model.shape[0]! / 2);
    return {
      tensor: x.at(slice(undefined, undefined, 2)),
      model: viewOf(model, [length, ...model.shape.slice(1)], ([first, ...rest]) => [first! * 2, ...rest]),
    };
  },
];

/** Replaces every element by the result of `next`. */
function write({ memory, positions }: Model, next: (old: Scalar, i: number) => Scalar): void {
  const results = positions.map((position, i) => next(memory[position]!, i));
  positions.forEach((position, i) => {
    memory[position] = results[i]!;
  });
}

/** A copy of the values, which later writes do not change. */
const frozen = ({ tensor: x, model }: Both): readonly [Tensor, Scalar[]] => [x.clone(), read(model)];

/** The commands that write in place. `other` is another tensor of the program, `w` a leaf with one element. */
const writes: readonly ((target: Both, other: Both, w: Both) => void)[] = [
  ({ tensor: x, model }, _other, { tensor: w, model: single }) => {
    x.mul_(w);
    write(model, (old) => times(old, single.memory[0]!));
  },
  ({ tensor: x, model }, _other, { tensor: w, model: single }) => {
    x.add_(w);
    write(model, (old) => plus(old, single.memory[0]!));
  },
  ({ tensor: x, model }) => {
    x.sin_();
    write(model, sine);
  },
  ({ tensor: x, model }) => {
    x.mul_(1.5);
    write(model, (old) => scaled(old, 1.5));
  },
  ({ tensor: x, model }) => {
    x.fill_(0.5);
    write(model, () => scalar(0.5));
  },
  // Adds the sum of another tensor to every element.
  ({ tensor: x, model }, other) => {
    const [values, scalars] = frozen(other);
    x.copy_(values.sum());
    const sum = scalars.reduce(plus);
    write(model, () => sum);
  },
  // Another tensor of the same shape, or of one that broadcasts from its first axis on; which may be the target itself.
  ({ tensor: x, model }, other) => {
    const [values, scalars] = frozen(other);
    const fits = String(model.shape) === String(other.model.shape);
    x.add_(fits ? other.tensor : values.mean());
    const mean = scaled(scalars.reduce(plus), 1 / scalars.length);
    write(model, (old, i) => plus(old, fits ? scalars[i]! : mean));
  },
  ({ tensor: x, model }, other) => {
    if (model.shape.length === 0) return;
    const [values, scalars] = frozen(other);
    x.indexPut_([0], values.sum());
    const sum = scalars.reduce(plus);
    write(
      viewOf(model, model.shape.slice(1), (index) => [0, ...index]),
      () => sum,
    );
  },
  // Values that change without recording pass gradients on as if they had not.
  ({ tensor: x, model }) => {
    noGrad(() => x.add_(0.25));
    write(model, (old) => scalar(old.value + 0.25, [old, 1]));
  },
  ({ tensor: x, model }) => {
    x.detach().add_(0.125);
    write(model, (old) => scalar(old.value + 0.125, [old, 1]));
  },
];

const X = [0.3, -0.7, 1.1, 0.9, -1.3, 0.4];
const W = 0.8;

/** A command: its kind, its tensor, another tensor, and a number for its details. */
type Command = readonly [kind: number, target: number, other: number, n: number];

function run(commands: readonly Command[]): void {
  const x = tensor(X, { dtype: "float64", requiresGrad: true });
  const w = tensor([W], { dtype: "float64", requiresGrad: true });
  const xs = X.map((value) => scalar(value));
  const ws = scalar(W);
  const single: Both = { tensor: w.reshape([]), model: { memory: [ws], positions: [0], shape: [] } };
  // A computed tensor, another one with a view of it, and a tensor without gradients so far.
  const computed = x.mul(2).reshape([2, 3]);
  const known: Both[] = [
    { tensor: computed, model: { memory: xs.map((a) => scaled(a, 2)), positions: [0, 1, 2, 3, 4, 5], shape: [2, 3] } },
    {
      tensor: zeros([2, 2], { dtype: "float64" }),
      model: { memory: [0, 0, 0, 0].map((value) => scalar(value)), positions: [0, 1, 2, 3], shape: [2, 2] },
    },
  ];
  let loss = zeros([], { dtype: "float64" });
  let total = scalar(0);
  const look = (both: Both, weight: number): void => {
    const [values, scalars] = frozen(both);
    loss = loss.add(values.square().sum().mul(weight));
    for (const value of scalars) total = plus(total, scaled(times(value, value), weight));
  };
  for (const [kind, first, second, n] of commands) {
    const target = known[first % known.length]!;
    const other = known[second % known.length]!;
    if (kind < 8) {
      const view = views[n % views.length]!(target, second);
      if (view !== undefined && known.length < 12) known.push(view);
    } else if (kind < 18) writes[n % writes.length]!(target, other, single);
    else look(target, 0.5 + (n % 3));
  }
  for (const [i, both] of known.entries()) look(both, 1 + i);
  for (const { tensor: found, model } of known) {
    expect([...found.shape]).toEqual([...model.shape]);
    const values = Array.from(found.dataSync());
    for (const [i, { value }] of read(model).entries()) expect(values[i]).toBeCloseTo(value, 9);
  }
  loss.backward();
  const expected = slopes(total, [...xs, ws]);
  const gradients = [x, w].flatMap((parameter) =>
    parameter.grad === null ? new Array(parameter.numel()).fill(0) : [...parameter.grad.dataSync()],
  );
  expected.forEach((slope, i) => {
    expect(Math.abs(gradients[i]! - slope) / Math.max(1, Math.abs(slope))).toBeLessThan(1e-9);
  });
}

const evicting = evictingBackend();

describe.each([
  ["cpu", createCpuBackend(), 1500],
  ["wasm, everything evicted all the time", evicting.backend, 300],
])("random programs of views and in-place writes on %s", (_, backend, numRuns) => {
  beforeAll(() => setDefaultBackend(backend));

  it("have the values and gradients of the model", () => {
    const below = (n: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: n - 1 });
    const command = fc.tuple(below(20), below(12), below(12), below(60));
    fc.assert(fc.property(fc.array(command, { minLength: 3, maxLength: 25 }), run), { numRuns, seed: 7 });
  });
});

it("cause evictions and restorations", () => {
  expect(evicting.evictedShare()).toBe(1);
});
