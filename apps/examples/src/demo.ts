/** Runs the examples of the HuberLoss page, then robust regression on real data. */
import { printHuberLossExamples } from "./huber-loss/print.js";
import { printTelephoneExample } from "./telephone/print.js";
import { heading, thisTerminal, wrapped } from "./terminal.js";

const terminal = thisTerminal();

console.log(`\n${heading("1. HuberLoss: the examples of its documentation", terminal)}\n`);
printHuberLossExamples(terminal);
console.log(`\n${heading("2. Robust regression: Belgian telephone calls, 1950–1973", terminal)}\n`);
printTelephoneExample(terminal);

console.log(`\n${wrapped("To see it train in your browser, run:\n  npx -y pnpm@12.21.0 web", terminal)}`);
