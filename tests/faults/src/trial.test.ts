/** The harness finds work that breaks its promises. */
import { noGrad } from "@lucid/autograd";
import { createCpuBackend } from "@lucid/backend-cpu";
import { rand, setDefaultBackend, type Tensor, tensor } from "@lucid/tensor";
import { beforeEach, expect, it } from "vitest";
import { type FaultyBackend, faultyBackend } from "./faulty-backend.js";
import { findProblems, type Trial } from "./trial.js";

let faulty: FaultyBackend;

beforeEach(() => {
  faulty = faultyBackend(createCpuBackend());
  setDefaultBackend(faulty.backend);
});

const start = (): Tensor => tensor([1, 2, 3], { requiresGrad: true });

async function problemsOf(prepare: () => Trial): Promise<string> {
  return (await findProblems(faulty, prepare)).problems.join("\n");
}

it("reports nothing about an operation, and meets a fault at each of its calls", async () => {
  const { problems, faults } = await findProblems(faulty, () => {
    const x = start();
    return { tensors: [x], work: () => x.exp() };
  });
  expect(problems).toEqual([]);
  // One allocation, one kernel, and either of them lost.
  expect(faults).toBe(4);
});

it("reports buffers that leak, and nodes that keep holding a tensor", async () => {
  const found = await problemsOf(() => {
    const x = start();
    return { tensors: [x], work: () => x.exp().sum() };
  });
  expect(found).toContain("memory 2: 1 buffers leaked");
  expect(found).toContain("kernel 2: 1 buffers leaked");
});

it("reports values and versions that have changed", async () => {
  const found = await problemsOf(() => {
    const x = start();
    return { tensors: [x], work: () => noGrad(() => x.add_(1).add_(1)) };
  });
  expect(found).toContain("kernel 2: tensor 0 has other values");
});

it("reports gradients that have changed", async () => {
  const found = await problemsOf(() => {
    const x = start();
    const [first, second] = [x.sum(), x.square().sum()];
    return {
      tensors: [x],
      work: () => {
        first.backward(null, { retainGraph: true });
        second.backward(null, { retainGraph: true });
      },
      outcome: () => x.grad,
    };
  });
  expect(found).toContain("has another gradient");
});

it("reports another result after a failure", async () => {
  const found = await problemsOf(() => {
    let attempts = 0;
    const x = start();
    return { tensors: [x], work: () => x.mul(++attempts) };
  });
  expect(found).toContain("the work got through with another result");
});

it("reports another error, random numbers that were drawn, and other state", async () => {
  const found = await problemsOf(() => {
    let calls = 0;
    return {
      tensors: [],
      state: () => calls,
      work: () => {
        calls++;
        const x = rand([2]);
        try {
          return x.exp();
        } catch {
          throw new Error("something is wrong");
        }
      },
      mayKeep: 0,
    };
  });
  expect(found).toContain("another error was thrown: Error: something is wrong");
  expect(found).toContain("the random state has changed");
  expect(found).toContain("the state has changed");
});

it("does not hide an error that no fault has caused", async () => {
  let calls = 0;
  const prepare = (): Trial => ({
    tensors: [],
    work: () => {
      if (++calls > 1) throw new Error("of its own");
      return 0;
    },
  });
  await expect(findProblems(faulty, prepare)).rejects.toThrow("of its own");
});
