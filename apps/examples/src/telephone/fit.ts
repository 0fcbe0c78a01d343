/** Fits a line to the telephone data by gradient descent. */
import { manualSeed, nn, optim, Tensor } from "@lucid/lucid";
import { calls, years } from "./data.js";

/** A fitted line: calls ≈ slope · year + intercept, in tens of millions. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** The loss at the end of training. */
  readonly loss: number;
}

/** The losses that the demo compares. */
export const criteria: Readonly<Record<"MSE" | "Huber", () => nn.Module<[input: Tensor, target: Tensor]>>> = {
  MSE: () => new nn.MSELoss(),
  Huber: () => new nn.HuberLoss({ delta: 1 }),
};

/** The number of full-batch training steps. The learning rate falls along half a cosine. */
export const STEPS = 600;

/** Years are centred and divided by this, so that the optimizer sees a slope and an intercept of similar size. */
const SCALE = 7;
const CENTRE = (years[0]! + years[years.length - 1]!) / 2;

/** Trains one linear layer with a loss. `onStep` is called after every step, with a function that reads the loss. */
export function fitLine(
  criterion: nn.Module<[input: Tensor, target: Tensor]>,
  onStep: (loss: () => number) => void = () => {},
): Line {
  manualSeed(0);
  const x = new Tensor(
    years.map((year) => [(year - CENTRE) / SCALE]),
    { dtype: "float64" },
  );
  const y = new Tensor(
    calls.map((count) => [count]),
    { dtype: "float64" },
  );
  const model = new nn.Linear(1, 1).to("float64");
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.3, momentum: 0.9 });
  const scheduler = new optim.CosineAnnealingLR(optimizer, STEPS);

  let loss = criterion(model(x), y);
  for (let step = 0; step < STEPS; step++) {
    optimizer.zeroGrad();
    loss = criterion(model(x), y);
    loss.backward();
    optimizer.step();
    scheduler.step();
    onStep(() => loss.item());
  }

  const weight = model.weight.item() as number;
  const bias = model.bias!.item() as number;
  const slope = weight / SCALE;
  return { slope, intercept: bias - slope * CENTRE, loss: loss.item() as number };
}
