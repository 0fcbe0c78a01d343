/**
 * The singular value decomposition, with its derivative.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { add, div, matmul, mul, square, sub, type Tensor, unsqueeze } from "@lucid/tensor/functions";
import { singularOf } from "../algorithms/singular.js";
import { columns, flat, identity, rows, transposed, unflat } from "../internal/matrices.js";
import { sizesOf, typed } from "../internal/types.js";
import { overDifferences } from "./eigh.js";

type Full = { readonly full: boolean };

const skew = (x: Tensor): Tensor => sub(x, transposed(x));

/** The gradient of the matrix from those of its k left vectors, its values, and its k right vectors. */
function gradientOf(
  [u, values, vh]: readonly [Tensor, Tensor, Tensor],
  [ofU, ofValues, ofVh]: readonly (Tensor | undefined)[],
): Tensor {
  const [m, n, k] = [u.shape[u.ndim - 2]!, vh.shape[vh.ndim - 1]!, values.shape[values.ndim - 1]!];
  const [across, down] = [unsqueeze(values, -2), unsqueeze(values, -1)];
  if (ofU === undefined && ofVh === undefined) return matmul(mul(u, unsqueeze(ofValues!, -2)), vh);
  const squares = square(values);
  let inner: Tensor | undefined;
  if (ofU !== undefined) inner = mul(overDifferences(skew(matmul(transposed(u), ofU)), squares), across);
  if (ofVh !== undefined) {
    const right = mul(down, overDifferences(skew(matmul(vh, transposed(ofVh))), squares));
    inner = inner === undefined ? right : add(inner, right);
  }
  if (ofValues !== undefined) inner = add(inner!, mul(identity(values, [], k), unsqueeze(ofValues, -2)));
  let left = matmul(u, inner!);
  if (m > k && ofU !== undefined) {
    const scaled = div(ofU, across);
    left = add(left, sub(scaled, matmul(u, matmul(transposed(u), scaled))));
  }
  const whole = matmul(left, vh);
  if (n <= k || ofVh === undefined) return whole;
  const scaled = div(ofVh, down);
  return add(whole, matmul(u, sub(scaled, matmul(matmul(scaled, transposed(vh)), vh))));
}

const definition: FusedDefinition<Full> = {
  operation: {
    name: "svd",
    inputs: ["a"],
    infer([a], { full }) {
      const [batch, m, n] = sizesOf(a!);
      const k = Math.min(m, n);
      return [typed(a!, batch, m, full ? m : k), typed(a!, batch, k), typed(a!, batch, full ? n : k, n)];
    },
  },
  compose([a], { full }) {
    const [batch] = sizesOf(a!);
    const { u, values, vh } = singularOf(flat("svd", a!), full ? "full" : "reduced");
    return [u!, values, vh!].map((x) => unflat("svd", x, batch));
  },
  rule: {
    saves: () => ({ inputs: [], outputs: [0, 1, 2] }),
    gradients({ output, gradients: [ofU, ofValues, ofVh] }) {
      const values = output(1);
      const k = values.shape[values.ndim - 1]!;
      // What belongs to no singular value is not determined, and has no part in the derivative.
      const factors = [columns(output(0), 0, k), values, rows(output(2), 0, k)] as const;
      return [gradientOf(factors, [ofU && columns(ofU, 0, k), ofValues, ofVh && rows(ofVh, 0, k)])];
    },
  },
};

/** The factors of `a = u · diag(values) · vh`; the values descend. */
export function singularFactors(a: Tensor, full: boolean): readonly [u: Tensor, values: Tensor, vh: Tensor] {
  return callFused(definition, [a], { full }) as unknown as readonly [Tensor, Tensor, Tensor];
}

const valuesAlone: FusedDefinition = {
  operation: {
    name: "svdvals",
    inputs: ["a"],
    infer([a]) {
      const [batch, m, n] = sizesOf(a!);
      return [typed(a!, batch, Math.min(m, n))];
    },
  },
  compose([a]) {
    return [unflat("svdvals", singularOf(flat("svdvals", a!), "values").values, sizesOf(a!)[0])];
  },
  rule: {
    saves: () => ({ inputs: [0], outputs: [] }),
    gradients({ input, gradient }) {
      const [u, , vh] = singularFactors(input(0), false);
      return [matmul(mul(u, unsqueeze(gradient(0), -2)), vh)];
    },
  },
};

/** The singular values in descending order. */
export function singularValues(a: Tensor): Tensor {
  return callFused(valuesAlone, [a], {})[0]!;
}
