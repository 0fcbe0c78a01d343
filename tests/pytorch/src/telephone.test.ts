/**
 * A line through the Belgian telephone calls, by least squares and by Huber's loss, against ../telephone.py.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import * as nn from "@lucid/nn";
import * as optim from "@lucid/optim";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { backends } from "./backends.js";
import { readFixture } from "./fixtures.js";

interface Line {
  readonly slope: number;
  readonly interceptAtMeanYear: number;
  readonly loss: number;
}

interface Telephone {
  readonly years: readonly number[];
  readonly calls: readonly number[];
  readonly meanYear: number;
  readonly leastSquares: Line;
  readonly huber: Line & { readonly delta: number };
}

const { years, calls, meanYear, leastSquares, huber } = readFixture<Telephone>("telephone");

for (const { name: backendName, create } of backends) {
  describe(`telephone calls on ${backendName}`, () => {
    const backend = create();
    const fit = (criterion: (input: Tensor, target: Tensor) => Tensor, lr: number, steps: number): Line => {
      setDefaultBackend(backend);
      const dtype = "float64";
      const x = new Tensor(
        years.map((year) => [year - meanYear]),
        { dtype },
      );
      const y = new Tensor(
        calls.map((value) => [value]),
        { dtype },
      );
      const model = new nn.Linear(1, 1, { dtype });
      // Mean year 0, spread of the years about 7: heavy-ball steps on a slope and an intercept converge quickly.
      const optimizer = new optim.SGD([...model.parameters()], { lr, momentum: 0.9 });
      let loss = criterion(model(x), y);
      for (let step = 0; step < steps; step++) {
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        loss = criterion(model(x), y);
      }
      return { slope: model.weight.item(), interceptAtMeanYear: model.bias!.item(), loss: loss.item() };
    };

    it("least squares gives the line of an independent computation", () => {
      const line = fit(new nn.MSELoss(), 0.01, 2000);
      expect(line.slope).toBeCloseTo(leastSquares.slope, 9);
      expect(line.interceptAtMeanYear).toBeCloseTo(leastSquares.interceptAtMeanYear, 9);
      expect(line.loss).toBeCloseTo(leastSquares.loss, 9);
    });

    it("the Huber loss gives the line of an independent computation", () => {
      const line = fit(new nn.HuberLoss({ delta: huber.delta }), 0.02, 6000);
      expect(line.slope).toBeCloseTo(huber.slope, 9);
      expect(line.interceptAtMeanYear).toBeCloseTo(huber.interceptAtMeanYear, 9);
      expect(line.loss).toBeCloseTo(huber.loss, 9);
    });
  });
}
