/**
 * Sums of products in Einstein's notation.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape, ShapeError, sizeOf } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callView, diagonalView, permuteView } from "../../primitives/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { mul } from "../elementwise/arithmetic.js";
import { reshaped, viewed } from "../internal/views.js";
import { sum } from "../reduce/reductions.js";
import { assertTensors } from "../shape/joining.js";
import { matmul } from "./matmul.js";

/** A factor with the name of each of its dimensions. */
interface Named {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

function refuse(equation: string, problem: string, rule: string): never {
  throw new ArgumentError("einsum", `${problem} in ${describeValue(equation)}`, { rule });
}

/** The letters of a term. `…` stands for dimensions without a name. */
function termOf(equation: string, text: string): readonly string[] {
  const letters = text.replace("...", "…");
  for (const letter of letters) {
    if (!/[a-zA-Z…]/.test(letter)) refuse(equation, `"${letter}"`, "dimensions are named by letters; … is written ...");
  }
  if (letters.split("…").length > 2) refuse(equation, "... twice", "a term has at most one ...");
  return [...letters];
}

/** Gives every dimension of a factor a name. Those of the ellipsis are numbered from the last one. */
function labelled(term: readonly string[], x: Tensor): readonly string[] {
  const named = term.filter((letter) => letter !== "…").length;
  const rest = x.ndim - named;
  if (rest < 0 || (rest > 0 && !term.includes("…"))) {
    throw new ShapeError("einsum", `"${term.join("")}" for the shape ${formatShape(x.shape)}`, [x.shape], {
      rule: "every dimension has a letter, or is covered by ...",
    });
  }
  const unnamed = Array.from({ length: rest }, (_, i) => `${rest - 1 - i}`);
  return term.flatMap((letter) => (letter === "…" ? unnamed : [letter]));
}

/** Takes the diagonal of dimensions of one name, so that every name stands once. */
function withoutRepeats(factor: Named): Named {
  const { x, labels } = factor;
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return factor;
  const label = labels[second]!;
  const first = labels.indexOf(label);
  const diagonal = callView(diagonalView, x, { offset: 0, axis1: first, axis2: second });
  return withoutRepeats({ x: diagonal, labels: [...labels.filter((_, i) => i !== first && i !== second), label] });
}

/** Sums over the dimensions whose names are not kept. */
function summed({ x, labels }: Named, keeps: (label: string) => boolean): Named {
  const axes = labels.flatMap((label, axis) => (keeps(label) ? [] : [axis]));
  if (axes.length === 0) return { x, labels };
  return { x: sum(x, axes, { dtype: x.dtype }), labels: labels.filter(keeps) };
}

/** Brings dimensions into an order. */
function ordered({ x, labels }: Named, order: readonly string[]): Tensor {
  return callView(permuteView, x, { axes: order.map((label) => labels.indexOf(label)) });
}

/** Multiplies two factors and sums over the names that are not kept. */
function contracted(a: Named, b: Named, keeps: (label: string) => boolean): Named {
  const left = summed(a, (label) => keeps(label) || b.labels.includes(label));
  const right = summed(b, (label) => keeps(label) || a.labels.includes(label));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter(keeps);
  const inner = shared.filter((label) => !keeps(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const sizes = (factor: Named, names: readonly string[]): number[] =>
    names.map((label) => factor.x.shape[factor.labels.indexOf(label)]!);
  const labels = [...batch, ...rows, ...columns];
  const [batchSizes, rowSizes, columnSizes] = [sizes(left, batch), sizes(left, rows), sizes(right, columns)];
  if (inner.length === 0) {
    const first = ordered(left, [...batch, ...rows]);
    const second = ordered(right, [...batch, ...columns]);
    const ones = (names: readonly string[]): number[] => names.map(() => 1);
    return {
      x: mul(
        viewed(first, [...batchSizes, ...rowSizes, ...ones(columns)]),
        viewed(second, [...batchSizes, ...ones(rows), ...columnSizes]),
      ),
      labels,
    };
  }
  const [count, height, depth, width] = [batchSizes, rowSizes, sizes(left, inner), columnSizes].map(sizeOf);
  const first = reshaped("einsum", ordered(left, [...batch, ...rows, ...inner]), [count!, height!, depth!]);
  const second = reshaped("einsum", ordered(right, [...batch, ...inner, ...columns]), [count!, depth!, width!]);
  return { x: viewed(matmul(first, second), [...batchSizes, ...rowSizes, ...columnSizes]), labels };
}

/** The number of elements of the product of two factors, after the names that are not kept are summed over. */
function costOf(a: Named, b: Named, keeps: (label: string) => boolean): number {
  const sizes = new Map([...a.labels, ...b.labels].map((label) => [label, 1]));
  for (const { x, labels } of [a, b]) for (const [i, label] of labels.entries()) sizes.set(label, x.shape[i]!);
  let product = 1;
  for (const [label, size] of sizes) if (keeps(label)) product *= size;
  return product - a.x.numel() - b.x.numel();
}

/** Multiplies all factors, always the pair next whose product is smallest beside its factors. */
function product(factors: readonly Named[], output: readonly string[]): Named {
  let rest = [...factors];
  while (rest.length > 1) {
    let best: readonly [cost: number, i: number, j: number] = [Number.POSITIVE_INFINITY, 0, 1];
    const keepsFor = (i: number, j: number) => (label: string) =>
      output.includes(label) || rest.some(({ labels }, k) => k !== i && k !== j && labels.includes(label));
    for (let i = 0; i < rest.length; i++) {
      for (let j = i + 1; j < rest.length; j++) {
        const cost = costOf(rest[i]!, rest[j]!, keepsFor(i, j));
        if (cost < best[0]) best = [cost, i, j];
      }
    }
    const [, i, j] = best;
    const next = contracted(rest[i]!, rest[j]!, keepsFor(i, j));
    rest = [...rest.filter((_, k) => k !== i && k !== j), next];
  }
  return summed(rest[0]!, (label) => output.includes(label));
}

/** The names of the result where the equation does not say them: those that stand once, in alphabetical order. */
function impliedOutput(terms: readonly (readonly string[])[], unnamed: readonly string[]): readonly string[] {
  const all = terms.flat().filter((letter) => letter !== "…");
  const single = all.filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter));
  return [...unnamed, ...single.sort()];
}

/**
 * Multiplies tensors and sums over dimensions, as an equation says.
 *
 * `"ij,jk->ik"` is the product of two matrices: a dimension whose name is missing in the result is summed over. A name
 * that stands twice in a term takes the diagonal. `...` stands for dimensions without a name, which broadcast. Without
 * `->`, the result has the names that stand once, in alphabetical order. Of several factors, the pair with the smallest
 * product is multiplied first.
 *
 * @param equation - the names of the dimensions of each tensor, separated by commas, then `->` and those of the result.
 * @param operands - the tensors, as a list or one by one.
 * @throws ArgumentError for a wrong equation; ShapeError if the sizes of a name differ.
 *
 * @example
 * ```ts
 * einsum("ij,jk->ik", tensor([[1, 2]]), tensor([[3], [4]])); // → Tensor([[11]])
 * einsum("ii->i", tensor([[1, 2], [3, 4]])); // → Tensor([1, 4])
 * ```
 *
 * @see torch.einsum
 */
export function einsum(
  equation: string,
  ...operands: readonly [tensors: readonly Tensor[]] | readonly Tensor[]
): Tensor {
  if (typeof equation !== "string") {
    throw new ArgumentError("einsum", `the equation is ${describeValue(equation)}`, { rule: "an equation is a text" });
  }
  const tensors = (Array.isArray(operands[0]) ? operands[0] : operands) as readonly Tensor[];
  assertTensors("einsum", tensors);
  const [inputs = "", result, ...more] = equation.replace(/\s/g, "").split("->");
  if (more.length > 0) refuse(equation, "-> twice", "an equation has at most one ->");
  const terms = inputs.split(",").map((text) => termOf(equation, text));
  if (terms.length !== tensors.length) {
    refuse(equation, `${terms.length} terms for ${tensors.length} tensors`, "each tensor has a term");
  }
  const named = tensors.map((x, i) => ({ x, labels: labelled(terms[i]!, x) }));
  const deepest = Math.max(0, ...named.map(({ labels }) => labels.filter((label) => /\d/.test(label)).length));
  const unnamed = Array.from({ length: deepest }, (_, i) => `${deepest - 1 - i}`);
  const output =
    result === undefined
      ? impliedOutput(terms, unnamed)
      : termOf(equation, result).flatMap((letter) => (letter === "…" ? unnamed : [letter]));
  for (const label of output) {
    if (output.indexOf(label) !== output.lastIndexOf(label)) {
      refuse(equation, `"${label}" twice in the result`, "a name stands once in the result");
    }
    if (!named.some(({ labels }) => labels.includes(label))) {
      refuse(equation, `"${label}" in the result alone`, "a name of the result stands in a term, too");
    }
  }
  return owned(() => {
    const factors = broadcastTogether(named.map(withoutRepeats));
    const found = product(factors, output);
    const sizes = new Map(found.labels.map((label, i) => [label, found.x.shape[i]!]));
    // A dimension of size 1 that was set aside everywhere comes back here.
    const missing = output.filter((label) => !sizes.has(label));
    const whole = {
      x: viewed(found.x, [...found.x.shape, ...missing.map(() => 1)]),
      labels: [...found.labels, ...missing],
    };
    return reshaped(
      "einsum",
      ordered(whole, output),
      output.map((label) => sizes.get(label) ?? 1),
    );
  });
}

/** Sets dimensions of size 1 aside where the name has another size elsewhere. */
function broadcastTogether(factors: readonly Named[]): readonly Named[] {
  const sizes = new Map<string, number>();
  for (const { x, labels } of factors) {
    labels.forEach((label, i) => {
      const size = x.shape[i]!;
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && size !== 1 && known !== size) {
        const shapes = factors.map((factor) => factor.x.shape);
        throw new ShapeError("einsum", `"${label}" has the sizes ${known} and ${size}`, shapes, {
          rule: "the dimensions of one name have one size, or 1",
        });
      }
      if (known === 1) sizes.set(label, size);
    });
  }
  return factors.map(({ x, labels }) => {
    const kept = labels.flatMap((label, i) => (x.shape[i] === sizes.get(label) ? [i] : []));
    return {
      x: viewed(
        x,
        kept.map((i) => x.shape[i]!),
      ),
      labels: kept.map((i) => labels[i]!),
    };
  });
}
