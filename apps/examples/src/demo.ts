/** The main job: the examples of the HuberLoss page, then robust regression on real data. */
import { printHuberLossExamples } from "./huber-loss/print.js";
import { printTelephoneExample } from "./telephone/print.js";

function heading(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 76 - text.length))}\n`);
}

heading("1. HuberLoss, example by example");
printHuberLossExamples();
heading("2. Robust regression: Belgian telephone calls, 1950–1973");
printTelephoneExample();

console.log("\nSee it learn, in your browser: npx -y pnpm@12.21.0 web");
