/**
 * Eigenvalues and eigenvectors of symmetric matrices, with their derivatives.
 *
 * @module
 */
import { callFused, callMap, type FusedDefinition } from "@lucid/tensor/extend";
import { add, div, matmul, mul, sub, type Tensor, unsqueeze } from "@lucid/tensor/functions";
import { eigenOf } from "../algorithms/symmetric.js";
import { column, kernel, less, row, where } from "../internal/expressions.js";
import { flat, identity, transposed, unflat } from "../internal/matrices.js";
import { sizesOf, typed } from "../internal/types.js";

type Side = { readonly upper: boolean };

/** The symmetric matrix with one triangle of a matrix. Inputs: the matrix, its transpose. */
const mirroredLower = /* @__PURE__ */ kernel(({ x }) => [where(less(row, column), x(1), x(0))]);
const mirroredUpper = /* @__PURE__ */ kernel(({ x }) => [where(less(column, row), x(1), x(0))]);

/** The symmetric matrices `[batch, n, n]` that a triangle describes. */
function symmetric(a: Tensor, upper: boolean): Tensor {
  const exprs = (upper ? mirroredUpper : mirroredLower)(a.dtype);
  return callMap("eigh", [a, transposed(a)], exprs)[0]!;
}

/** Divides by differences, with a diagonal that stays. */
export function overDifferences(x: Tensor, values: Tensor): Tensor {
  const differences = sub(unsqueeze(values, -2), unsqueeze(values, -1));
  const n = values.shape[values.ndim - 1]!;
  return div(x, add(differences, identity(x, [], n)));
}

const definition: FusedDefinition<Side> = {
  operation: {
    name: "eigh",
    inputs: ["a"],
    infer([a]) {
      const [batch, n] = sizesOf(a!);
      return [typed(a!, batch, n), a!];
    },
  },
  compose([a], { upper }) {
    const [batch] = sizesOf(a!);
    return eigenOf(symmetric(flat("eigh", a!), upper), true).map((x) => unflat("eigh", x, batch));
  },
  rule: {
    saves: () => ({ inputs: [], outputs: [0, 1] }),
    gradients({ output, gradients: [ofValues, ofVectors] }) {
      const [values, vectors] = [output(0), output(1)];
      const back = transposed(vectors);
      if (ofVectors === undefined) return [matmul(mul(vectors, unsqueeze(ofValues!, -2)), back)];
      const n = values.shape[values.ndim - 1]!;
      const eye = identity(values, [], n);
      const products = matmul(back, ofVectors);
      // Vectors stay orthonormal, so that only the antisymmetric part counts.
      const inner = overDifferences(mul(sub(products, transposed(products)), 0.5), values);
      const whole = ofValues === undefined ? inner : add(inner, mul(eye, unsqueeze(ofValues, -2)));
      return [matmul(vectors, matmul(whole, back))];
    },
  },
};

/** The eigenvalues in ascending order, and the eigenvectors as columns. */
export function eigenFactors(a: Tensor, upper: boolean): readonly [values: Tensor, vectors: Tensor] {
  return callFused(definition, [a], { upper }) as unknown as readonly [Tensor, Tensor];
}

const valuesAlone: FusedDefinition<Side> = {
  operation: {
    name: "eigvalsh",
    inputs: ["a"],
    infer([a]) {
      const [batch, n] = sizesOf(a!);
      return [typed(a!, batch, n)];
    },
  },
  compose([a], { upper }) {
    const [batch] = sizesOf(a!);
    return eigenOf(symmetric(flat("eigvalsh", a!), upper), false).map((x) => unflat("eigvalsh", x, batch));
  },
  rule: {
    saves: () => ({ inputs: [0], outputs: [] }),
    gradients({ attributes: { upper }, input, gradient }) {
      const [, vectors] = eigenFactors(input(0), upper);
      return [matmul(mul(vectors, unsqueeze(gradient(0), -2)), transposed(vectors))];
    },
  },
};

/** The eigenvalues in ascending order. */
export function eigenValues(a: Tensor, upper: boolean): Tensor {
  return callFused(valuesAlone, [a], { upper })[0]!;
}
