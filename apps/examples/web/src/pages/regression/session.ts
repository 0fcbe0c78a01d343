/**
 * Robust regression with lucid: one model for each loss, trained side by side. The models are functions of their parameters,
 * because this first page loads sooner without lucid's modules. The Digits page uses modules.
 */
import { noGrad } from "@lucid/autograd";
import { huberLoss, l1Loss, linear, mseLoss, smoothL1Loss, tanh } from "@lucid/nn/functional";
import { Adam } from "@lucid/optim";
import { add, manualSeed, mul, rand, type Tensor, tensor } from "@lucid/tensor/functions";
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

/** The number of steps of a training. The learning rate falls from its start value to 0 along half a cosine. */
export const STEPS = 1200;

const learningRates = { line: 0.01, polynomial: 0.01, mlp: 0.01 };

type Reduction = "mean" | "none";

/** Each loss as a function of a prediction and a target. */
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

/** A parameter with uniform random numbers within ±1/√in, as in `Linear`. Weights have the shape (out, in). */
function parameter(...shape: readonly number[]): Tensor {
  const bound = 1 / Math.sqrt(shape[shape.length - 1]!);
  const start = rand(shape);
  const weights = add(mul(start, 2 * bound), -bound);
  weights.requiresGrad = true;
  return weights;
}

function createModel({ model, degree }: RegressionSettings): Model {
  // The models of all losses start from the same weights.
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
 * The input of the models: x scaled to ±1 over the domain. For polynomials, it is the Chebyshev polynomials T₁ … T_degree of
 * that, because they keep the problem well-conditioned, which powers of x do not.
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

const numbers = async (values: Tensor): Promise<number[]> => Array.from(await values.data(), Number);

/** Each loss and its derivative, computed by a forward and a backward pass as in a training step. */
export async function lossShapes(delta: number, reach: number): Promise<LossShapes> {
  const count = 241;
  const residuals = Array.from({ length: count }, (_, i) => ((2 * i) / (count - 1) - 1) * reach);
  const zero = tensor(residuals.map(() => 0));
  const one = tensor(residuals.map(() => 1));
  const shapes = lossNames.map(async (name) => {
    const residual = tensor(residuals, { requiresGrad: true });
    const loss = losses[name](residual, zero, delta, "none");
    loss.backward(one);
    return await Promise.all([numbers(loss), numbers(residual.grad!)]);
  });
  const known = await Promise.all(shapes);
  return { residuals, losses: known.map(([loss]) => loss), gradients: known.map(([, gradient]) => gradient) };
}

export function createSession(initial: RegressionSettings): Session<RegressionProtocol> {
  let settings = initial;
  const { domain } = initial;
  // The models predict y in units of the domain, so that one learning rate works for all data sets.
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
    return { name, model, optimizer: new Adam(model.parameters, { lr: learningRate }) };
  });

  const predict = (model: Model, x: Tensor): Tensor => add(mul(model.predict(x), scale), middle);

  /** If there are no points, one point stands in for them, which is not used for training. */
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
    async step() {
      if (settings.points.length === 0) return false;
      const rate = (learningRate * (1 + Math.cos((Math.PI * step) / STEPS))) / 2;
      const reading = fits.map((fit) => {
        fit.optimizer.paramGroups[0]!.lr = rate;
        fit.optimizer.zeroGrad();
        const loss = losses[fit.name](predict(fit.model, input), target, settings.delta, "mean");
        loss.backward();
        fit.optimizer.step();
        return loss.itemAsync();
      });
      history.add((await Promise.all(reading)).map(Number));
      step++;
      return step < STEPS;
    },
    async snapshot() {
      const { points } = settings;
      const all = (x: Tensor): Promise<number[][]> =>
        Promise.all(fits.map(({ model }) => numbers(noGrad(() => predict(model, x)))));
      const [curves, predictions] = await Promise.all([all(grid), all(input)]);
      return {
        curves,
        residuals: predictions.map((values) => points.map(({ y }, i) => values[i]! - y)),
        losses: history.curves,
        steps: history.steps,
        progress: step / STEPS,
      };
    },
    change(next) {
      settings = next;
      take(next.points);
      // Training continues from the current weights with a high learning rate, so that the curves follow the points.
      step = 0;
    },
    calls: { shapes: lossShapes },
  };
}
