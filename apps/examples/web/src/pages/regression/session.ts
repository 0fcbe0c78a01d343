/** Robust regression with lucid: one model for each loss, trained side by side. */
import { noGrad } from "@lucid/autograd";
import { HuberLoss, L1Loss, Linear, type Module, MSELoss, Sequential, SmoothL1Loss, Tanh } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import { add, cat, manualSeed, mul, sub, type Tensor, tensor } from "@lucid/tensor/core";
import { createHistory } from "../../training/history.js";
import type { Session } from "../../training/serve.js";
import {
  type Domain,
  GRID,
  type LossName,
  type LossShapes,
  lossNames,
  type RegressionProtocol,
  type RegressionSettings,
} from "./protocol.js";

type Criterion = Module<[input: Tensor, target: Tensor]>;
type Model = Module<[input: Tensor]>;

/** Steps of one training: the learning rate falls from its start to 0 along half a cosine. */
export const STEPS = 1200;

function createCriterion(name: LossName, delta: number): Criterion {
  switch (name) {
    case "MSE":
      return new MSELoss();
    case "L1":
      return new L1Loss();
    case "Huber":
      return new HuberLoss({ delta });
    case "SmoothL1":
      return new SmoothL1Loss({ beta: delta });
  }
}

function createModel({ model, degree }: RegressionSettings): Model {
  // Every loss starts from the same weights.
  manualSeed(3);
  switch (model) {
    case "line":
      return new Linear(1, 1);
    case "polynomial":
      return new Linear(degree, 1);
    case "mlp":
      return new Sequential(new Linear(1, 24), new Tanh(), new Linear(24, 24), new Tanh(), new Linear(24, 1));
  }
}

const learningRates = { line: 0.03, polynomial: 0.03, mlp: 0.01 };

/** What a model sees: x, or the polynomials T₁(x) … T_degree(x) of Chebyshev, which keep the problem well-conditioned. */
function features(t: Tensor, { model, degree }: RegressionSettings): Tensor {
  if (model !== "polynomial") return t;
  const polynomials = [t];
  let before = tensor([[1]]);
  for (let i = 1; i < degree; i++) {
    const next = sub(mul(mul(t, polynomials[i - 1]!), 2), before);
    before = polynomials[i - 1]!;
    polynomials.push(next);
  }
  return cat(polynomials, 1);
}

/** x as a column from −1 to 1 over the domain. */
function column(values: readonly number[], { x: [least, most] }: Domain): Tensor {
  return tensor(values.map((x) => [(2 * (x - least)) / (most - least) - 1]));
}

const numbers = (values: Tensor): number[] => Array.from(values.dataSync(), Number);

/** Each loss and its derivative, computed as a training step would: forward, then backward. */
export function lossShapes(delta: number, reach: number): LossShapes {
  const count = 241;
  const values = Array.from({ length: count }, (_, i) => ((2 * i) / (count - 1) - 1) * reach);
  const target = tensor(values.map(() => 0));
  const losses: number[][] = [];
  const gradients: number[][] = [];
  for (const criterion of [
    new MSELoss({ reduction: "none" }),
    new L1Loss({ reduction: "none" }),
    new HuberLoss({ reduction: "none", delta }),
    new SmoothL1Loss({ reduction: "none", beta: delta }),
  ]) {
    const residual = tensor(values, { requiresGrad: true });
    const loss = criterion(residual, target);
    loss.backward(tensor(values.map(() => 1)));
    losses.push(numbers(loss));
    gradients.push(numbers(residual.grad!));
  }
  return { residuals: values, losses, gradients };
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
  const grid = features(column(gridValues, domain), initial);

  let input = features(column([0], domain), initial);
  let target = tensor([[0]]);
  let step = 0;
  const history = createHistory(lossNames.length);

  const fits = lossNames.map((name) => {
    const model = createModel(initial);
    const optimizer = new Adam(model.parameters(), { lr: learningRate });
    return { name, model, optimizer, criterion: createCriterion(name, initial.delta), loss: 0 };
  });

  const predict = (model: Model, x: Tensor): Tensor => add(mul(model(x), scale), middle);

  const take = (): void => {
    const { points, delta } = settings;
    if (points.length > 0) {
      const xs = points.map(({ x }) => x);
      input = features(column(xs, domain), settings);
      target = tensor(points.map(({ y }) => [y]));
    }
    for (const fit of fits) fit.criterion = createCriterion(fit.name, delta);
  };
  take();

  return {
    step() {
      if (settings.points.length === 0) return false;
      const rate = (learningRate * (1 + Math.cos((Math.PI * step) / STEPS))) / 2;
      for (const fit of fits) {
        fit.optimizer.paramGroups[0]!.lr = rate;
        fit.optimizer.zeroGrad();
        const loss = fit.criterion(predict(fit.model, input), target);
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
          settings.points.length === 0 ? [] : numbers(sub(predict(model, input), target)),
        ),
        losses: history.curves,
        steps: history.steps,
        progress: step / STEPS,
      })),
    change(next) {
      settings = next;
      take();
      // On with the weights that are there, and the learning rate high again: the curves follow the points.
      step = 0;
    },
    calls: { shapes: lossShapes },
  };
}
