/**
 * Writes and reads results as JSON. Each variant has a line of its own, so that two runs can be compared line by line,
 * and numbers keep all their digits.
 */
import type { Results } from "./figures.js";

export function textOf({ figures, ...run }: Results): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  const head = JSON.stringify(run, rounded, 2).replace(/\n\}$/, "");
  const lines = figures.map((variant) => `    ${JSON.stringify(variant, rounded)}`);
  return `${head},\n  "figures": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
