import { createCpuBackend } from "@lucid/backend-cpu";
import { elementwise, setDefaultBackend, type Tensor, tensor } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { checkedFormula, type Formula, shortNumbers } from "./formula-check.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

describe("checkedFormula", () => {
  const use = (formula: unknown) => elementwise(checkedFormula(formula as Formula))(tensor([2]), 3);

  it("changes nothing about a formula that works", () => {
    expect(use((x: Tensor, a: Tensor) => x.mul(a).add(1)).arraySync()).toEqual([7]);
  });

  it("says that a formula returns nothing", () => {
    expect(() =>
      use((x: Tensor, a: Tensor) => {
        x.mul(a);
      }),
    ).toThrow(/return/);
  });

  it.each([
    ["x * a + 1", (x: never, a: never) => x * a + 1],
    ["Math.sin(x)", (x: never, _: never) => Math.sin(x)],
  ])("says that %s does not work on formulas", (_, formula) => {
    expect(() => use(formula)).toThrow(/formula|operator|Math|mul/i);
  });
});

describe("shortNumbers", () => {
  it("prints 32-bit floats with the digits that are needed to tell them apart", () => {
    expect(shortNumbers("x * 0.20000000298023224 + 1.4142135381698608")).toBe("x * 0.2 + 1.4142135");
    expect(shortNumbers("0.3333333432674408 - 1.0000000168623835e-16")).toBe("0.33333334 - 1e-16");
  });

  it("leaves other numbers as they are", () => {
    expect(shortNumbers("x0 + 0.5 * 3 + 0.1234567890123456789")).toBe("x0 + 0.5 * 3 + 0.1234567890123456789");
  });
});
