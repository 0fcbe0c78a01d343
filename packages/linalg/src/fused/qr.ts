/**
 * The QR decomposition, with its derivative.
 *
 * @module
 */
import { AutogradError } from "@lucid/backend";
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { add, matmul, mul, sub, type Tensor, triu } from "@lucid/tensor/functions";
import { orthogonal, qrOf } from "../algorithms/householder.js";
import { upper } from "../algorithms/triangular.js";
import { beside, columns, flat, rows, transposed, unflat } from "../internal/matrices.js";
import { sizesOf, typed } from "../internal/types.js";
import { triangularSolve } from "./triangular.js";

type QrAttributes = { readonly complete: boolean };

/** Decomposes matrices that are not wider than high. */
const definition: FusedDefinition<QrAttributes> = {
  operation: {
    name: "qr",
    inputs: ["a"],
    infer([a], { complete }) {
      const [batch, m, n] = sizesOf(a!);
      const k = complete ? m : n;
      return [typed(a!, batch, m, k), typed(a!, batch, k, n)];
    },
  },
  compose([a], { complete }) {
    const [batch, m, n] = sizesOf(a!);
    const k = complete ? m : n;
    const matrix = flat("qr", a!);
    const { packed, reflections } = qrOf(matrix);
    const q = orthogonal(reflections, matrix, m, k);
    return [unflat("qr", q, batch), unflat("qr", upper(rows(packed, 0, k)), batch)];
  },
  rule: {
    saves: () => ({ inputs: [], outputs: [0, 1] }),
    gradients({ attributes: { complete }, operation, output, outputTypes, gradients: [ofQ, ofR] }) {
      const [, m, n] = sizesOf({ shape: [...outputTypes[0]!.shape.slice(0, -1), outputTypes[1]!.shape.at(-1)!] });
      if (complete && m > n) {
        throw new AutogradError(operation, `qr in mode "complete" of ${m} × ${n} matrices has no derivative`, {
          rule: "the columns of Q beyond the number of columns of the matrix are not determined",
          remedy: 'use the mode "reduced"',
        });
      }
      const [q, r] = [output(0), output(1)];
      let inner: Tensor | undefined;
      if (ofR !== undefined) inner = matmul(ofR, transposed(r));
      if (ofQ !== undefined) {
        const own = matmul(transposed(q), ofQ);
        inner = inner === undefined ? mul(own, -1) : sub(inner, own);
      }
      const half = triu(inner!);
      const symmetric = add(half, transposed(triu(inner!, 1)));
      const whole = ofQ === undefined ? matmul(q, symmetric) : add(ofQ, matmul(q, symmetric));
      return [transposed(triangularSolve(r, transposed(whole), { upper: true, unit: false }))];
    },
  },
};

/** Decomposes matrices of any shape. */
export function qrFactors(a: Tensor, complete: boolean): readonly [q: Tensor, r: Tensor] {
  const [, m, n] = sizesOf(a);
  if (m >= n) return callFused(definition, [a], { complete }) as unknown as readonly [Tensor, Tensor];
  // The first m columns decide about Q.
  const [q, first] = qrFactors(columns(a, 0, m), false);
  return [q, beside(first, matmul(transposed(q), columns(a, m, n)))];
}

/** The packed form, which has no derivative in PyTorch either. */
const packing: FusedDefinition = {
  operation: {
    name: "geqrf",
    inputs: ["a"],
    infer([a]) {
      const [batch, m, n] = sizesOf(a!);
      return [a!, typed(a!, batch, Math.min(m, n))];
    },
  },
  compose([a]) {
    const [batch] = sizesOf(a!);
    const { packed, tau } = qrOf(flat("geqrf", a!));
    return [unflat("geqrf", packed, batch), unflat("geqrf", tau, batch)];
  },
};

/** R above the reflections, and their factors. */
export function packedFactors(a: Tensor): readonly [packed: Tensor, tau: Tensor] {
  return callFused(packing, [a], {}) as unknown as readonly [Tensor, Tensor];
}
