/**
 * Robust regression with lucid: one model for each loss, trained side by side. In the functional style: models are functions
 * of their parameters, which a first page loads sooner than modules; the page of the digits has the modules.
 */
import { noGrad } from "@lucid/autograd";
import { huberLoss, l1Loss, linear, mseLoss, smoothL1Loss, tanh } from "@lucid/nn/functional";
import { Adam } from "@lucid/optim";
import { add, manualSeed, mul, rand, type Tensor, tensor } from "@lucid/tensor/core";
import { createHistory } from "../../training/history.js";
import type { Session } from "../../training/serve.js";
import {
  type Domain,
  GRID,
  type LossName,
  type LossShapes,
  lossNames,
  type Point,
  type RegressionProtocol,
  type RegressionSettings,
} from "./protocol.js";

/** Steps of one training: the learning rate falls from its start to 0 along half a cosine. */
export const STEPS = 1200;

const learningRates = { line: 0.01, polynomial: 0.01, mlp: 0.01 };

type Reduction = "mean" | "none";

/** Each loss of a prediction and what was measured. */
const losses: Readonly<
  Record<LossName, (prediction: Tensor, target: Tensor, delta: number, reduction: Reduction) => Tensor>
> = {
  MSE: (prediction, target, _, reduction) => mseLoss(prediction, target, { reduction }),
  L1: (prediction, target, _, reduction) => l1Loss(prediction, target, { reduction }),
  Huber: (prediction, target, delta, reduction) => huberLoss(prediction, target, { reduction, delta }),
  SmoothL1: (prediction, target, delta, reduction) => smoothL1Loss(prediction, target, { reduction, beta: delta }),
};

interface Model {
  readonly parameters: readonly Tensor[];
  /** (points, features) → (points, 1) */
  predict(x: Tensor): Tensor;
}

/** Weights (out, in), uniform within ±1/√in as `Linear` starts. */
function parameter(...shape: readonly number[]): Tensor {
  const bound = 1 / Math.sqrt(shape[shape.length - 1]!);
  const start = rand(shape);
  const weights = add(mul(start, 2 * bound), -bound);
  weights.requiresGrad = true;
  return weights;
}

function createModel({ model, degree }: RegressionSettings): Model {
  // Every loss starts from the same weights.
  manualSeed(3);
  if (model === "mlp") {
    const [w1, b1, w2, b2, w3, b3] = [
      parameter(24, 1),
      parameter(24),
      parameter(24, 24),
      parameter(24),
      parameter(1, 24),
      parameter(1),
    ];
    return {
      parameters: [w1, b1, w2, b2, w3, b3],
      predict: (x) => linear(tanh(linear(tanh(linear(x, w1, b1)), w2, b2)), w3, b3),
    };
  }
  const w = parameter(1, model === "polynomial" ? degree : 1);
  const b = parameter(1);
  return { parameters: [w, b], predict: (x) => linear(x, w, b) };
}

/**
 * What models see of x: scaled to ±1 over the domain, and for polynomials T₁ … T_degree of it: Chebyshev's, which keep the
 * problem well-conditioned where powers would not.
 */
function features(values: readonly number[], { x: [least, most] }: Domain, settings: RegressionSettings): Tensor {
  return tensor(
    values.map((x) => {
      const row = [(2 * (x - least)) / (most - least) - 1];
      const degree = settings.model === "polynomial" ? settings.degree : 1;
      for (let n = 1; n < degree; n++) row.push(2 * row[0]! * row[n - 1]! - (row[n - 2] ?? 1));
      return row;
    }),
  );
}

const numbers = (values: Tensor): number[] => Array.from(values.dataSync(), Number);

/** Each loss and its derivative, computed as a training step would: forward, then backward. */
export function lossShapes(delta: number, reach: number): LossShapes {
  const count = 241;
  const residuals = Array.from({ length: count }, (_, i) => ((2 * i) / (count - 1) - 1) * reach);
  const zero = tensor(residuals.map(() => 0));
  const one = tensor(residuals.map(() => 1));
  const shapes = lossNames.map((name) => {
    const residual = tensor(residuals, { requiresGrad: true });
    const loss = losses[name](residual, zero, delta, "none");
    loss.backward(one);
    return { loss: numbers(loss), gradient: numbers(residual.grad!) };
  });
  return {
    residuals,
    losses: shapes.map(({ loss }) => loss),
    gradients: shapes.map(({ gradient }) => gradient),
  };
}

export function createSession(initial: RegressionSettings): Session<RegressionProtocol> {
  let settings = initial;
  const { domain } = initial;
  // Predictions in units of the domain's y, so that one learning rate suits all data.
  const scale = (domain.y[1] - domain.y[0]) / 2;
  const middle = (domain.y[1] + domain.y[0]) / 2;
  const learningRate = learningRates[initial.model];
  const [left, right] = domain.x;
  const gridValues = Array.from({ length: GRID }, (_, i) => left + ((right - left) * i) / (GRID - 1));
  const grid = features(gridValues, domain, initial);

  let input: Tensor;
  let target: Tensor;
  let step = 0;
  const history = createHistory(lossNames.length);

  const fits = lossNames.map((name) => {
    const model = createModel(initial);
    return { name, model, optimizer: new Adam(model.parameters, { lr: learningRate }), loss: 0 };
  });

  const predict = (model: Model, x: Tensor): Tensor => add(mul(model.predict(x), scale), middle);

  /** Without points, one that no training uses: tensors of no rows tell nothing. */
  const take = (points: readonly Point[]): void => {
    const some = points.length > 0 ? points : [{ x: left, y: 0 }];
    input = features(
      some.map(({ x }) => x),
      domain,
      settings,
    );
    target = tensor(some.map(({ y }) => [y]));
  };
  take(initial.points);

  return {
    step() {
      if (settings.points.length === 0) return false;
      const rate = (learningRate * (1 + Math.cos((Math.PI * step) / STEPS))) / 2;
      for (const fit of fits) {
        fit.optimizer.paramGroups[0]!.lr = rate;
        fit.optimizer.zeroGrad();
        const loss = losses[fit.name](predict(fit.model, input), target, settings.delta, "mean");
        loss.backward();
        fit.optimizer.step();
        fit.loss = Number(loss.item());
      }
      history.add(fits.map(({ loss }) => loss));
      step++;
      return step < STEPS;
    },
    snapshot: () =>
      noGrad(() => ({
        curves: fits.map(({ model }) => numbers(predict(model, grid))),
        residuals: fits.map(({ model }) =>
          settings.points.length === 0
            ? []
            : numbers(predict(model, input)).map((prediction, i) => prediction - settings.points[i]!.y),
        ),
        losses: history.curves,
        steps: history.steps,
        progress: step / STEPS,
      })),
    change(next) {
      settings = next;
      take(next.points);
      // On with the weights that are there, and the learning rate high again: the curves follow the points.
      step = 0;
    },
    calls: { shapes: lossShapes },
  };
}
