/** Results as JSON: one line for each variant, so that runs can be told apart, and numbers as exact as they are. */
import type { Results } from "./figures.js";

export function textOf({ figures, ...run }: Results): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  const head = JSON.stringify(run, rounded, 2).replace(/\n\}$/, "");
  const lines = figures.map((variant) => `    ${JSON.stringify(variant, rounded)}`);
  return `${head},\n  "figures": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
