/**
 * Optimizers and learning-rate schedules against PyTorch: 100 steps in float64, two parameter groups, every option.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import * as optim from "@lucid/optim";
import { cos, matmul, setDefaultBackend, type Tensor } from "@lucid/tensor";
import { backends } from "./backends.js";
import { difference } from "./compare.js";
import { parseTensor, readFixture } from "./fixtures.js";
import { deviceTensor, hostTensor } from "./run.js";

type Options = Readonly<Record<string, number | boolean | readonly number[]>>;

interface Run {
  readonly optimizer: "SGD" | "Adam" | "AdamW";
  readonly options: Options;
  readonly secondGroup: Options;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly scheduler?: "StepLR" | "CosineAnnealingLR";
  readonly schedulerOptions?: Options;
  readonly learningRates?: readonly (readonly number[])[];
}

interface Fixture {
  readonly problem: { readonly a: string; readonly b: string; readonly c: string; readonly starts: readonly string[] };
  readonly runs: readonly Run[];
}

/** What the tests use of an optimizer, whatever its options. */
interface Steppable {
  readonly paramGroups: readonly { readonly lr: number }[];
  step(): void;
  zeroGrad(): void;
}

const { problem, runs } = readFixture<Fixture>("optimizers");
const tolerance = { relative: 1e-10, absolute: 1e-11 };
const tolerances = { float32: tolerance, float64: tolerance };

const makers = optim as unknown as Readonly<
  Record<string, new (target: unknown, options: unknown) => Steppable & { step(): void }>
>;

for (const { name: backendName, create } of backends) {
  describe(`optimizers on ${backendName}, as PyTorch's`, () => {
    const backend = create();
    for (const run of runs) {
      const { optimizer: kind, options, secondGroup, scheduler: schedule } = run;
      const title = [kind, options, "second group", secondGroup, schedule ?? "", run.schedulerOptions ?? ""];
      it(title.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" "), () => {
        setDefaultBackend(backend);
        const [a, b, c] = [problem.a, problem.b, problem.c].map((text) => deviceTensor(text, backend)) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        const parameters = problem.starts.map((text) => deviceTensor(text, backend).detach().requiresGrad_());
        const [w, u, v] = parameters as [Tensor, Tensor, Tensor];
        const groups = [{ params: [w, u] }, { params: [v], ...secondGroup }];
        const optimizer = new makers[kind]!(groups, options);
        const scheduler = schedule === undefined ? undefined : new makers[schedule]!(optimizer, run.schedulerOptions);
        for (let step = 1; step <= 100; step++) {
          optimizer.zeroGrad();
          matmul(a, w)
            .sub(b)
            .square()
            .sum()
            .mul(0.5)
            .add(v.square().square().sum().mul(0.25))
            .sub(c.mul(v).sum())
            .add(cos(u).sum().mul(w.sum()).div(10))
            .backward();
          if (scheduler !== undefined) {
            const rates = optimizer.paramGroups.map((group) => group.lr);
            rates.forEach((rate, i) => {
              expect(
                Math.abs(rate - run.learningRates![step - 1]![i]!),
                `rate of group ${i}, step ${step}`,
              ).toBeLessThan(1e-15);
            });
          }
          optimizer.step();
          scheduler?.step();
          run.parameters[step]?.forEach((expected, i) => {
            const found = difference(hostTensor(parameters[i]!), parseTensor(expected), tolerances);
            expect(found, `parameter ${i} after step ${step}`).toBeUndefined();
          });
        }
      });
    }
  });
}
