/**
 * Backward passes through graphs of many kinds of nodes, with hooks, retained gradients and several backends.
 *
 * @module
 */
import { grad, gradAsync, noGrad } from "@lucid/autograd";
import type { Backend } from "@lucid/backend";
import { functional } from "@lucid/nn";
import type { Tensor } from "@lucid/tensor";
import type { Trial } from "../trial.js";
import { type Program, values } from "./program.js";

interface Graph {
  readonly leaves: readonly [Tensor, Tensor, Tensor];
  readonly loss: Tensor;
  readonly retained: Tensor;
}

function graph(): Graph {
  const x = values([2, 3]).requiresGrad_();
  const w = values([3, 3], 4).requiresGrad_();
  const b = values([3], 9).requiresGrad_();
  const h = functional.linear(x, w, b).retainGrad();
  const mixed = h.softmax(1).mul(h.select(0, 1).to("float64")).sum(0);
  const loss = mixed.square().sum().add(x.max(1).values.prod()).add(b.sum());
  return { leaves: [x, w, b], loss, retained: h };
}

type Work = (made: Graph) => unknown;

function backwardTrial(work: Work, prepare: (made: Graph) => readonly Tensor[] = () => [], mayKeep = 0): Trial {
  const made = graph();
  const others = prepare(made);
  const { leaves, loss, retained } = made;
  return {
    tensors: [...leaves, loss, retained, ...others],
    work: () => work(made),
    outcome: () => [...leaves.map((leaf) => leaf.grad), retained.grad, ...others],
    mayKeep,
  };
}

/** Gradients that the user has read, set to a view, and never seen. */
function accumulateBefore({ leaves }: Graph): readonly Tensor[] {
  for (const leaf of leaves) leaf.square().sum().backward();
  const [x, w] = leaves;
  const read = x.grad!;
  w.grad = values([1, 3], 2).expand([3, 3]);
  return [read];
}

/** A graph that leaves the faulty backend and comes back. */
function crossing(other: Backend, work: (root: Tensor, leaves: readonly Tensor[]) => unknown): Trial {
  const x = values([2, 3]).requiresGrad_();
  const w = values([3], 5).to(other).requiresGrad_();
  const loss = x.sin().to(other).mul(w).cumsum(1).to(x.backend).exp().sum();
  return { tensors: [x, loss], work: () => work(loss, [x, w]), outcome: (found) => [found, x.grad, w.grad] };
}

/** The programs; `other` is a backend without faults. */
export function graphPrograms(other: Backend): readonly Program[] {
  const programs: Readonly<Record<string, () => Trial>> = {
    backward: () => backwardTrial(({ loss }) => loss.backward()),
    "backward into gradients that exist": () => backwardTrial(({ loss }) => loss.backward(), accumulateBefore),
    "backward with retainGraph": () => backwardTrial(({ loss }) => loss.backward(null, { retainGraph: true })),
    "backward with createGraph": () => backwardTrial(({ loss }) => loss.backward(null, { createGraph: true })),
    "backward with createGraph into gradients that exist": () =>
      backwardTrial(({ loss }) => loss.backward(null, { createGraph: true }), accumulateBefore),
    "backward of a given gradient of another type": () => {
      const given = values([], 3).to("float64");
      return backwardTrial(
        ({ retained }) => retained.sum().backward(given),
        () => [given],
        2,
      );
    },
    "backward with hooks": () =>
      backwardTrial(
        ({ loss }) => loss.backward(),
        ({ leaves, retained }) => {
          leaves[0].registerHook((g) => g.mul(2));
          retained.registerHook((g) => g.add(1));
          return [];
        },
        // The gradients that the hooks were given, and those that they made.
        4,
      ),
    backwardAsync: () => backwardTrial(({ loss }) => loss.backwardAsync(), accumulateBefore),
    grad: () => backwardTrial(({ loss, leaves }) => grad(loss, leaves)),
    "grad with createGraph": () => backwardTrial(({ loss, leaves }) => grad(loss, leaves, { createGraph: true })),
    "grad of several outputs": () =>
      backwardTrial(({ loss, leaves, retained }) =>
        grad([loss, retained], leaves, { gradOutputs: [null, retained.detach()], retainGraph: true }),
      ),
    gradAsync: () => backwardTrial(({ loss, leaves }) => gradAsync(loss, leaves)),
    "grad of a function of a gradient": () => {
      const w = values([3], 5).requiresGrad_();
      const x = values([3]);
      const inner = (v: Tensor): Tensor => v.sin().mul(w).prod();
      const outer = (u: Tensor): Tensor => grad(inner)(u).square().sum();
      // The functions are user code, which has names for every result.
      return { tensors: [w, x], work: () => noGrad(() => grad(outer)(x)), mayKeep: 60 };
    },
    "backward across backends": () => crossing(other, (loss) => loss.backward()),
    "backwardAsync across backends": () => crossing(other, (loss) => loss.backwardAsync()),
    "gradAsync across backends": () => crossing(other, (loss, leaves) => gradAsync(loss, leaves)),
  };
  return Object.entries(programs).map(([name, prepare]) => ({ name, prepare }));
}
