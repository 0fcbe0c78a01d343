/**
 * Writing in place and through views, then differentiating: the scenarios of ../generators/in_place.py.
 */

import { noGrad } from "@lucid/autograd";
import { AutogradError } from "@lucid/backend";
import { matmul, setDefaultBackend, slice, Tensor, zeros } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { backends } from "./backends.js";
import { accumulated } from "./compare.js";
import { contradictions, isSmooth } from "./differences.js";
import { readFixture } from "./fixtures.js";
import { deviceTensor, problemsOf } from "./run.js";

type Scenario = (x: Tensor, other: Tensor) => Tensor | readonly Tensor[];

const float64 = { dtype: "float64" } as const;

const scenarios: Readonly<Record<string, Scenario>> = {
  "slice assignment": (x, value) => {
    const y = x.mul(2);
    y.indexPut_([slice(1, 3)], value);
    return y.mul(y);
  },
  "slice assignment from a broadcast value": (x, value) => {
    const y = x.mul(2);
    y.indexPut_([slice(1, 3)], value);
    return y.mul(y);
  },
  "slice assignment leaves its source alone": (x, value) => {
    const y = x.mul(2);
    y.indexPut_([slice(), 0], value.mul(3));
    return [y, value.mul(value)];
  },
  "chained views": (x) => {
    const y = x.mul(3);
    const v = y.at(slice(1)).t().at(0);
    v.mul_(x.at(0));
    return [y.exp(), v.sin()];
  },
  "add_ on a row": (x, v) => {
    const y = x.mul(1.5);
    y.at(0).add_(v);
    return y.mul(y);
  },
  "two views of one base": (x) => {
    const y = x.mul(2);
    const first = y.at(0);
    const second = y.at(slice(), 1);
    first.mul_(3);
    return [y.mul(y), second.mul(second)];
  },
  "two views, both written": (x) => {
    const y = x.clone();
    const first = y.at(0);
    const second = y.at(slice(), 1);
    first.mul_(3);
    second.add_(first.at(0));
    return [y.mul(y), first.mul(first), second.exp()];
  },
  "add_ of its own transpose": (x) => {
    const y = x.mul(2);
    y.add_(y.t());
    return y.mul(y);
  },
  "add_ of itself flipped": (x) => {
    const y = x.mul(2);
    y.add_(y.flip([0]));
    return y.mul(y);
  },
  "base written after a view was taken": (x) => {
    const y = x.mul(2);
    const v = y.at(1);
    y.mul_(x);
    return [v.mul(v), y];
  },
  "view of a view of a view": (x) => {
    const y = x.mul(2);
    const a = y.reshape([6]);
    const b = a.at(slice(1, 5));
    const c = b.at(slice(undefined, undefined, 2));
    c.exp_();
    return [y.mul(y), a.mul(2), b.mul(b)];
  },
  "many times in place": (x) => {
    const y = x.mul(1);
    for (let i = 0; i < 3; i++) y.mul_(x).add_(x).sin_();
    return y;
  },
  "copy_ over everything": (x, value) => {
    const y = x.mul(2);
    y.copy_(value);
    return y.mul(y);
  },
  "zero_ on a row": (x) => {
    const y = x.mul(2);
    y.at(0).zero_();
    return y.mul(y);
  },
  "fill_ on a column": (x) => {
    const y = x.mul(x);
    y.at(slice(), 1).fill_(2.5);
    return y.mul(y);
  },
  "mul_ by something broadcast": (x, v) => x.mul(2).mul_(v),
  "clamp_ on a row": (x) => {
    const y = x.mul(2);
    y.at(0).clamp_(-1, 1);
    return y.mul(x);
  },
  "write under a mask": (x, value) => {
    const y = x.mul(2);
    y.indexPut_([x.gt(0)], value);
    return y.mul(y);
  },
  "write at positions": (x, value) => {
    const y = x.mul(2);
    y.indexPut_([[0, 2]], value);
    return y.mul(y);
  },
  "accumulate at positions": (x, value) => {
    const y = x.mul(2);
    y.indexPut_([[0, 0, 1]], value, { accumulate: true });
    return y.mul(y);
  },
  "assignment from its own rows": (x) => {
    const y = x.mul(2);
    y.indexPut_([0], y.at(1).add(y.at(2)));
    return y.mul(y);
  },
  "shifted copy of itself": (x) => {
    const y = x.mul(2);
    y.at(slice(1)).copy_(y.at(slice(0, -1)));
    return y.mul(y);
  },
  "write into a fresh tensor": (x) => {
    const y = zeros([3, 2], float64);
    y.indexPut_([0], x.at(1));
    y.indexPut_([2], x.at(0).mul(x.at(2)));
    return y.mul(y);
  },
  "write on the diagonal": (x, v) => {
    const y = x.mul(2);
    y.diagonal().copy_(v);
    return matmul(y, y);
  },
  "write under noGrad": (x) => {
    const y = x.mul(2);
    noGrad(() => {
      y.add_(1);
    });
    return y.mul(y);
  },
  "write through unsqueeze, squeeze and permute": (x) => {
    const y = x.mul(2);
    y.unsqueeze(0).squeeze(0).permute([1, 0]).at(1).mul_(x.at(slice(), 0));
    return y.mul(y);
  },
  "sub_, neg_, div_ in a row": (x, v) => {
    const y = x.mul(1);
    y.sub_(v).neg_().div_(v);
    return y.mul(y);
  },
  relu_: (x) => x.mul(2).relu_().mul(x),
  "tanh_ on a slice": (x) => {
    const y = x.mul(2);
    y.at(slice(undefined, 2)).tanh_();
    return [y.sum(0), y.mul(y)];
  },
  "sum before a write": (x) => {
    const y = x.mul(2);
    const total = y.sum();
    y.indexPut_([0], 0);
    return [total, y.mul(y)];
  },
  "mul_ by its own row": (x) => {
    const y = x.mul(2);
    y.mul_(y.at(0).clone());
    return y.mul(y);
  },
  "accumulation in a loop": (x, start) => {
    const y = zeros([2], float64);
    let v = start;
    for (let i = 0; i < 3; i++) {
      y.add_(x.at(i).mul(v));
      v = v.mul(y.clone());
    }
    return [y, v];
  },
};

/** Backward needs a value that was overwritten. */
const refused: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "result of exp changed": (x) => x.exp().add_(1),
  "factor changed in one row": (x) => {
    const y = x.mul(2);
    const z = y.mul(y);
    y.at(0).fill_(0);
    return z;
  },
  "base of a squared row changed": (x) => {
    const y = x.mul(2);
    const z = y.at(1).square();
    y.add_(1);
    return z;
  },
  "row of an argument of sin changed": (x) => {
    const y = x.mul(2);
    const v = y.at(0);
    const z = y.sin();
    v.add_(1);
    return z;
  },
  "row overwritten by the product of other rows": (x) => {
    const y = x.mul(2);
    y.at(0).copy_(y.at(1).mul(y.at(2)));
    return y;
  },
};

const fixtures = readFixture("in-place");

for (const { name: backendName, create } of backends) {
  describe(`in place on ${backendName}, as PyTorch`, () => {
    const backend = create();
    for (const [name, cases] of Object.entries(fixtures)) {
      it(name, () => {
        setDefaultBackend(backend);
        for (const given of cases) {
          if (given.error === true) {
            const [x] = given.inputs.map((text) => deviceTensor(text, backend).detach().requiresGrad_());
            expect(() => refused[name]!(x!).sum().backward()).toThrow(AutogradError);
          } else {
            const run = ([x, other]: readonly unknown[]) => scenarios[name]!(x as Tensor, other as Tensor);
            const tolerances = accumulated;
            const problems = [
              ...problemsOf(given, run, { backend, tolerances }),
              ...problemsOf(given, run, { backend, tolerances, strided: true }),
            ];
            expect(problems.join("\n")).toBe("");
          }
        }
      });
    }

    it("has gradients that finite differences confirm", () => {
      setDefaultBackend(backend);
      for (const [name, cases] of Object.entries(fixtures)) {
        for (const given of cases.filter(isSmooth)) {
          const run = ([x, other]: readonly unknown[]) => scenarios[name]!(x as Tensor, other as Tensor);
          expect([name, ...contradictions(given, run, backend)]).toEqual([name]);
        }
      }
    });

    it("saves a copy of what the operation itself overwrites, where PyTorch refuses: y.mul_(y)", () => {
      setDefaultBackend(backend);
      // With y = 2x the sum of y² has the derivative 8x.
      const x = new Tensor([1, -0.5, 3], { requiresGrad: true });
      const y = x.mul(2);
      y.mul_(y).sum().backward();
      expect([...x.grad!.dataSync()]).toEqual([8, -4, 24]);
    });

    it("allows a quotient to be changed in place before backward", () => {
      setDefaultBackend(backend);
      // d x/(x + 4) = 4/(x + 4)².
      const x = new Tensor([1, -2, 4], { requiresGrad: true });
      const quotient = x.div(x.add(4));
      quotient.add_(1).sum().backward();
      expect([...x.grad!.dataSync()].map((value) => value.toFixed(6))).toEqual(["0.160000", "1.000000", "0.062500"]);
    });

    it("has a fixture for every scenario", () => {
      expect(Object.keys({ ...scenarios, ...refused }).sort()).toEqual(Object.keys(fixtures).sort());
    });
  });
}
