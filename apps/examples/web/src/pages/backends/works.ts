/** The tasks to measure, written as a user of lucid would write them. */
import { CrossEntropyLoss, Linear, ReLU, Sequential } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import { elementwise, manualSeed, matmul, mean, randint, randn, square, type Tensor, tanh } from "@lucid/tensor";
import type { WorkName } from "./protocol.js";

export interface Work {
  /** Does one step. A device may still be computing the result. */
  step(): Tensor;
}

/** A step of Adam for a perceptron 64 → 128 → 128 → 10 on 64 examples; the result is the loss. */
function training(): Work {
  manualSeed(0);
  const x = randn([64, 64]);
  const target = randint(0, 10, [64]);
  const model = new Sequential(new Linear(64, 128), new ReLU(), new Linear(128, 128), new ReLU(), new Linear(128, 10));
  const criterion = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  return {
    step() {
      optimizer.zeroGrad();
      const loss = criterion(model(x), target);
      loss.backward();
      optimizer.step();
      return loss.detach();
    },
  };
}

/** A product of two 256 × 256 matrices; the result is the mean square of its elements. */
function product(): Work {
  manualSeed(0);
  const a = randn([256, 256]);
  const b = randn([256, 256]);
  return { step: () => mean(square(matmul(a, b))) };
}

/** GELU, in its approximation by tanh. */
const gelu = elementwise((x) => tanh(x.pow(3).mul(0.044715).add(x).mul(0.7978845608)).add(1).mul(x).mul(0.5));

/** GELU of 262 144 elements as one kernel; the result is the first element. */
function formula(): Work {
  manualSeed(0);
  const x = randn([1 << 18]);
  return { step: () => gelu(x).narrow(0, 0, 1) };
}

export const works: Readonly<Record<WorkName, () => Work>> = { training, matmul: product, elementwise: formula };
