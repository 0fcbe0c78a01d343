/** Prints the examples of the HuberLoss documentation page. */
import { manualSeed } from "@lucid/lucid";
import { field, type Terminal, wrapped } from "../terminal.js";
import { meanExample, modelExample, sumExample } from "./examples.js";

export function printHuberLossExamples(terminal: Terminal): void {
  const print = (title: string, fields: Readonly<Record<string, unknown>>): void => {
    console.log(wrapped(title, terminal));
    for (const [name, value] of Object.entries(fields)) console.log(field(name, value, terminal));
  };

  const mean = meanExample();
  print('HuberLoss({ delta: 1, reduction: "mean" })', { loss: mean.loss.item(), "input.grad": mean.input.grad });

  const sum = sumExample();
  print('HuberLoss({ delta: 1, reduction: "sum" })', { loss: sum.loss.item(), "input.grad": sum.input.grad });

  manualSeed(0);
  const { model, output, loss, input } = modelExample();
  print(String(model), { output: output.detach(), loss: loss.item(), "input.grad": input.grad });
}
