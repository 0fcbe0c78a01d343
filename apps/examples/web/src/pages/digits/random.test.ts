import { expect, it } from "vitest";
import { createRandom } from "./random.js";

const COUNT = 20_000;
const draw = (next: () => number): number[] => Array.from({ length: COUNT }, next);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

it("uniform numbers have the mean and the variance of the uniform distribution", () => {
  const random = createRandom(1);
  const values = draw(() => random.between(2, 5));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...values)).toBeLessThan(5);
  // Five standard errors: 5 · √(9/12/20000), and of the variance about 5 · 0.67/√20000.
  expect(Math.abs(mean(values) - 3.5)).toBeLessThan(0.031);
  expect(Math.abs(values.reduce((sum, value) => sum + (value - 3.5) ** 2, 0) / COUNT - 0.75)).toBeLessThan(0.024);
});

it("normal numbers have mean 0, the given deviation, and the right share within one deviation", () => {
  const random = createRandom(2);
  const values = draw(() => random.normal(3));
  expect(Math.abs(mean(values))).toBeLessThan(0.11);
  expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / COUNT)).toBeCloseTo(3, 0.9);
  expect(Math.abs(values.filter((value) => Math.abs(value) < 3).length / COUNT - 0.6827)).toBeLessThan(0.017);
});

it("every element is picked equally often", () => {
  const random = createRandom(3);
  const counts = [0, 0, 0, 0, 0];
  for (let i = 0; i < COUNT; i++) counts[random.pick([0, 1, 2, 3, 4])]!++;
  for (const count of counts) expect(Math.abs(count - COUNT / 5)).toBeLessThan(5 * Math.sqrt(COUNT * 0.2 * 0.8));
});

it("a number is not correlated with the next one", () => {
  const random = createRandom(4);
  const values = draw(() => random.between(-1, 1));
  const products = values.slice(1).map((value, i) => value * values[i]!);
  expect(Math.abs(mean(products))).toBeLessThan((5 * (1 / 3)) / Math.sqrt(COUNT));
});

it("the same seed gives the same numbers, and another seed gives others", () => {
  const [a, b, c] = [createRandom(5), createRandom(5), createRandom(6)];
  const [first, again, other] = [a, b, c].map((random) => Array.from({ length: 20 }, () => random.between(0, 1)));
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});
