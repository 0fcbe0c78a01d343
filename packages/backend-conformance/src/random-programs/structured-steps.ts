/**
 * The steps of random programs that change shapes, reduce, multiply, move elements and write in place.
 *
 * @module
 */
import { cat, full, matmul, rand, slice, stack, type Tensor, tensor } from "@lucid/tensor";
import type { Step } from "./elementwise-steps.js";
import { broadcastsTo, isExact, isFloat, type Made, made, type Picker, type Value } from "./values.js";

const anything = (): boolean => true;
const hasAxes = ({ tensor: { ndim } }: Value): boolean => ndim > 0;
const hasElements = ({ tensor }: Value): boolean => tensor.ndim > 0 && tensor.numel() > 0;

/** Makes a view of a value, or returns undefined if this kind of view does not fit. */
type View = (x: Tensor, pick: Picker) => readonly [text: string, view: Tensor] | undefined;

const views: readonly View[] = [
  (x) => (x.ndim < 2 ? undefined : ["transpose(0, -1)", x.transpose(0, -1)]),
  (x, pick) => {
    const axes = x.shape.map((_, axis) => axis);
    for (let i = axes.length - 1; i > 0; i--) {
      const j = pick.below(i + 1);
      [axes[i], axes[j]] = [axes[j]!, axes[i]!];
    }
    return [`permute(${axes})`, x.permute(axes)];
  },
  (x, pick) => {
    const axis = pick.below(x.ndim);
    const length = pick.below(x.shape[axis]! + 1);
    const start = pick.below(x.shape[axis]! - length + 1);
    return [`narrow(${axis}, ${start}, ${length})`, x.narrow(axis, start, length)];
  },
  (x, pick) => {
    const step = pick.of([1, 2, -1, -2]);
    const start = pick.of([0, 1, -1, null]);
    return [`at(slice(${start}, null, ${step}))`, x.at(slice(start, null, step))];
  },
  (x, pick) => {
    const axis = pick.below(x.ndim);
    return [`flip(${axis})`, x.flip(axis)];
  },
  (x, pick) => {
    const axis = pick.below(x.ndim);
    if (x.shape[axis] === 0) return undefined;
    const index = pick.below(x.shape[axis]!);
    return [`select(${axis}, ${index})`, x.select(axis, index)];
  },
  (x, pick) => {
    const axis = pick.below(x.ndim + 1);
    return [`unsqueeze(${axis})`, x.unsqueeze(axis)];
  },
  (x) => {
    const shape = x.shape.map((size) => (size === 1 ? 3 : size));
    return x.numel() > 500 ? undefined : [`expand(${shape})`, x.expand(shape)];
  },
  (x) => ["reshape(-1)", x.reshape([x.numel()])],
  (x, pick) => {
    const factor = pick.of([2, 3]);
    return x.numel() % factor === 0 && x.numel() > 0
      ? [`reshape(${factor}, ${x.numel() / factor})`, x.reshape([factor, x.numel() / factor])]
      : undefined;
  },
  (x, pick) => {
    const offset = pick.of([0, 1, -1]);
    return x.ndim < 2 ? undefined : [`diagonal(${offset})`, x.diagonal(offset)];
  },
  (x, pick) => {
    const axis = pick.below(x.ndim);
    const step = 1 + pick.below(2);
    return x.shape[axis]! < 2 ? undefined : [`unfold(${axis}, 2, ${step})`, x.unfold(axis, 2, step)];
  },
];

const view: Step = (pick) => {
  const change = pick.of(views);
  const x = pick.value(hasAxes);
  const found = x === undefined ? undefined : change(x.tensor, pick);
  if (x === undefined || found === undefined || found[1].numel() > 20_000) return undefined;
  return { tensor: found[1], text: `${x.name}.${found[0]}`, bound: x.bound, error: x.error };
};

/** Returns axes of a tensor: all of them, or one. */
function axesOf(x: Tensor, pick: Picker): readonly number[] {
  const axis = pick.below(x.ndim + 1);
  return axis === x.ndim ? x.shape.map((_, i) => i) : [axis];
}

const reduceSmooth: Step = (pick) => {
  const name = pick.of(["sum", "mean", "logsumexp", "prod"] as const);
  const x = pick.value((v) => isFloat(v) && hasElements(v));
  if (x === undefined) return undefined;
  const axes = axesOf(x.tensor, pick);
  const keepdim = pick.below(2) === 1;
  const count = axes.reduce((n, axis) => n * x.tensor.shape[axis]!, 1);
  const text = `${x.name}.${name}([${axes}], ${keepdim})`;
  // In any order, a sum has as many roundings as numbers, each of at most the sum of their sizes.
  if (name === "sum") return made(text, x.tensor.sum(axes, keepdim), count * x.bound, count * x.error, count);
  if (name === "mean") return made(text, x.tensor.mean(axes, keepdim), x.bound, x.error, count);
  if (name === "logsumexp")
    return made(text, x.tensor.logsumexp(axes, keepdim), x.bound + Math.log(count), x.error, 8 * count + 8);
  if (count > 4 || x.bound > 4) return undefined;
  const bound = Math.max(1, x.bound) ** count;
  return made(text, x.tensor.prod(axes, keepdim), bound, count * bound * x.error, count);
};

const reduceKinked: Step = (pick) => {
  const name = pick.of(["amax", "amin", "argmax", "any", "all", "countNonzero"] as const);
  const x = pick.value((v) => isExact(v) && hasElements(v));
  if (x === undefined) return undefined;
  const axis = pick.below(x.tensor.ndim);
  const bound = name === "argmax" || name === "countNonzero" ? x.tensor.shape[axis]! : Math.max(1, x.bound);
  return made(`${x.name}.${name}(${axis})`, x.tensor[name](axis), bound, 0, 0);
};

const multiply: Step = (pick) => {
  const x = pick.value((v) => isFloat(v) && v.tensor.ndim >= 2);
  if (x === undefined) return undefined;
  const inner = x.tensor.shape[x.tensor.ndim - 1]!;
  const fits = ({ tensor: { shape, ndim, dtype } }: Value): boolean =>
    ndim >= 1 && ndim <= 2 && dtype === x.tensor.dtype && shape[Math.max(0, ndim - 2)] === inner;
  const y = pick.below(4) === 0 ? undefined : pick.value(fits);
  const [other, name] =
    y === undefined ? [x.tensor.transpose(-1, -2), `${x.name}.transpose(-1, -2)`] : [y.tensor, y.name];
  const [bound, error] = y === undefined ? [x.bound, x.error] : [y.bound, y.error];
  if (x.tensor.numel() > 3000 || other.numel() > 3000) return undefined;
  const size = inner * x.bound * bound;
  return made(
    `${x.name}.matmul(${name})`,
    matmul(x.tensor, other),
    size,
    inner * (x.bound * error + bound * x.error),
    inner + 1,
  );
};

const along: Step = (pick) => {
  const name = pick.of(["cumsum", "softmax", "logSoftmax"] as const);
  const x = pick.value((v) => isFloat(v) && hasElements(v));
  if (x === undefined) return undefined;
  const axis = pick.below(x.tensor.ndim);
  const count = x.tensor.shape[axis]!;
  const text = `${x.name}.${name}(${axis})`;
  if (name === "cumsum") return made(text, x.tensor.cumsum(axis), count * x.bound, count * x.error, count);
  if (name === "softmax") return made(text, x.tensor.softmax(axis), 1, 2 * x.error, 8 * count + 16);
  return made(text, x.tensor.logSoftmax(axis), 2 * x.bound + Math.log(count), 2 * x.error, 8 * count + 16);
};

const order: Step = (pick) => {
  const name = pick.of(["sort", "argsort", "topk"] as const);
  const x = pick.value((v) => isExact(v) && hasElements(v));
  if (x === undefined) return undefined;
  const axis = pick.below(x.tensor.ndim);
  const descending = pick.below(2) === 1;
  if (name === "topk") {
    const k = 1 + pick.below(x.tensor.shape[axis]!);
    return made(`${x.name}.topk(${k}, ${axis}).values`, x.tensor.topk(k, axis).values, x.bound, 0, 0);
  }
  if (name === "argsort") {
    const text = `${x.name}.argsort(${axis}, ${descending})`;
    return made(text, x.tensor.argsort(axis, descending), x.tensor.shape[axis]!, 0, 0);
  }
  return made(`${x.name}.sort(${axis}, ${descending}).values`, x.tensor.sort(axis, descending).values, x.bound, 0, 0);
};

/** Returns some positions below `size`, with duplicates. */
function positions(pick: Picker, size: number, count: number): number[] {
  const [start, step] = [pick.below(size), pick.below(7)];
  return Array.from({ length: count }, (_, i) => (start + i * i * step) % size);
}

const pickElements: Step = (pick) => {
  const name = pick.of(["indexSelect", "gather", "take"] as const);
  const x = pick.value((v) => hasElements(v) && v.tensor.numel() < 5000);
  if (x === undefined) return undefined;
  const axis = pick.below(x.tensor.ndim);
  const { shape } = x.tensor;
  const size = x.tensor.numel();
  const place = { backend: pick.backend, dtype: "int32" } as const;
  const keep = (text: string, result: Tensor): Made => ({ tensor: result, text, bound: x.bound, error: x.error });
  if (name === "take") {
    const at = positions(pick, size, 4);
    return keep(`${x.name}.take(tensor([${at}]))`, x.tensor.take(tensor(at, place)));
  }
  const at = positions(pick, shape[axis]!, name === "gather" ? size : 1 + pick.below(5));
  if (name === "gather") {
    const index = tensor(at, place).reshape(shape);
    return keep(
      `${x.name}.gather(${axis}, tensor([${at.slice(0, 20)}]).reshape(${shape}))`,
      x.tensor.gather(axis, index),
    );
  }
  return keep(`${x.name}.indexSelect(${axis}, tensor([${at}]))`, x.tensor.indexSelect(axis, tensor(at, place)));
};

const placeElements: Step = (pick) => {
  const name = pick.of(["scatterAdd", "scatter", "indexAdd"] as const);
  const x = pick.value((v) => isFloat(v) && hasElements(v) && v.tensor.numel() < 5000);
  if (x === undefined) return undefined;
  const source = pick.value(
    (v) => v.tensor.dtype === x.tensor.dtype && v.tensor.shape.join() === x.tensor.shape.join(),
  );
  if (source === undefined) return undefined;
  const axis = pick.below(x.tensor.ndim);
  const { shape } = x.tensor;
  const size = x.tensor.numel();
  const length = shape[axis]!;
  const place = { backend: pick.backend, dtype: "int32" } as const;
  const bound = x.bound + (name === "scatter" ? source.bound : length * source.bound);
  const carried = x.error + (name === "scatter" ? source.error : length * source.error);
  if (name === "indexAdd") {
    const at = positions(pick, length, length);
    const result = x.tensor.indexAdd(axis, tensor(at, place), source.tensor);
    return made(`${x.name}.indexAdd(${axis}, tensor([${at}]), ${source.name})`, result, bound, carried, length);
  }
  const at = positions(pick, length, size);
  const index = tensor(at, place).reshape(shape);
  const text = `${x.name}.${name}(${axis}, tensor([${at.slice(0, 20)}]).reshape(${shape}), ${source.name})`;
  return made(text, x.tensor[name](axis, index, source.tensor), bound, carried, name === "scatter" ? 0 : length);
};

const join: Step = (pick) => {
  const x = pick.value(hasAxes);
  if (x === undefined) return undefined;
  const same = (v: Value): boolean =>
    v.tensor.dtype === x.tensor.dtype && v.tensor.shape.join() === x.tensor.shape.join();
  const y = pick.value(same)!;
  const axis = pick.below(x.tensor.ndim);
  const [name, call] = pick.of([
    ["cat", cat],
    ["stack", stack],
  ] as const);
  const text = `${name}([${x.name}, ${y.name}], ${axis})`;
  const result = call([x.tensor, y.tensor], axis);
  return { tensor: result, text, bound: Math.max(x.bound, y.bound), error: Math.max(x.error, y.error) };
};

const mask: Step = (pick) => {
  const x = pick.value((v) => isFloat(v) && hasAxes(v));
  if (x === undefined) return undefined;
  const [bound, error] = [Math.max(x.bound, 1), x.error];
  if (pick.below(2) === 0 && x.tensor.ndim >= 2) {
    const diagonal = pick.of([0, 1, -1]);
    return { tensor: x.tensor.tril(diagonal), text: `${x.name}.tril(${diagonal})`, bound, error };
  }
  const condition = pick.value((v) => v.tensor.dtype === "bool" && broadcastsTo(v.tensor.shape, x.tensor.shape));
  if (condition === undefined) return undefined;
  const text = `${x.name}.maskedFill(${condition.name}, 0.75)`;
  return { tensor: x.tensor.maskedFill(condition.tensor, 0.75), text, bound, error };
};

const create: Step = (pick) => {
  const shape = pick.of([[], [3], [2, 3], [4, 1], [1, 33]]);
  if (pick.below(2) === 0) {
    const value = pick.of([0.5, -0, 2, -1.25]);
    return {
      tensor: full(shape, value, { backend: pick.backend }),
      text: `full([${shape}], ${value})`,
      bound: 2,
      error: 0,
    };
  }
  return { tensor: rand(shape, { backend: pick.backend }), text: `rand([${shape}])`, bound: 1, error: 0 };
};

const copies: Step = (pick) => {
  const x = pick.value(anything);
  if (x === undefined) return undefined;
  const [name, call] = pick.of([
    ["clone()", (t: Tensor) => t.clone()],
    ["detach()", (t: Tensor) => t.detach()],
    ["contiguous()", (t: Tensor) => t.contiguous()],
  ] as const);
  return { tensor: call(x.tensor), text: `${x.name}.${name}`, bound: x.bound, error: x.error };
};

/** The parts of a tensor that can be written. */
const parts: readonly View[] = [(x) => ["", x], ...views.slice(0, 6), (x) => ["reshape(-1)", x.reshape([x.numel()])]];

/** Writes a part of a copy. The step returns the part, which shares its memory. */
const writePart: Step = (pick) => {
  const x = pick.value((v) => isFloat(v) && hasElements(v));
  if (x === undefined) return undefined;
  const copy = x.tensor.clone();
  const found = pick.of(parts)(copy, pick);
  if (found === undefined) return undefined;
  const [name, part] = found;
  const y = pick.value(
    (v) => isFloat(v) && v.tensor.dtype === x.tensor.dtype && broadcastsTo(v.tensor.shape, part.shape),
  );
  const [other, size, error] = y === undefined ? [0.75, 0.75, 0] : [y.tensor, y.bound, y.error];
  const kind = pick.of(["add_", "mul_", "sub_", "tanh_", "fill_", "flipped"] as const);
  const dot = name === "" ? "" : `.${name}`;
  const text = (call: string): string => `writing into c = ${x.name}.clone(): c${dot}.${call}, then c`;
  const shown = y?.name ?? "0.75";
  switch (kind) {
    case "add_":
    case "sub_":
      part[kind](other);
      return made(text(`${kind}(${shown})`), copy, x.bound + size, x.error + error, 0);
    case "mul_":
      part.mul_(other);
      return made(
        text(`mul_(${shown})`),
        copy,
        x.bound * Math.max(1, size),
        Math.max(1, size) * x.error + x.bound * error,
        0,
      );
    case "tanh_":
      part.tanh_();
      return made(text("tanh_()"), copy, Math.max(1, x.bound), x.error, 64);
    case "fill_":
      part.fill_(-0.25);
      return made(text("fill_(-0.25)"), copy, Math.max(1, x.bound), x.error, 0);
    case "flipped": {
      if (part.ndim === 0) return undefined;
      // Operand and target overlap, so the operand must be read as it was before.
      part.copy_(part.flip(0));
      return made(text("copy_(its own flip(0))"), copy, x.bound, x.error, 0);
    }
  }
};

/** The steps of this file by name. */
export const structuredSteps: Readonly<Record<string, Step>> = {
  view,
  reduceSmooth,
  reduceKinked,
  multiply,
  along,
  order,
  pickElements,
  placeElements,
  join,
  mask,
  create,
  copies,
  writePart,
};
