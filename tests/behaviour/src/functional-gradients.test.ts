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

describe("grad of tensors", () => {
  const numbers = (x: Tensor | null): number[] | null => (x === null ? null : Array.from(x.dataSync()));

  it("returns the gradients and changes no .grad", () => {
    const [w, b] = [leaf([2, 3]), leaf(1)];
    const loss = w.square().sum().mul(b);
    expect(grad(loss, [w, b]).map(numbers)).toEqual([[4, 6], [13]]);
    expect([w.grad, b.grad]).toEqual([null, null]);
    expect(() => grad(loss, w)).toThrow("freed");
  });

  it("can be repeated and differentiated again", () => {
    const x = leaf([1, 2]);
    const y = x.pow(3).sum();
    expect(numbers(grad(y, x, { retainGraph: true })[0]!)).toEqual([3, 12]);
    const [slope] = grad(y, x, { createGraph: true }) as [Tensor];
    expect(grad(slope.sum(), [x]).map(numbers)).toEqual([[6, 12]]);
  });

  it("accepts tensors that were computed from each other", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const z = y.square().sum();
    // dz/dy = 2y, dz/dx = 6y.
    expect(grad(z, [y, x]).map(numbers)).toEqual([
      [6, 12],
      [18, 36],
    ]);
    const u = leaf([1, 2]);
    const v = u.mul(3);
    expect(grad(v.square().sum().add(u.sum()), [u, v]).map(numbers)).toEqual([
      [19, 37],
      [6, 12],
    ]);
  });

  it("accepts several outputs with their gradients", () => {
    const x = leaf([1, 2]);
    const outputs = [x.square(), x.sum()];
    expect(grad(outputs, x, { gradOutputs: [double([1, 10]), null] }).map(numbers)).toEqual([[3, 41]]);
    expect(grad(leaf([3]).mul(2), [x], { allowUnused: true })).toEqual([null]);
  });

  it("throws errors that say what is wrong", () => {
    const x = leaf([1, 2]);
    const other = leaf([1]);
    const make = (): Tensor => x.sum();
    expect(() => grad(make(), other)).toThrow("[grad] the outputs do not depend on input 0 [1]");
    expect(() => grad(make(), double([1]))).toThrow("does not require a gradient");
    expect(() => grad(x.mul(2), x)).toThrow("elements");
    expect(() => grad(make(), x, { create_graph: true } as never)).toThrow('did you mean "createGraph"?');
    expect(() => grad(make(), x, null as never)).toThrow("options must be an object: got null");
    expect(() => grad(make(), undefined as never)).toThrow("[grad] input 0 is undefined");
    expect(() => grad([], x)).toThrow("[grad] there is no output");
    expect(() => grad(make(), x, { gradOutputs: [] })).toThrow("0 gradients for 1 outputs");
    expect(() => grad(null as never)).toThrow("[grad] null is not a function");
  });
});

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

  it("are restored when the code throws, and refuse promises", () => {
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

  it("allow leaves that are made inside noGrad to require gradients", () => {
    const x = noGrad(() => double([1, 2]).mul(2).requiresGrad_());
    const view = noGrad(() => double([1, 2]).reshape([2, 1]).requiresGrad_());
    x.mul(3).sum().add(view.sum()).backward();
    expect(x.grad!.arraySync()).toEqual([3, 3]);
    expect(view.grad!.arraySync()).toEqual([[1], [1]]);
  });
});

describe("grad", () => {
  const cube = (x: Tensor): Tensor => x.pow(3).sum();

  it("differentiates with respect to the first argument, another one, or several", () => {
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

  it("returns a gradient twice if it is asked for twice", () => {
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

  it("returns 1 for the identity", () => {
    const both = valueAndGrad((x: Tensor) => x)(double([5]));
    expect([both.value.item(), both.gradient.item(), both.value.requiresGrad]).toEqual([5, 1, false]);
  });

  it("does not change its arguments and their gradients", () => {
    const x = double([2]);
    grad(cube)(x);
    expect([x.requiresGrad, x.grad]).toEqual([false, null]);
    const w = leaf([2]);
    const gradient = grad(cube)(w);
    expect(w.grad).toBe(null);
    expect(gradient.arraySync()).toEqual([12]);
  });

  it("can be nested to the third order and further", () => {
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

  it("can be nested over different arguments, for mixed derivatives", () => {
    // f = x²y³: ∂²f/∂x∂y = 6xy², ∂³f/∂x²∂y = 6y².
    const f = (x: Tensor, y: Tensor): Tensor => x.square().mul(y.pow(3)).sum();
    const x = double([2]);
    const y = double([3]);
    expect(grad((u: Tensor) => grad((v: Tensor) => f(u, v))(y).sum())(x).item()).toBe(108);
    const mixed = grad((u: Tensor) => grad((w: Tensor) => grad((v: Tensor) => f(w, v))(y).sum())(u).sum())(x);
    expect(mixed.item()).toBe(54);
  });

  it("distinguishes levels: what belongs to an outer level is constant for the inner gradient", () => {
    // d/dx (x · d/dy (x + y)) = 1, where a confused implementation says 2.
    const inner = (x: Tensor): Tensor => grad((y: Tensor) => x.add(y).sum())(double([1])).sum();
    expect(grad((x: Tensor) => x.mul(inner(x)).sum())(double([1])).item()).toBe(1);
  });

  it("is differentiated with respect to variables that its function closes over", () => {
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

  it("can be part of a loss that trains a model on the gradient of its output", () => {
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

  it("records its results only if something outside could need it", () => {
    const { value, gradient } = valueAndGrad(cube)(double([2]));
    expect([value.requiresGrad, gradient.requiresGrad]).toEqual([false, false]);
  });

  it("does not free the graphs of variables that it closes over", () => {
    const w = leaf([2]);
    const h = w.exp();
    expect(noGrad(() => grad((x: Tensor) => x.mul(h).sum())(double([3]))).item()).toBe(Math.exp(2));
    grad((x: Tensor) => x.mul(h).sum())(double([3]));
    expect(noGrad(() => grad((_: Tensor) => h)(double([3]))).item()).toBe(0);
    h.backward();
    expect(w.grad!.item()).toBe(Math.exp(2));
  });

  it("computes no gradients for variables that it closes over", () => {
    const w = leaf([2]);
    const refused = leaf([1, 2]);
    let calls = 0;
    refused.registerHook(() => {
      calls++;
    });
    expect(grad((x: Tensor) => x.mul(w).sum().add(refused.exp().sum()))(double([3])).item()).toBe(2);
    expect(calls).toBe(0);
  });

  it("accepts strided and expanded arguments, and arguments that the function writes to", () => {
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
    // The function writes into its argument. The gradient is that of the value on entry.
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

  it("does not change whether operations are recorded if the function throws", () => {
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

  it("if the pass that computed them fails", () => {
    const a = leaf([1, 2]);
    const b = leaf([3, 4]);
    b.registerHook(() => {
      throw new Error("stop");
    });
    const loss = a.exp().mul(b.sin()).add(b).sum();
    expect(left(() => expect(() => loss.backward(null, { retainGraph: true })).toThrow("stop"))).toBeLessThanOrEqual(1);
    // The caller has a name for the gradient that the hook received, and for nothing else.
    a.registerHook(() => {
      throw new Error("stop too");
    });
    expect(left(() => expect(() => loss.backward()).toThrow("stop"))).toBeLessThanOrEqual(1);
  });

  it("by passes with hooks and retained tensors, except those that have a name", () => {
    const x = double([1, 2]);
    const f = (u: Tensor): Tensor => {
      const y = u.exp().retainGrad();
      return y.mul(y).sum();
    };
    // The caller has names for the values inside f (exponential, product, sum) and for the gradient. Nobody asked for
    // the value.
    expect(left(() => grad(f)(x))).toBe(4);
    // Retained gradients are stored like those of leaves, and this pass stores none.
    expect(left(() => grad(f, [0, 0])(x))).toBe(4);
  });
});

describe("gradcheck", () => {
  it("finds a wrong gradient, and says where it is", () => {
    const x = leaf([0.5, 2]);
    expect(gradcheck((u) => u.exp(), [x])).toBe(true);
    // The second factor is hidden from the graph: backward gives x, differences 2x.
    expect(() => gradcheck((u) => u.mul(u.detach()), [x])).toThrow(
      /^\[gradcheck\] output 0 element 0 by input 0 \[2\] element 0: backward gives 0\.5, differences (1|0\.9999)/,
    );
    expect(() => gradcheck((u) => u, [double([1])])).toThrow("[gradcheck] no input requires a gradient");
  });

  it("does not change its inputs", () => {
    const x = leaf([0.5, 2]);
    gradcheck((u) => u.square(), [x]);
    expect([x.grad, x.arraySync()]).toEqual([null, [0.5, 2]]);
  });
});
