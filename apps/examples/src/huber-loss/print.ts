/** Prints the examples of the HuberLoss documentation page. */
import { manualSeed } from "@lucid/lucid";
import { meanExample, modelExample, sumExample } from "./examples.js";

export function printHuberLossExamples(): void {
  const mean = meanExample();
  console.log('HuberLoss({ delta: 1, reduction: "mean" })');
  console.log("  loss          ", mean.loss.item());
  console.log("  input.grad    ", String(mean.input.grad));

  const sum = sumExample();
  console.log('HuberLoss({ delta: 1, reduction: "sum" })');
  console.log("  loss          ", sum.loss.item());
  console.log("  input.grad    ", String(sum.input.grad));

  manualSeed(0);
  const { model, output, loss, input } = modelExample();
  console.log(String(model));
  console.log("  output        ", String(output.detach()));
  console.log("  loss          ", loss.item());
  console.log("  input.grad    ", String(input.grad));
}
