import { describe, expect, it } from "vitest";
import { constant, input, op } from "../expr/build.js";
import { KernelBudget } from "./kernel-budget.js";
import { createPlans, createReducePlans } from "./plans.js";

const x = input(0, "float64");
const formula = (i: number) => op("mul", x, constant(i + 0.5, "float64"));

describe("KernelBudget", () => {
  it("empties every table when kernels take more than the limit, and goes on counting from there", () => {
    const budget = new KernelBudget(1000);
    const emptied: string[] = [];
    budget.register(() => emptied.push("a"));
    budget.register(() => emptied.push("b"));
    for (let i = 0; i < 3; i++) budget.spend(333);
    expect(emptied).toEqual([]);
    budget.spend(333);
    expect(emptied).toEqual(["a", "b"]);
    budget.spend(667);
    expect(emptied).toEqual(["a", "b"]);
    budget.spend(1);
    expect(emptied).toEqual(["a", "b", "a", "b"]);
  });
});

describe("plans", () => {
  it("are made once for equal expressions, alone, in lists and in reductions", () => {
    let made = 0;
    const plans = createPlans(() => ++made);
    const reductions = createReducePlans(() => ++made);
    const list = [formula(1), formula(2)];
    expect([plans.find([formula(1)]), plans.find(list), reductions.find("sum", x, undefined)]).toEqual([1, 2, 3]);
    expect([plans.find([formula(1)]), plans.find([formula(1), formula(2)]), plans.find(list)]).toEqual([1, 2, 2]);
    expect([reductions.find("sum", x, undefined), reductions.find("max", x, undefined)]).toEqual([3, 4]);
  });

  it("are made again after the budget was exceeded", () => {
    const budget = new KernelBudget(10);
    let made = 0;
    const plans = createPlans(() => ++made, budget);
    const reductions = createReducePlans(() => ++made, budget);
    const list = [formula(1), formula(2)];
    const find = () => [plans.find([x]), plans.find(list), reductions.find("sum", x, undefined)];
    expect(find()).toEqual([1, 2, 3]);
    budget.spend(10);
    expect(find()).toEqual([1, 2, 3]);
    budget.spend(1);
    expect(find()).toEqual([4, 5, 6]);
  });
});
