import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { CrossEntropyLoss, type CrossEntropyOptions, functional } from "../index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

const values = (x: Tensor | null): number[] => Array.from(x!.dataSync());

function close(actual: Tensor | null, expected: readonly number[]): void {
  const found = values(actual);
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
}

const scores = [
  [0.5, -1, 2],
  [1.5, 0.25, -0.75],
  [-0.5, 0, 1],
  [3, -2, 0.5],
];
const weight = [0.5, 2, 1.25];
const classes = (data: readonly unknown[]): Tensor => new Tensor(data as number[], { dtype: "int32" });
const probabilities = [
  [0.1, 0.2, 0.7],
  [1, 0, 0],
  [0.3, 0.3, 0.4],
  [0, 0.5, 0.5],
];

interface Row {
  readonly name: string;
  readonly target: () => Tensor;
  readonly options: () => CrossEntropyOptions;
  readonly none: readonly number[];
  readonly mean: number;
  readonly sum: number;
  readonly gradient: readonly number[];
}

/** From PyTorch 1.13; the gradient is that of the mean. */
const table: readonly Row[] = [
  {
    name: "classes",
    target: () => classes([2, 0, 1, 0]),
    options: () => ({}),
    none: [0.24131133, 0.33067259, 1.4643688, 0.085097261],
    mean: 0.53036255,
    sum: 2.1214502,
    gradient: [
      0.043822598, 0.0097781429, -0.053600743, -0.070389912, 0.051459149, 0.018930765, 0.035061095, -0.19219403,
      0.15713292, -0.020394266, 0.0015470712, 0.018847186,
    ],
  },
  {
    name: "weighted classes",
    target: () => classes([2, 0, 1, 0]),
    options: () => ({ weight: new Tensor(weight) }),
    none: [0.30163917, 0.1653363, 2.9287376, 0.04254863],
    mean: 0.80900276,
    sum: 3.4382617,
    gradient: [
      0.051555999, 0.011503698, -0.063059703, -0.033124663, 0.024216071, 0.008908595, 0.065997355, -0.36177701,
      0.29577962, -0.0095973015, 0.00072803348, 0.0088692643,
    ],
  },
  {
    name: "ignored classes",
    target: () => classes([2, 0, -100, 0]),
    options: () => ({}),
    none: [0.24131133, 0.33067259, 0, 0.085097261],
    mean: 0.21902706,
    sum: 0.65708119,
    gradient: [
      0.058430132, 0.013037524, -0.07146766, -0.09385322, 0.068612203, 0.025241021, 0, 0, 0, -0.027192354, 0.0020627617,
      0.025129583,
    ],
  },
  {
    name: "weighted classes, one of them ignored",
    target: () => classes([2, 1, 1, 0]),
    options: () => ({ weight: new Tensor(weight), ignoreIndex: 1 }),
    none: [0.30163917, 0, 0, 0.04254863],
    mean: 0.19667874,
    sum: 0.3441878,
    gradient: [0.12520742, 0.027937552, -0.15314499, 0, 0, 0, 0, 0, 0, -0.023307733, 0.0017680814, 0.021539642],
  },
  {
    name: "smoothed classes",
    target: () => classes([2, 0, 1, 0]),
    options: () => ({ labelSmoothing: 0.1 }),
    none: [0.39131135, 0.44733927, 1.4477022, 0.33509728],
    mean: 0.65536255,
    sum: 2.6214502,
    gradient: [
      0.035489265, 0.0014448091, -0.036934078, -0.053723246, 0.043125816, 0.010597431, 0.026727762, -0.17552736,
      0.14879958, -0.0037276, -0.0067862626, 0.010513852,
    ],
  },
  {
    name: "smoothed, weighted and ignored classes",
    target: () => classes([2, -100, 1, 0]),
    options: () => ({ weight: new Tensor(weight), labelSmoothing: 0.2 }),
    none: [0.75163913, 0, 2.6424158, 0.93031329],
    mean: 1.1531649,
    sum: 4.324368,
    gradient: [
      0.049541242, -0.022518031, -0.027023219, 0, 0, 0, 0.060298339, -0.34815177, 0.28785342, 0.043637753, -0.034482919,
      -0.0091548404,
    ],
  },
  {
    name: "probabilities",
    target: () => new Tensor(probabilities),
    options: () => ({}),
    none: [0.99131131, 0.33067259, 1.2143688, 3.8350973],
    mean: 1.5928625,
    sum: 6.3714499,
    gradient: [
      0.018822597, -0.040221859, 0.02139926, -0.070389912, 0.051459149, 0.018930765, -0.039938908, -0.017194033,
      0.057132922, 0.22960573, -0.12345293, -0.10615282,
    ],
  },
  {
    name: "smoothed, weighted probabilities",
    target: () => new Tensor(probabilities),
    options: () => ({ weight: new Tensor(weight), labelSmoothing: 0.1 }),
    none: [1.6904277, 0.3672201, 1.4146278, 6.4788418],
    mean: 2.4877796,
    sum: 9.9511185,
    gradient: [
      0.042319607, -0.09378396, 0.051464342, -0.013390858, 0.012922346, 0.00046852374, 0.0059097009, -0.079409212,
      0.073499493, 0.3603324, -0.23921068, -0.12112175,
    ],
  },
];

describe.each(table)("CrossEntropyLoss of $name", ({ target, options, none, mean, sum, gradient }) => {
  it("has PyTorch's values", () => {
    const input = new Tensor(scores);
    close(new CrossEntropyLoss({ ...options(), reduction: "none" })(input, target()), none);
    close(new CrossEntropyLoss({ ...options(), reduction: null })(input, target()), none);
    close(new CrossEntropyLoss({ ...options(), reduction: "sum" })(input, target()), [sum]);
    close(functional.crossEntropy(input, target(), options()), [mean]);
  });

  it("has PyTorch's gradient", () => {
    const input = new Tensor(scores, { requiresGrad: true });
    new CrossEntropyLoss(options())(input, target()).backward();
    close(input.grad, gradient);
  });
});

describe("CrossEntropyLoss", () => {
  it("accepts further axes", () => {
    const data = Array.from({ length: 24 }, (_, i) => Math.sin(Math.fround(Math.fround(i) * Math.fround(0.37))));
    const input = new Tensor(data).reshape([2, 3, 2, 2]).requiresGrad_();
    const target = classes([
      [
        [0, 1],
        [2, 0],
      ],
      [
        [1, -100],
        [2, 2],
      ],
    ]);
    const options = { weight: new Tensor(weight) };
    const none = new CrossEntropyLoss({ ...options, reduction: "none" })(input, target);
    expect(none.shape).toEqual([2, 2, 2]);
    close(none, [0.79513156, 1.2476888, 2.6150308, 0.31375501, 3.2382629, 0, 0.67095542, 0.94215065]);
    const mean = new CrossEntropyLoss(options)(input, target);
    close(mean, [1.1226258]);
    mean.backward();
    close(
      input.grad,
      [
        -0.045493029, 0.067245133, 0.058788408, -0.026633168, 0.031537339, -0.1060845, 0.066434883, 0.021039255,
        0.013955695, 0.038839374, -0.12522329, 0.0055939113, 0.024651555, 0, 0.013105849, 0.015587321, -0.18329814, 0,
        0.046231739, 0.060039483, 0.15864658, 0, -0.059337594, -0.075626805,
      ],
    );
    close(functional.crossEntropy(input, input.detach().mul(2).softmax(1), options), [1.0294554]);
  });

  it("accepts one score vector without a batch", () => {
    const input = new Tensor([0.5, -1, 2]);
    close(functional.crossEntropy(input, classes([1]).reshape([])), [3.2413113]);
    const none = functional.crossEntropy(input, classes([1]).reshape([]), { reduction: "none" });
    expect(none.shape).toEqual([]);
    close(none, [3.2413113]);
    close(functional.crossEntropy(input, new Tensor([0.2, 0.3, 0.5])), [1.4413114]);
  });

  it("is NaN if no target counts, and 0 with the reduction sum", () => {
    const input = new Tensor(scores, { requiresGrad: true });
    const target = classes([-100, -100, -100, -100]);
    expect(values(functional.crossEntropy(input, target))).toEqual([NaN]);
    expect(values(functional.crossEntropy(input, target, { reduction: "sum" }))).toEqual([0]);
    expect(values(functional.crossEntropy(input, target, { reduction: "none" }))).toEqual([0, 0, 0, 0]);
    expect(values(functional.crossEntropy(new Tensor(new Float32Array(0)).reshape([0, 3]), classes([])))).toEqual([
      NaN,
    ]);
  });

  it("is finite if other classes are impossible", () => {
    const input = new Tensor([[0, Number.NEGATIVE_INFINITY, 1]]);
    close(functional.crossEntropy(input, classes([2])), [0.31326166]);
  });

  it("nllLoss takes log-probabilities", () => {
    const logs = new Tensor(scores).logSoftmax(1);
    close(functional.nllLoss(logs, classes([2, 0, 1, 0]), { weight: new Tensor(weight) }), [0.80900276]);
    close(
      functional.nllLoss(logs, classes([2, 0, 1, 0]), { reduction: "none" }),
      [0.24131133, 0.33067259, 1.4643688, 0.085097261],
    );
  });

  it("has its weight in the state dict", () => {
    const criterion = new CrossEntropyLoss({ weight: new Tensor(weight) });
    expect(Object.keys(criterion.stateDict())).toEqual(["weight"]);
    expect(criterion.parameters()).toEqual([]);
    expect(String(criterion)).toBe('CrossEntropyLoss(reduction="mean", ignoreIndex=-100, labelSmoothing=0)');
  });

  it("refuses classes that do not exist", () => {
    const input = new Tensor(scores);
    for (const reduction of ["none", "sum", "mean"] as const) {
      expect(() => functional.crossEntropy(input, classes([0, 3, 0, 0]), { reduction })).toThrow(
        "[crossEntropy] index 3 is out of range for size 3",
      );
      expect(() => functional.crossEntropy(input, classes([0, -1, 0, 0]), { reduction })).toThrow(
        "[crossEntropy] index -1 is out of range for size 3",
      );
    }
  });

  it("names the arguments that do not fit", () => {
    const input = new Tensor(scores);
    const { crossEntropy, nllLoss } = functional;
    expect(() => crossEntropy(input, classes([0, 1]))).toThrow(
      "[crossEntropy] target [2] does not fit input [4, 3] · " +
        "class indices have the input's shape without the dimension of the classes: [4]",
    );
    expect(() => crossEntropy(input, new Tensor([0, 1, 2, 0]))).toThrow(
      '[crossEntropy] class indices cannot be float32 · class indices are int32 · make them so: tensor([0, 1, 2], { dtype: "int32" })',
    );
    expect(() => crossEntropy(input, classes(scores))).toThrow(
      "[crossEntropy] the target is int32 · a target of the input's shape holds probabilities, which are float32 or float64",
    );
    expect(() => crossEntropy(input, new Tensor(probabilities), { ignoreIndex: 1 })).toThrow(
      "[crossEntropy] ignoreIndex is 1 · only targets that are class indices can be ignored",
    );
    expect(() => crossEntropy(classes([[1]]), classes([0]))).toThrow(
      '[crossEntropy] the input is int32 · the input is float32 or float64 · convert it: .to("float32")',
    );
    expect(() => crossEntropy(new Tensor(1), classes([0]))).toThrow("[crossEntropy] the input has no dimensions: []");
    expect(() => nllLoss(input, classes([0, 0, 0, 0]), { weight: new Tensor([1, 2]) })).toThrow(
      "[nllLoss] the weight is [2] for 3 classes · it has one number per class",
    );
    expect(() => nllLoss(input, classes([0, 0, 0, 0]), { weight: new Tensor(new Float64Array(3)) })).toThrow(
      '[nllLoss] the weight is float64, the input float32 · both have one type · convert the weight: .to("float32")',
    );
    expect(() => new CrossEntropyLoss({ labelSmoothing: 1.5 })).toThrow(
      "[CrossEntropyLoss] labelSmoothing is 1.5 · labelSmoothing is a number from 0 to 1",
    );
    expect(() => new CrossEntropyLoss({ ignoreIndex: 0.5 })).toThrow(
      "[CrossEntropyLoss] ignoreIndex is 0.5 · ignoreIndex is an integer",
    );
    expect(() => new CrossEntropyLoss({ reduction: "all" as "sum" })).toThrow(
      '[CrossEntropyLoss] unknown reduction "all"',
    );
    expect(() => new CrossEntropyLoss({ weight: [1, 2] as unknown as Tensor })).toThrow(
      "[CrossEntropyLoss] the weight is not a tensor",
    );
  });
});
