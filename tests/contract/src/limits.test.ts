/** Backends with small limits: calls that exceed them are split and give the results of the whole. */
import { type Backend, constant, type Expr, input, type Limits, op } from "@lucid/backend";
import { conformanceCases, runConformance } from "@lucid/backend-conformance/cases";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { manualSeed, nn, optim, rand, randn, type Tensor, tensor } from "@lucid/lucid";
import { callMap, callMapInto } from "@lucid/tensor/extend";
import { describe, expect, it } from "vitest";
import { limitedBackend } from "./limited-backend.js";

/** Limits like those of a GPU, but with calls that are small enough for tests. */
const limits: Required<Limits> = { views: 8, outputs: 2, bufferElements: 1 << 24, callElements: 4096 };
const smallest: Required<Limits> = { views: 4, outputs: 1, bufferElements: 1 << 24, callElements: 7 };
const cpu = createCpuBackend();
const wasm = createWasmBackend({ threads: 1 });

describe.each([
  ["8 views, 2 outputs, 4,096 positions", limits],
  ["8 views, 1 output, 4,096 positions", { ...limits, outputs: 1 }],
  ["4 views, 1 output, 7 positions", smallest],
])("%s", (_, own) => {
  it("gradients, fused operations and training are right", async () => {
    const cases = conformanceCases().filter(({ level }) => ["gradients", "fused", "training"].includes(level));
    const { problems, passed } = await runConformance(limitedBackend(cpu, own), { cases });
    expect(problems).toEqual([]);
    expect(passed).toBe(cases.length);
  });

  it("every member is right with any layout, split or not", async () => {
    const levels = ["map", "reduce", "matmul", "gather-scatter", "scan", "sort", "random", "aliasing"];
    // Sums stay accurate when they are split. The other large cases are left out, because parts of 7 elements make them
    // slow.
    const cases = conformanceCases().filter(
      ({ level, name }) => levels.includes(level) && (own.callElements > 7 || !name.includes("accuracy")),
    );
    const { problems } = await runConformance(limitedBackend(cpu, own), { cases });
    expect(problems).toEqual([]);
  });
});

describe("a program over a backend with limits", () => {
  const on = (backend: Backend): Backend => limitedBackend(backend, limits);

  it("reads more tensors in one formula than a call may bind", () => {
    let sum: Expr = input(0, "float32");
    for (let i = 1; i < 12; i++) {
      sum = op("add", sum, op("mul", input(i, "float32"), constant(i + 1, "float32")));
    }
    const backend = on(cpu);
    const parts = Array.from({ length: 12 }, (_, i) => tensor([i, 1], { backend }));
    // 0 + Σ i·(i + 1) for i = 1 … 11, and 1 + Σ (i + 1).
    expect(callMap("sum", parts, [sum])[0]!.tolist()).toEqual([572, 78]);
  });

  it("draws the same random numbers, in domains of any size", () => {
    for (const shape of [[5000], [3, 5000], [70, 90]]) {
      const drawn = [cpu, on(cpu), on(wasm)].map((backend) => {
        manualSeed(3);
        return rand(shape, { backend }).dataSync();
      });
      expect(drawn[1]).toEqual(drawn[0]);
      expect(drawn[2]).toEqual(drawn[0]);
    }
  });

  it("computes right results in place if an output is an input of a later part", () => {
    const backend = limitedBackend(cpu, { ...limits, outputs: 1 });
    const [x, y] = [tensor([5, 7], { backend }), tensor([1, 2], { backend })];
    const [a, b] = [input(0, "float32"), input(1, "float32")];
    callMapInto("swap", [x, y], [x, y], [op("sub", a, b), op("add", a, b)]);
    expect(x.tolist()).toEqual([4, 5]);
    expect(y.tolist()).toEqual([6, 9]);
  });

  it("refuses a buffer that is too large, in the name of the operation", () => {
    const backend = limitedBackend(cpu, { ...limits, bufferElements: 100 });
    expect(() => rand([101], { backend })).toThrow("101 elements do not fit a buffer of limited");
  });

  it("trains a network with the results of the backend without limits", () => {
    const train = (backend: Backend): readonly number[] => {
      manualSeed(5);
      const x = randn([96, 70]).to(backend);
      const y = randn([96, 3]).to(backend);
      const model = new nn.Sequential(
        new nn.Linear(70, 64),
        new nn.LayerNorm([64]),
        new nn.GELU(),
        new nn.Linear(64, 3),
      );
      model.to(backend);
      const criterion = new nn.HuberLoss();
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.01, weightDecay: 0.1 });
      const losses: number[] = [];
      for (let step = 0; step < 4; step++) {
        optimizer.zeroGrad();
        const loss = criterion(model(x) as Tensor, y);
        loss.backward();
        optimizer.step();
        losses.push(loss.item());
      }
      return losses;
    };
    const expected = train(createCpuBackend());
    for (const backend of [on(cpu), on(wasm)]) {
      train(backend).forEach((loss, step) => {
        expect(loss).toBeCloseTo(expected[step]!, 5);
      });
    }
  });
});
