/** Robust regression on real data, watched in the terminal. */
import { Presets, SingleBar } from "cli-progress";
import { type Terminal, wrapped } from "../terminal.js";
import { criteria, fitLine, type Line, STEPS } from "./fit.js";
import { plotLines } from "./plot.js";

/** Trains one line. A progress bar shows it, where the output is a terminal. */
function trainWithBar(name: keyof typeof criteria, { columns }: Terminal): Line {
  const bar = new SingleBar(
    {
      format: `${name.padEnd(6)} {bar} {value}/{total} steps, loss {loss}`,
      // The rest of the line takes 35 columns.
      barsize: Math.max(4, Math.min(40, columns - 36)),
      hideCursor: true,
      linewrap: false,
    },
    Presets.shades_classic,
  );
  bar.start(STEPS, 0, { loss: "…" });
  let step = 0;
  const line = fitLine(criteria[name](), (loss) => {
    step++;
    if (step % 20 === 0) bar.update(step, { loss: loss().toFixed(4) });
  });
  bar.stop();
  return line;
}

export function printTelephoneExample(terminal: Terminal): void {
  console.log(
    wrapped("A line is fitted to the data twice: with the squared error (MSE) and with Huber’s loss.\n", terminal),
  );
  const lines: Readonly<Record<keyof typeof criteria, Line>> = {
    MSE: trainWithBar("MSE", terminal),
    Huber: trainWithBar("Huber", terminal),
  };
  console.log(`\n${plotLines(lines, terminal)}\n`);
  for (const [name, { slope, intercept }] of Object.entries(lines)) {
    console.log(wrapped(`${name.padEnd(6)}slope ${slope.toFixed(6)}, intercept ${intercept.toFixed(4)}`, terminal));
  }
  console.log(
    `\n${wrapped(
      "From 1964 to 1969, minutes were recorded instead of calls. With the squared error, these six values pull the line up. " +
        "Huber’s loss grows linearly beyond δ = 1, so no value pulls harder than one that is 1 away from the line.",
      terminal,
    )}`,
  );
}
