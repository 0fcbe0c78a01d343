/**
 * The element-wise part of a step of every recurrent layer: one map for each step.
 *
 * @module
 */
import { type DType, dtypes, type Expr, input } from "@lucid/backend";
import { callMap, callMatmul, formulaOf } from "@lucid/tensor/extend";
import { add, type Formula, linear, mul, narrow, relu, sigmoid, sub, type Tensor, tanh } from "@lucid/tensor/functions";

/** Which cell a layer repeats. */
export type CellKind = "tanh" | "relu" | "lstm" | "gru";

/** How many vectors of the hidden size a cell computes from its input. */
export const gatesOf: Readonly<Record<CellKind, number>> = { tanh: 1, relu: 1, lstm: 4, gru: 3 };

const known = new Map<string, readonly Expr[]>();

/** The expressions of a cell for an element type, made once. */
function expressions(
  kind: string,
  dtype: DType,
  make: (at: (i: number) => Formula) => readonly Formula[],
): readonly Expr[] {
  const key = `${kind} ${dtype}`;
  let exprs = known.get(key);
  if (exprs === undefined) {
    exprs = make((i) => formulaOf(input(i, dtype)).to(dtypes[dtype].compute)).map((formula) => formula.to(dtype).expr);
    known.set(key, exprs);
  }
  return exprs;
}

/** The parts of vectors that consist of several gates. */
function partsOf(gates: Tensor, count: number): readonly Tensor[] {
  const size = gates.shape[1]! / count;
  return Array.from({ length: count }, (_, i) => narrow(gates, 1, i * size, size));
}

/** The parameters of a cell that belong to the hidden state. */
export interface HiddenWeights {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  /** The projection of the hidden state of an LSTM, or null for none. */
  readonly projection: Tensor | null;
}

/** What a cell carries from step to step: the hidden state and, for an LSTM, the cell state. */
export type CellState = readonly [hidden: Tensor, cell?: Tensor];

/**
 * One step of a cell.
 *
 * @param gates - the input's part of the gates, with its bias: `(batch, gates · hidden)`.
 */
export function step(kind: CellKind, gates: Tensor, state: CellState, weights: HiddenWeights): CellState {
  const { weight, bias, projection } = weights;
  const { dtype } = gates;
  const [hidden, cell] = state;
  if (kind === "gru") {
    const ofHidden = linear(hidden, weight, bias);
    const exprs = expressions("gru", dtype, (at) => {
      const [reset, update] = [sigmoid(add(at(0), at(3))), sigmoid(add(at(1), at(4)))];
      const fresh = tanh(add(at(2), mul(reset, at(5))));
      // (1 − z) · n + z · h
      return [add(mul(sub(at(6), fresh), update), fresh)];
    });
    return [callMap("GRU", [...partsOf(gates, 3), ...partsOf(ofHidden, 3), hidden], exprs)[0]!];
  }
  const sum = withHidden(gates, hidden, weight, bias);
  if (kind === "lstm") {
    const exprs = expressions("lstm", dtype, (at) => {
      const next = add(mul(sigmoid(at(1)), at(4)), mul(sigmoid(at(0)), tanh(at(2))));
      return [mul(sigmoid(at(3)), tanh(next)), next];
    });
    const [made, next] = callMap("LSTM", [...partsOf(sum, 4), cell!], exprs);
    return [projection === null ? made! : linear(made!, projection), next!];
  }
  return [kind === "tanh" ? tanh(sum) : relu(sum)];
}

/** gates + hidden · weightᵀ + bias, in one product. */
function withHidden(gates: Tensor, hidden: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const { dtype } = gates;
  const options = { transposeB: true };
  if (bias === null) {
    const epilogue = expressions("sum", dtype, (at) => [add(at(0), at(1))])[0]!;
    return callMatmul(hidden, weight, { ...options, epilogue, extras: [gates] });
  }
  const epilogue = expressions("biased sum", dtype, (at) => [add(add(at(0), at(1)), at(2))])[0]!;
  return callMatmul(hidden, weight, { ...options, epilogue, extras: [gates, bias] });
}
