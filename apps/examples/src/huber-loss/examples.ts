/** The examples of the HuberLoss documentation page, as functions that return the values to print. */
import { nn, Tensor } from "@lucid/lucid";

/** The mean over four elements. The residuals, ±0.5 and −1, lie in the quadratic part of the loss. */
export function meanExample(): { readonly loss: Tensor; readonly input: Tensor } {
  const input = new Tensor([[1.5, 2.0, 3.5, 4.0]], { requiresGrad: true });
  const target = new Tensor([[1.0, 2.5, 3.0, 5.0]]);
  const criterion = new nn.HuberLoss({ delta: 1.0, reduction: "mean" });
  const loss = criterion(input, target);
  loss.backward();
  return { loss, input };
}

/** The sum over four elements. Every residual is ±1, where the two parts of the loss meet. */
export function sumExample(): { readonly loss: Tensor; readonly input: Tensor } {
  const input = new Tensor([[2.0, 3.0, 4.0, 5.0]], { requiresGrad: true });
  const target = new Tensor([[1.0, 4.0, 3.0, 6.0]]);
  const criterion = new nn.HuberLoss({ delta: 1.0, reduction: "sum" });
  const loss = criterion(input, target);
  loss.backward();
  return { loss, input };
}

/** A linear model, to be trained with Huber's loss. */
export class HuberRegressionModel extends nn.Module {
  readonly fc: nn.Linear = new nn.Linear(3, 1);

  override forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

/** One backward pass through a model. The gradient of its input is the residual, clamped to ±δ, times the weights. */
export function modelExample(): {
  readonly model: HuberRegressionModel;
  readonly output: Tensor;
  readonly loss: Tensor;
  readonly input: Tensor;
} {
  const model = new HuberRegressionModel();
  const input = new Tensor([[1.0, 2.0, 3.0]], { requiresGrad: true });
  const target = new Tensor([[2.5]]);
  const criterion = new nn.HuberLoss({ delta: 1.0 });
  const output = model(input);
  const loss = criterion(output, target);
  loss.backward();
  return { model, output, loss, input };
}
