import { noGrad } from "@lucid/autograd";
import { createCpuBackend } from "@lucid/backend-cpu";
import { manualSeed, memory, ones, setDefaultBackend, Tensor, zeros } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Dropout,
  Flatten,
  functional,
  GELU,
  HuberLoss,
  Identity,
  init,
  LayerNorm,
  Linear,
  LogSoftmax,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
} from "../index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

const values = (x: Tensor | null): number[] => Array.from(x!.dataSync());

function close(actual: Tensor | null, expected: readonly number[], digits = 6): void {
  const found = values(actual);
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe("LayerNorm", () => {
  it("begins as plain normalisation, with PyTorch's parameter names", () => {
    const layer = new LayerNorm([2, 2]);
    expect(Object.keys(layer.stateDict())).toEqual(["weight", "bias"]);
    // Mean 2.5, variance 1.25.
    const [far, near] = [1.5 / Math.sqrt(1.25001), 0.5 / Math.sqrt(1.25001)];
    close(
      layer(
        new Tensor([
          [
            [1, 2],
            [3, 4],
          ],
        ]),
      ),
      [-far, -near, near, far],
    );
  });

  it("can have no parameters, or no bias", () => {
    expect([...new LayerNorm(3, { elementwiseAffine: false }).parameters()]).toEqual([]);
    const scaled = new LayerNorm(3, { bias: false, eps: 0 });
    expect([...scaled.parameters()]).toHaveLength(1);
    scaled.loadStateDict({ weight: new Tensor([1, 2, 3]) });
    close(scaled(new Tensor([[-1, 0, 1]])), [-Math.sqrt(1.5), 0, 3 * Math.sqrt(1.5)]);
    scaled.resetParameters();
    close(scaled.weight, [1, 1, 1]);
  });

  it("refuses inputs that cannot be normalized", () => {
    expect(() => new LayerNorm([])).toThrow("[LayerNorm] the normalized shape is []");
    expect(() => new LayerNorm(3, { eps: -1 })).toThrow("[LayerNorm] eps is -1");
    expect(() => new LayerNorm(3)(new Tensor([1, 2]))).toThrow("[layerNorm] the input has shape [2]");
  });
});

describe("Linear", () => {
  it("has PyTorch's values and gradients", () => {
    const layer = new Linear(3, 2);
    layer.loadStateDict({
      weight: new Tensor([
        [0.1, -0.2, 0.3],
        [0.5, 0.25, -1],
      ]),
      bias: new Tensor([0.05, -0.5]),
    });
    const x = new Tensor(
      [
        [1, 2, 3],
        [-1, 0.5, 2],
      ],
      { requiresGrad: true },
    );
    const y = layer(x);
    close(y, [0.65000004, -2.5, 0.45000005, -2.875]);
    y.square().sum().backward();
    close(layer.weight.grad, [0.4, 3.05, 5.7, 0.75, -12.875, -26.5], 5);
    close(layer.bias!.grad, [2.2, -10.75], 5);
    close(x.grad, [-2.37, -1.51, 5.39, -2.785, -1.6175, 6.02], 5);
  });

  it("accepts any leading axes, and can have no bias", () => {
    const layer = new Linear(3, 2, { bias: false });
    expect(layer.bias).toBeNull();
    expect(Object.keys(layer.stateDict())).toEqual(["weight"]);
    expect(layer(zeros([4, 5, 3])).shape).toEqual([4, 5, 2]);
    expect(layer(zeros([3])).shape).toEqual([2]);
    expect(new Linear(2, 2, { dtype: "float64" }).weight.dtype).toBe("float64");
    expect(new Linear(0, 2)(zeros([1, 0])).shape).toEqual([1, 2]);
  });

  it("begins with uniform numbers between ±1 / √inFeatures", () => {
    manualSeed(1);
    const layer = new Linear(100, 200);
    for (const parameter of layer.parameters()) {
      const data = values(parameter);
      expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(0.1);
      expect(Math.max(...data)).toBeGreaterThan(0.095);
      expect(Math.min(...data)).toBeLessThan(-0.095);
      expect(parameter.requiresGrad).toBe(true);
      expect(parameter.isLeaf).toBe(true);
    }
    const data = values(layer.weight);
    // A uniform distribution's variance is a third of the squared bound; 20,000 draws are within 3 %.
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(variance).toBeGreaterThan(0.0097 / 3);
    expect(variance).toBeLessThan(0.0103 / 3);
  });

  it("refuses sizes that are no counts, and unknown options", () => {
    expect(() => new Linear(1.5, 2)).toThrow("[Linear] inFeatures is 1.5 · inFeatures is an integer, 0 or above");
    expect(() => new Linear(1, -2)).toThrow("[Linear] outFeatures is -2 · outFeatures is an integer, 0 or above");
    expect(() => new Linear(1, 2, false as never)).toThrow(
      "[Linear] options must be an object: got false · the options are bias, dtype, backend",
    );
    expect(() => new Linear(3, 2)(zeros([4, 5]))).toThrow(/\[linear\]/);
    // What these errors advise works.
    const layer = new Linear(3, 2);
    expect(() => layer(zeros([4, 3], { dtype: "int32" }))).toThrow('convert the int32 tensor: .to("float32")');
    expect(layer(zeros([4, 3], { dtype: "int32" }).to("float32")).shape).toEqual([4, 2]);
    expect(() => layer(zeros([4, 3], { dtype: "float64" }))).toThrow(
      'convert one to the type of the other: .to("float64") or .to("float32")',
    );
    expect(layer.to("float64")(zeros([4, 3], { dtype: "float64" })).dtype).toBe("float64");
  });
});

describe("activations", () => {
  const x = [-3, -1, -0.5, 0, 0.5, 1, 3];
  /** PyTorch's values and gradients. */
  const table: readonly (readonly [name: string, layer: () => Module, out: number[], gradient: number[]])[] = [
    ["ReLU()", () => new ReLU(), [0, 0, 0, 0, 0.5, 1, 3], [0, 0, 0, 0, 1, 1, 1]],
    [
      "Tanh()",
      () => new Tanh(),
      [-0.99505478, -0.76159418, -0.46211717, 0, 0.46211717, 0.76159418, 0.99505478],
      [0.0098659815, 0.4199743, 0.7864477, 1, 0.7864477, 0.4199743, 0.0098659815],
    ],
    [
      "Sigmoid()",
      () => new Sigmoid(),
      [0.047425874, 0.26894143, 0.37754068, 0.5, 0.62245935, 0.7310586, 0.95257413],
      [0.045176659, 0.19661194, 0.23500371, 0.25, 0.23500371, 0.19661193, 0.045176655],
    ],
    [
      'GELU(approximate="none")',
      () => new GELU(),
      [-0.0040498674, -0.15865529, -0.15426879, 0, 0.3457312, 0.84134471, 2.9959502],
      [-0.011945605, -0.083315432, 0.13250491, 0.5, 0.86749506, 1.0833154, 1.0119456],
    ],
    [
      'GELU(approximate="tanh")',
      () => new GELU({ approximate: "tanh" }),
      [-0.0036374331, -0.15880799, -0.154286, 0, 0.345714, 0.84119201, 2.9963627],
      [-0.011584297, -0.082964092, 0.13263011, 0.5, 0.86736989, 1.0829641, 1.0115843],
    ],
  ];

  it.each(table)("%s has PyTorch's values and gradients", (name, make, out, gradient) => {
    const input = new Tensor(x, { requiresGrad: true });
    const layer = make();
    expect(String(layer)).toBe(name);
    const y = layer(input);
    close(y, out);
    y.sum().backward();
    close(input.grad, gradient);
  });

  it("GELU refuses unknown approximations", () => {
    expect(() => new GELU({ approximate: "fast" as "tanh" })).toThrow(
      '[GELU] approximate is "fast" · approximate is "none" or "tanh"',
    );
  });

  it("Softmax and LogSoftmax have PyTorch's values", () => {
    // e / (e + e² + e³) and so on.
    close(new Softmax(-1)(new Tensor([[1, 2, 3]])), [0.09003057, 0.24472847, 0.66524096]);
    close(new LogSoftmax(0)(new Tensor([1, 2, 3])), [-2.407606, -1.407606, -0.407606]);
    expect(String(new Softmax(1))).toBe("Softmax(dim=1)");
    expect(String(new LogSoftmax(1))).toBe("LogSoftmax(dim=1)");
  });
});

describe("Identity and Flatten", () => {
  it("change only the shape", () => {
    const x = zeros([2, 3, 4]);
    expect(new Identity()(x)).toBe(x);
    expect(new Flatten()(x).shape).toEqual([2, 12]);
    expect(new Flatten(0, 1)(x).shape).toEqual([6, 4]);
    expect(String(new Flatten())).toBe("Flatten(startDim=1, endDim=-1)");
  });
});

describe("Dropout", () => {
  it("drops a fraction p, scales the rest, and uses the same mask for the gradient", () => {
    manualSeed(3);
    const x = ones([100, 100]).requiresGrad_();
    const y = new Dropout(0.25)(x);
    const data = values(y);
    const kept = data.filter((value) => value !== 0);
    expect(new Set(kept.map((value) => value.toFixed(5)))).toEqual(new Set(["1.33333"]));
    // 10,000 draws: within 4 standard deviations, √(0.25 · 0.75 / 10,000) each.
    expect(Math.abs(kept.length / 10000 - 0.75)).toBeLessThan(0.0174);
    y.mul(3).sum().backward();
    expect(values(x.grad)).toEqual(data.map((value) => Math.fround(3 * value)));
  });

  it("draws new numbers every time, and the same ones after the same seed", () => {
    const x = ones([64]);
    const layer = new Dropout();
    manualSeed(5);
    const first = values(layer(x));
    const second = values(layer(x));
    expect(second).not.toEqual(first);
    manualSeed(5);
    expect(values(layer(x))).toEqual(first);
  });

  it("returns its input in eval, and accepts p = 0 and p = 1", () => {
    const x = new Tensor([1, 2], { requiresGrad: true });
    expect(new Dropout().eval()(x)).toBe(x);
    expect(values(new Dropout(0)(x))).toEqual([1, 2]);
    const none = new Dropout(1)(x);
    expect(values(none)).toEqual([0, 0]);
    none.sum().backward();
    expect(values(x.grad)).toEqual([0, 0]);
  });

  it("refuses bad arguments", () => {
    for (const p of [-0.1, 1.1, Number.NaN]) {
      expect(() => new Dropout(p)).toThrow(`[Dropout] p is ${p} · p is a number from 0 to 1`);
    }
    expect(() => functional.dropout(new Tensor([1], { dtype: "int32" }))).toThrow(
      '[dropout] the input is int32 · the input is float32 or float64 · convert it: .to("float32")',
    );
    expect(String(new Dropout(0.1))).toBe("Dropout(p=0.1)");
  });
});

describe("Sequential of layers", () => {
  it("prints as PyTorch's", () => {
    expect(String(new Sequential(new Linear(1, 8), new ReLU()))).toBe(
      "Sequential(\n  (0): Linear(inFeatures=1, outFeatures=8, bias=true)\n  (1): ReLU()\n)",
    );
  });

  it("can be trained: the loss falls, and no storage is left", () => {
    manualSeed(0);
    const net = new Sequential(new Linear(2, 16), new Tanh(), new Linear(16, 1));
    const criterion = new HuberLoss();
    const x = new Tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const y = new Tensor([[0], [1], [1], [0]]);
    const step = (): number => {
      net.zeroGrad();
      const loss = criterion(net(x), y);
      loss.backward();
      noGrad(() => {
        for (const parameter of net.parameters()) parameter.sub_(parameter.grad!.mul(0.5));
      });
      return loss.item();
    };
    const first = step();
    let last = first;
    for (let i = 0; i < 500; i++) last = step();
    expect(last).toBeLessThan(first / 10);
  });

  it("frees every activation without user code in between", () => {
    const net = new Sequential(
      new Linear(4, 64),
      new ReLU(),
      new Identity(),
      new Linear(64, 64),
      new Flatten(),
      new Tanh(),
    );
    const x = ones([8, 4]);
    noGrad(() => {
      net(x).dispose();
      const before = memory().storages;
      const y = net(x);
      expect(memory().storages).toBe(before + 1);
      y.dispose();
      expect(memory().storages).toBe(before);
    });
    const before = memory().storages;
    const loss = net(x).sum();
    loss.backward();
    net.zeroGrad();
    // The output of the net and the loss, which user code can name.
    expect(memory().storages).toBe(before + 2);
  });
});

describe("init", () => {
  it("calculateGain is PyTorch's", () => {
    expect(init.calculateGain("linear")).toBe(1);
    expect(init.calculateGain("sigmoid")).toBe(1);
    expect(init.calculateGain("tanh")).toBeCloseTo(1.6666666666666667, 12);
    expect(init.calculateGain("relu")).toBeCloseTo(1.4142135623730951, 12);
    expect(init.calculateGain("selu")).toBe(0.75);
    expect(init.calculateGain("leakyRelu", 0.2)).toBeCloseTo(1.3867504905630728, 12);
    expect(init.calculateGain("leakyRelu")).toBeCloseTo(1.4141428569978354, 12);
    expect(() => init.calculateGain("swish" as "relu")).toThrow('[calculateGain] nonlinearity is "swish"');
  });

  it("fills tensors in place without recording, and returns them", () => {
    const { weight } = new Linear(3, 2);
    expect(init.constant_(weight, 0.5)).toBe(weight);
    expect(values(weight)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(values(init.zeros_(weight))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(values(init.ones_(weight))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(values(init.normal_(weight, 3, 0))).toEqual([3, 3, 3, 3, 3, 3]);
    expect(values(init.uniform_(weight, 2, 2))).toEqual([2, 2, 2, 2, 2, 2]);
    expect(weight.isLeaf).toBe(true);
    expect(weight.requiresGrad).toBe(true);
  });

  // fanIn = 40 · 3 · 5 = 600, fanOut = 60 · 3 · 5 = 900; expected deviations by PyTorch's formulas.
  it.each([
    ["xavierUniform_", (t: Tensor) => init.xavierUniform_(t, 2), 2 * Math.sqrt(2 / 1500), true],
    ["xavierNormal_", (t: Tensor) => init.xavierNormal_(t), Math.sqrt(2 / 1500), false],
    ["kaimingUniform_", (t: Tensor) => init.kaimingUniform_(t), Math.sqrt(2 / 600), true],
    [
      "kaimingUniform_ by fanOut",
      (t: Tensor) => init.kaimingUniform_(t, { a: Math.sqrt(5), mode: "fanOut" }),
      Math.sqrt(1 / 3 / 900),
      true,
    ],
    ["kaimingNormal_", (t: Tensor) => init.kaimingNormal_(t, { nonlinearity: "tanh" }), 5 / 3 / Math.sqrt(600), false],
  ] as const)("%s", (_, fill, deviation, uniform) => {
    manualSeed(2);
    const data = values(fill(zeros([60, 40, 3, 5])));
    const found = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    expect(found / deviation).toBeGreaterThan(0.98);
    expect(found / deviation).toBeLessThan(1.02);
    const largest = Math.max(...data.map(Math.abs)) / (deviation * Math.sqrt(3));
    if (uniform) {
      expect(largest).toBeLessThanOrEqual(1.000001);
      expect(largest).toBeGreaterThan(0.99);
    } else expect(largest).toBeGreaterThan(1.5);
  });

  it("refuses tensors with fewer than two dimensions, and unknown modes", () => {
    expect(() => init.kaimingUniform_(zeros([3]))).toThrow(
      "[kaimingUniform_] the tensor has shape [3] · at least two dimensions are needed, those of the outputs and of the inputs",
    );
    expect(() => init.xavierNormal_(zeros([3]))).toThrow("[xavierNormal_] the tensor has shape [3]");
    expect(() => init.kaimingNormal_(zeros([3, 3]), { mode: "fan_in" as "fanIn" })).toThrow(
      '[kaimingNormal_] mode is "fan_in" · mode is "fanIn" or "fanOut" · did you mean "fanIn"?',
    );
    expect(init.kaimingUniform_(zeros([2, 0])).shape).toEqual([2, 0]);
  });
});
