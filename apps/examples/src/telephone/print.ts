/** Robust regression on real data, watched in the terminal. */
import { Presets, SingleBar } from "cli-progress";
import { criteria, fitLine, type Line, STEPS } from "./fit.js";
import { plotLines } from "./plot.js";

/** Trains one line with a progress bar. */
function trainWithBar(name: keyof typeof criteria): Line {
  const bar = new SingleBar(
    {
      format: `${name.padEnd(6)} {bar} {value}/{total} steps, loss {loss}`,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 60_000,
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

export function printTelephoneExample(): void {
  const lines: Readonly<Record<keyof typeof criteria, Line>> = {
    MSE: trainWithBar("MSE"),
    Huber: trainWithBar("Huber"),
  };
  console.log(`\n${plotLines(lines)}\n`);
  for (const [name, { slope, intercept }] of Object.entries(lines)) {
    console.log(`${name.padEnd(6)} slope ${slope.toFixed(6)}   intercept ${intercept.toFixed(4)}`);
  }
  console.log(
    "\nFrom 1964 to 1969 minutes were recorded instead of calls. These six values pull least squares up;\n" +
      "Huber's loss grows linearly beyond δ = 1, so they pull no harder than any other point.",
  );
}
