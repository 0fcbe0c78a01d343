/**
 * Backward passes as tensors and functions ask for them: all leaves' `.grad`, or the gradients of a few tensors.
 *
 * @module
 */
import { type DType, type Expr, input, isContiguous, op, sizeOf } from "@lucid/backend";
import { add, type BackwardOptions, callMap, callMapInto, identityExpr, owned, type Tensor } from "@lucid/tensor/core";
import { checkGiven, seedOf } from "./arriving.js";
import { type Edge, freeNode, type Node, storeGradient } from "./graph.js";
import { enableGrad, noGrad } from "./modes.js";
import { abandon, drop, explore, flow, flowAsync, NONE, type Pass, waysTo } from "./pass.js";

/**
 * What `.grad` becomes: the sum with what was there, in whole, contiguous storage of its own, which nothing else names.
 * The old gradient is left as it is, so that a pass can fail until its last moment.
 */
function settle(before: Tensor | undefined, gradient: Tensor, createGraph: boolean): Tensor {
  const { storage, layout } = gradient;
  const own =
    !storage.escaped && storage.holds === 1 && isContiguous(layout) && storage.length === sizeOf(layout.shape);
  if (before === undefined) return own ? gradient : callMap("clone", [gradient], [identityExpr(gradient.dtype)])[0]!;
  if (createGraph || !own) return add(before, gradient);
  callMapInto("backward", [gradient], [before, gradient], [sumOf(gradient.dtype)]);
  return gradient;
}

/** Stores what a pass collected: replaces nothing until all of it is there. */
function storeResults(pass: Pass, createGraph: boolean): void {
  const { results } = pass;
  const settled: Tensor[] = [];
  try {
    for (const [state, gradient] of results) settled.push(settle(state.grad, gradient, createGraph));
  } catch (error) {
    abandon(pass);
    throw error;
  }
  let next = 0;
  for (const state of results.keys()) storeGradient(state, settled[next++]!);
  for (const gradient of results.values()) drop(gradient);
}

const sumOf = (dtype: DType): Expr => op("add", input(0, dtype), input(1, dtype));

/** Runs `code` while the library uses `tensor`, so that gradients in flight do not take it along when they are freed. */
function using<R>(tensor: Tensor | undefined, code: () => R): R {
  tensor?.storage.hold();
  try {
    return code();
  } finally {
    tensor?.storage.unhold();
  }
}

/** What the options of a backward pass come to. */
function settleOptions({ createGraph = false, retainGraph = createGraph }: BackwardOptions): {
  readonly createGraph: boolean;
  readonly retainGraph: boolean;
  /** Runs library code, recorded if the pass is. */
  readonly step: <R>(code: () => R) => R;
} {
  const mode = createGraph ? enableGrad : noGrad;
  return { createGraph, retainGraph, step: (code) => owned(() => mode(code)) };
}

const passFrom = (edge: Edge): Pass => ({
  visits: explore(edge.node, undefined, undefined),
  results: new Map(),
  captured: undefined,
});

/** Accumulates gradients into the leaves below `edge`; on a failure no `.grad` has changed and the graph is whole. */
export function backward(edge: Edge, root: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
  const { createGraph, retainGraph, step } = settleOptions(options);
  checkGiven(gradient);
  using(gradient, () =>
    step(() => {
      const pass = passFrom(edge);
      flow(edge, seedOf(root, gradient), pass);
      storeResults(pass, createGraph);
      if (!retainGraph) for (const node of pass.visits.keys()) freeNode(node);
    }),
  );
}

/** {@link backward} for graphs that cross to backends which cannot read synchronously. */
export async function backwardAsync(
  edge: Edge,
  root: Tensor,
  gradient: Tensor | undefined,
  options: BackwardOptions,
): Promise<void> {
  const { createGraph, retainGraph, step } = settleOptions(options);
  checkGiven(gradient);
  gradient?.storage.hold();
  try {
    const pass = passFrom(edge);
    await flowAsync(edge, () => seedOf(root, gradient), pass, step);
    step(() => storeResults(pass, createGraph));
    if (!retainGraph) for (const node of pass.visits.keys()) freeNode(node);
  } finally {
    gradient?.storage.unhold();
  }
}

/** Options of {@link gradientsAt}. */
export interface GradientsOptions {
  /** The gradient of the root; needed unless it is a single number. */
  readonly gradient?: Tensor;
  /** Keep what was saved; default what `createGraph` comes to. */
  readonly retainGraph?: boolean;
}

/** What {@link gradientsAt} yields. */
export interface GradientsFound {
  /** By wanted edge; undefined where the root does not depend on it. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** Whether the gradients were recorded. */
  readonly recorded: boolean;
}

/**
 * The gradients of a root with respect to tensors in its graph. Nothing else in the graph is computed or freed.
 * `createGraph` "auto" records where leaves other than these were reached.
 */
export function gradientsAt(
  edge: Edge,
  root: Tensor,
  wanted: readonly Edge[],
  createGraph: boolean | "auto",
  options: GradientsOptions = {},
): GradientsFound {
  const { gradient } = options;
  return using(gradient, () =>
    owned(() => {
      const captured = new Set<Node>(wanted.map(({ node }) => node));
      const { needed, others } = waysTo(edge.node, captured);
      const recorded = createGraph === "auto" ? others : createGraph;
      if (!needed.has(edge.node)) return { gradients: wanted.map(() => undefined), recorded };
      const visits = explore(edge.node, needed, captured);
      const mode = recorded ? enableGrad : noGrad;
      return mode(() => {
        flow(edge, seedOf(root, gradient), { visits, results: new Map(), captured });
        const gradients = wanted.map(({ node, index }) => visits.get(node)?.gradients[index]);
        for (const node of captured) {
          for (const found of visits.get(node)?.gradients ?? NONE) found?.storage.unhold();
        }
        if (!(options.retainGraph ?? recorded)) {
          for (const node of visits.keys()) if (!captured.has(node)) freeNode(node);
        }
        return { gradients, recorded };
      });
    }),
  );
}
