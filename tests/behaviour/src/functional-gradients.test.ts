/**
 * `grad` and `valueAndGrad`, and the modes of recording. The numbers are hand calculations.
 */
import {
  createCpuBackend,
  enableGrad,
  grad,
  gradcheck,
  isGradEnabled,
  nn,
  noGrad,
  setDefaultBackend,
  Tensor,
  tensor,
  valueAndGrad,
} from "@lucid/lucid";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countingBackend } from "./counting-backend.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

const double = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: number | number[] | number[][]): Tensor => double(data).requiresGrad_();

describe("noGrad and enableGrad", () => {
  it("nest, and return what the code returns", () => {
    const x = leaf([1]);
    const seen: boolean[] = [];
    const look = (): void => {
      seen.push(x.mul(2).requiresGrad && isGradEnabled());
    };
    look();
    const result = noGrad(() => {
      look();
      enableGrad(() => {
        look();
        noGrad(look);
        look();
      });
      look();
      return "done";
    });
    look();
    expect(seen).toEqual([true, false, true, false, true, false, true]);
    expect(result).toBe("done");
  });

  it("are restored by a throw, and refuse promises", () => {
    const fail = (): never => {
      throw new Error("stop");
    };
    expect(() => noGrad(fail)).toThrow("stop");
    expect(isGradEnabled()).toBe(true);
    expect(() => noGrad(() => enableGrad(fail))).toThrow("stop");
    expect(isGradEnabled()).toBe(true);
    expect(() => noGrad(async () => 1)).toThrow("[noGrad] the callback returned a promise");
    expect(() => enableGrad(async () => 1)).toThrow("[enableGrad] the callback returned a promise");
    expect(isGradEnabled()).toBe(true);
  });

  it("leaves that are made inside noGrad can require gradients", () => {
    const x = noGrad(() => double([1, 2]).mul(2).requiresGrad_());
    const view = noGrad(() => double([1, 2]).reshape([2, 1]).requiresGrad_());
    x.mul(3).sum().add(view.sum()).backward();
    expect(x.grad!.arraySync()).toEqual([3, 3]);
    expect(view.grad!.arraySync()).toEqual([[1], [1]]);
  });
});

describe("grad", () => {
  const cube = (x: Tensor): Tensor => x.pow(3).sum();

  it("of the first argument, of another, of several", () => {
    const f = (x: Tensor, y: Tensor, scale: number): Tensor => x.square().mul(y).sum().mul(scale);
    const x = double([2, 3]);
    const y = double([5, 7]);
    expect(grad(f)(x, y, 10).arraySync()).toEqual([200, 420]);
    expect(grad(f, 1)(x, y, 10).arraySync()).toEqual([40, 90]);
    const both = grad(f, [1, 0])(x, y, 10);
    expect(both.map((g) => g.arraySync())).toEqual([
      [40, 90],
      [200, 420],
    ]);
    expect(grad(f, [])(x, y, 10)).toEqual([]);
  });

  it("of an argument that is asked for twice", () => {
    const twice = grad(cube, [0, 0])(double([2]));
    expect(twice.map((g) => g.arraySync())).toEqual([[12], [12]]);
    expect(twice[0]!.add(twice[1]!).arraySync()).toEqual([24]);
  });

  it("gives zeros for an argument that the value does not depend on", () => {
    const f = (x: Tensor, _y: Tensor): Tensor => x.sum();
    const gradient = grad(f, 1)(double([1]), double([[1, 2]]));
    expect(gradient.arraySync()).toEqual([[0, 0]]);
    expect(gradient.dtype).toBe("float64");
    expect(grad((x: Tensor) => x.detach().sum())(double([1, 2])).arraySync()).toEqual([0, 0]);
    expect(grad((_: Tensor) => double(3))(double([1, 2])).arraySync()).toEqual([0, 0]);
  });

  it("of the identity is 1", () => {
    const both = valueAndGrad((x: Tensor) => x)(double([5]));
    expect([both.value.item(), both.gradient.item(), both.value.requiresGrad]).toEqual([5, 1, false]);
  });

  it("leaves its arguments and their gradients alone", () => {
    const x = double([2]);
    grad(cube)(x);
    expect([x.requiresGrad, x.grad]).toEqual([false, null]);
    const w = leaf([2]);
    const gradient = grad(cube)(w);
    expect(w.grad).toBe(null);
    expect(gradient.arraySync()).toEqual([12]);
  });

  it("nests to the third order and further", () => {
    const f = (x: Tensor): Tensor => x.pow(5).sum();
    const derivative = (g: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) => {
      const slope = grad(g);
      return (x) => slope(x).sum();
    };
    const at = double([2]);
    expect(derivative(f)(at).item()).toBe(80);
    expect(derivative(derivative(f))(at).item()).toBe(160);
    expect(derivative(derivative(derivative(f)))(at).item()).toBe(240);
    expect(derivative(derivative(derivative(derivative(f))))(at).item()).toBe(240);
    expect(derivative(derivative(derivative(derivative(derivative(derivative(f))))))(at).item()).toBe(0);
  });

  it("nests over different arguments: mixed derivatives", () => {
    // f = x²y³: ∂²f/∂x∂y = 6xy², ∂³f/∂x²∂y = 6y².
    const f = (x: Tensor, y: Tensor): Tensor => x.square().mul(y.pow(3)).sum();
    const x = double([2]);
    const y = double([3]);
    expect(grad((u: Tensor) => grad((v: Tensor) => f(u, v))(y).sum())(x).item()).toBe(108);
    const mixed = grad((u: Tensor) => grad((w: Tensor) => grad((v: Tensor) => f(w, v))(y).sum())(u).sum())(x);
    expect(mixed.item()).toBe(54);
  });

  it("distinguishes levels: the inner gradient of something outer is constant", () => {
    // d/dx (x · d/dy (x + y)) = 1, where a confused implementation says 2.
    const inner = (x: Tensor): Tensor => grad((y: Tensor) => x.add(y).sum())(double([1])).sum();
    expect(grad((x: Tensor) => x.mul(inner(x)).sum())(double([1])).item()).toBe(1);
  });

  it("is differentiated with respect to what its function closes over", () => {
    const w = leaf([3]);
    // f = w²x³: ∂f/∂x = 3w²x² and of that ∂/∂w = 6wx².
    const { value, gradient } = valueAndGrad((x: Tensor) => w.square().mul(x.pow(3)).sum())(double([2]));
    expect([value.item(), gradient.item()]).toEqual([72, 108]);
    gradient.sum().backward(null, { retainGraph: true });
    expect(w.grad!.item()).toBe(72);
    w.grad = null;
    value.backward();
    expect(w.grad!.item()).toBe(48);
  });

  it("is differentiated with respect to its own argument", () => {
    const x = leaf([2]);
    const { value, gradient } = valueAndGrad(cube)(x);
    value.add(gradient.sum()).backward();
    expect(x.grad!.item()).toBe(24);
    const y = leaf([2]);
    const through = y.mul(3);
    // d/dy of 3(3y)² is 54y.
    grad(cube)(through).sum().backward();
    expect(y.grad!.item()).toBe(108);
  });

  it("trains a model on the gradient of its output: a physics-informed loss", () => {
    const model = new nn.Sequential(new nn.Linear(1, 4), new nn.Tanh(), new nn.Linear(4, 1)).to("float64");
    const x = double([[0.3], [-0.7]]);
    const parameters = model.parameters();
    // Of the loss Σ (∂m/∂x)² against differences in every parameter.
    const loss = (): Tensor =>
      grad((u: Tensor) => model(u).sum())(x)
        .square()
        .sum();
    loss().backward();
    for (const parameter of parameters) {
      const found = parameter.grad === null ? null : Array.from(parameter.grad.dataSync());
      const values = Array.from(parameter.dataSync());
      const differences = values.map((_, i) => {
        const at = (step: number): number => {
          const moved = Float64Array.from(values);
          moved[i]! += step;
          noGrad(() => parameter.copy_(new Tensor(moved).reshape(parameter.shape)));
          const result = loss().item();
          noGrad(() => parameter.copy_(new Tensor(Float64Array.from(values)).reshape(parameter.shape)));
          return result;
        };
        return (at(1e-6) - at(-1e-6)) / 2e-6;
      });
      differences.forEach((difference, i) => {
        expect(found?.[i] ?? 0).toBeCloseTo(difference, 6);
      });
    }
  });

  it("works inside noGrad, and its results are not recorded there", () => {
    const w = leaf([3]);
    const { value, gradient } = noGrad(() => valueAndGrad((x: Tensor) => w.mul(cube(x)).sum())(double([2])));
    expect([value.item(), gradient.item()]).toEqual([24, 36]);
    expect([value.requiresGrad, gradient.requiresGrad]).toEqual([false, false]);
    const second = noGrad(() => grad((x: Tensor) => grad(cube)(x).sum())(w));
    expect([second.item(), second.requiresGrad]).toEqual([18, false]);
  });

  it("results are recorded only where something outside could need it", () => {
    const { value, gradient } = valueAndGrad(cube)(double([2]));
    expect([value.requiresGrad, gradient.requiresGrad]).toEqual([false, false]);
  });

  it("leaves the graphs of what it closes over alone", () => {
    const w = leaf([2]);
    const h = w.exp();
    expect(noGrad(() => grad((x: Tensor) => x.mul(h).sum())(double([3]))).item()).toBe(Math.exp(2));
    grad((x: Tensor) => x.mul(h).sum())(double([3]));
    expect(noGrad(() => grad((_: Tensor) => h)(double([3]))).item()).toBe(0);
    h.backward();
    expect(w.grad!.item()).toBe(Math.exp(2));
  });

  it("computes nothing for what it closes over", () => {
    const w = leaf([2]);
    const refused = leaf([1, 2]);
    let calls = 0;
    refused.registerHook(() => {
      calls++;
    });
    expect(grad((x: Tensor) => x.mul(w).sum().add(refused.exp().sum()))(double([3])).item()).toBe(2);
    expect(calls).toBe(0);
  });

  it("takes strided and expanded arguments, and arguments that the function writes to", () => {
    const matrix = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(grad((x: Tensor) => x.square().sum())(matrix.t()).arraySync()).toEqual([
      [2, 8],
      [4, 10],
      [6, 12],
    ]);
    expect(grad((x: Tensor) => x.square().sum())(leaf([2]).expand([3])).arraySync()).toEqual([4, 4, 4]);
    const given = matrix.mul(1);
    const gradient = grad((x: Tensor) => {
      const y = x.clone();
      y.mul_(x);
      return y.sum();
    })(given);
    expect(gradient.arraySync()).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
    // Written into itself: the gradient is that of the value it had on entry.
    expect(grad((x: Tensor) => x.mul_(3).square().sum())(leaf([2]).mul(1)).arraySync()).toEqual([36]);
  });

  it("refuses what has no gradient", () => {
    expect(() => grad((x: Tensor) => x.mul(2))(double([1, 2]))).toThrow(
      "[grad] the function returned a tensor [2] · only a single number has a gradient · reduce the result",
    );
    expect(() => grad((_: Tensor) => 5 as never)(double([1]))).toThrow("[grad] the function returned 5");
    expect(() => grad((async (x: Tensor) => x) as never)(double([1]))).toThrow(
      "[grad] the callback returned a promise",
    );
    expect(() => grad(cube, 1)(double([1]))).toThrow("[grad] argument 1 is missing");
    expect(() => grad((x: never) => double(x))(3 as never)).toThrow(
      "[grad] argument 0 is 3 · gradients are taken with respect to tensors",
    );
    expect(() => grad(cube)(tensor([1], { dtype: "int32" }))).toThrow("a int32 tensor cannot require a gradient");
    expect(isGradEnabled()).toBe(true);
  });

  it("a function that throws leaves recording as it was", () => {
    const failing = grad((_: Tensor): Tensor => {
      throw new Error("stop");
    });
    expect(() => noGrad(() => failing(double([1])))).toThrow("stop");
    expect(isGradEnabled()).toBe(true);
  });
});

describe("gradients are freed", () => {
  let live: () => number;
  beforeEach(() => {
    const counting = countingBackend();
    live = counting.live;
    setDefaultBackend(counting.backend);
    return () => setDefaultBackend(createCpuBackend());
  });

  const left = (work: () => unknown): number => {
    const before = live();
    work();
    return live() - before;
  };

  it("what a pass had under way when it failed", () => {
    const a = leaf([1, 2]);
    const b = leaf([3, 4]);
    b.registerHook(() => {
      throw new Error("stop");
    });
    const loss = a.exp().mul(b.sin()).add(b).sum();
    expect(left(() => expect(() => loss.backward(null, { retainGraph: true })).toThrow("stop"))).toBeLessThanOrEqual(1);
    // The gradient that the hook saw has a name; the rest has not.
    a.registerHook(() => {
      throw new Error("stop too");
    });
    expect(left(() => expect(() => loss.backward()).toThrow("stop"))).toBeLessThanOrEqual(1);
  });

  it("of a gradient taken by hooks and retained tensors nothing stays but what has a name", () => {
    const x = double([1, 2]);
    const f = (u: Tensor): Tensor => {
      const y = u.exp().retainGrad();
      return y.mul(y).sum();
    };
    // What f names: the exponential, the product, the sum; and the gradient. The value is asked for by nobody.
    expect(left(() => grad(f)(x))).toBe(4);
    // Retained gradients are the leaves' kind: the pass fills none.
    expect(left(() => grad(f, [0, 0])(x))).toBe(4);
  });
});

describe("gradcheck", () => {
  it("sees a wrong gradient, and says where", () => {
    const x = leaf([0.5, 2]);
    expect(gradcheck((u) => u.exp(), [x])).toBe(true);
    // The second factor is hidden from the graph: backward gives x, differences 2x.
    expect(() => gradcheck((u) => u.mul(u.detach()), [x])).toThrow(
      /^\[gradcheck\] output 0 element 0 by input 0 \[2\] element 0: backward gives 0\.5, differences (1|0\.9999)/,
    );
    expect(() => gradcheck((u) => u, [double([1])])).toThrow("[gradcheck] no input requires a gradient");
  });

  it("leaves its inputs alone", () => {
    const x = leaf([0.5, 2]);
    gradcheck((u) => u.square(), [x]);
    expect([x.grad, x.arraySync()]).toEqual([null, [0.5, 2]]);
  });
});
