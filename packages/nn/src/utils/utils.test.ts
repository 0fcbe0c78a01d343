/** The functions of `utils`, held to numbers computed by hand. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { allclose, equal, manualSeed, matmul, setDefaultBackend, type Tensor, tensor, zeros } from "@lucid/tensor";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Linear, Module, Parameter, ReLU, Sequential, utils } from "../index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));
beforeEach(() => manualSeed(3));

const { parametrize, prune } = utils;

/** A parameter with a gradient. */
function withGradient(gradient: readonly number[]): Parameter {
  const parameter = new Parameter(gradient.map(() => 0));
  parameter.grad = tensor(gradient);
  return parameter;
}

/** A linear layer with a known weight and a bias of zeros. */
function linear(weight: readonly (readonly number[])[]): Linear {
  const layer = new Linear(weight[0]!.length, weight.length);
  layer.loadStateDict({ weight: tensor(weight), bias: zeros([weight.length]) });
  return layer;
}

const values = (x: Tensor | null | undefined): unknown => x?.detach().arraySync();

describe("clipGradNorm_", () => {
  it("scales all gradients by one factor, and returns the norm that they had", () => {
    const [a, b, without] = [withGradient([3, 0]), withGradient([0, 4]), new Parameter([1])];
    const norm = utils.clipGradNorm_([a, b, without], 2.5);
    expect(norm.item()).toBe(5);
    expect(allclose(a.grad!, tensor([1.5, 0]))).toBe(true);
    expect(allclose(b.grad!, tensor([0, 2]))).toBe(true);
  });

  it("changes nothing where the norm is small", () => {
    const a = withGradient([3, 4]);
    utils.clipGradNorm_(a, 6);
    expect(values(a.grad)).toEqual([3, 4]);
  });

  it("knows norms of other degrees", () => {
    expect(utils.clipGradNorm_([withGradient([3, -4]), withGradient([5])], 100, { normType: 1 }).item()).toBeCloseTo(
      12,
      5,
    );
    expect(utils.clipGradNorm_([withGradient([3, -4]), withGradient([2])], 100, { normType: Infinity }).item()).toBe(4);
    expect(utils.clipGradNorm_([withGradient([3]), withGradient([4, 5])], 100, { normType: 3 }).item()).toBeCloseTo(
      6,
      5,
    );
    expect(utils.clipGradNorm_([], 1).item()).toBe(0);
  });

  it("refuses a norm that is not finite where that is asked for, and changes nothing", async () => {
    const a = withGradient([Number.NaN, 1]);
    const options = { errorIfNonfinite: true };
    const message = "the norm of degree 2 of the gradients is NaN";
    expect(() => utils.clipGradNorm_([a], 1, options)).toThrow(`[clipGradNorm_] ${message}`);
    await expect(utils.clipGradNormAsync_([a], 1, options)).rejects.toThrow(`[clipGradNormAsync_] ${message}`);
    expect(values(a.grad)).toEqual([Number.NaN, 1]);
    const b = withGradient([30, 40]);
    expect((await utils.clipGradNormAsync_([b], 5, options)).item()).toBe(50);
    expect(allclose(b.grad!, tensor([3, 4]))).toBe(true);
  });
});

it("clipGradValue_ limits every element", () => {
  const a = withGradient([-3, 0.5, 2]);
  utils.clipGradValue_([a, new Parameter([1])], 1);
  expect(values(a.grad)).toEqual([-1, 0.5, 1]);
});

describe("parametersToVector and vectorToParameters", () => {
  it("undo each other, and gradients flow through the first", () => {
    const layer = linear([
      [1, 2],
      [3, 4],
    ]);
    const vector = utils.parametersToVector(layer.parameters());
    expect(values(vector)).toEqual([1, 2, 3, 4, 0, 0]);
    vector.square().sum().backward();
    expect(values(layer.weight.grad)).toEqual([
      [2, 4],
      [6, 8],
    ]);
    utils.vectorToParameters(vector.detach().add(1), layer.parameters());
    expect(values(layer.weight)).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect(() => utils.vectorToParameters(zeros([5]), layer.parameters())).toThrow(
      "[vectorToParameters] the vector is [5]",
    );
  });
});

describe("weightNorm", () => {
  it("trains direction and length, and gives the same outputs", () => {
    const layer = utils.weightNorm(
      linear([
        [3, 4],
        [0, 2],
      ]),
    );
    const state = layer.stateDict();
    expect(Object.keys(state)).toEqual(["bias", "weight_g", "weight_v"]);
    expect(values(state.weight_g)).toEqual([[5], [2]]);
    expect(values(layer(tensor([1, 1])))).toEqual([7, 2]);
    // A length that is twice as large gives a weight that is.
    layer.loadStateDict({ ...state, weight_g: tensor([[10], [2]]) });
    const y = layer(tensor([1, 1]));
    expect(values(y)).toEqual([14, 2]);
    y.sum().backward();
    // d/dg of g · (v · x) / ‖v‖
    const gradients = new Map(layer.namedParameters());
    expect(allclose(gradients.get("weight_g")!.grad!, tensor([[7 / 5], [1]]))).toBe(true);
  });

  it("has one length for all where dim is null, and is removed again", () => {
    const layer = utils.weightNorm(linear([[3, 4]]), { dim: null });
    expect(layer.stateDict().weight_g!.item()).toBe(5);
    expect(() => utils.weightNorm(layer)).toThrow("[weightNorm]");
    utils.removeWeightNorm(layer);
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight"]);
    expect(values(layer.weight)).toEqual([[3, 4]]);
    expect(() => utils.removeWeightNorm(layer)).toThrow('[removeWeightNorm] "weight" is not normalized');
  });
});

describe("spectralNorm", () => {
  it("divides by the largest singular value", () => {
    const layer = utils.spectralNorm(
      linear([
        [3, 0],
        [0, 1],
      ]),
      { nPowerIterations: 30 },
    );
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight_orig", "weight_u", "weight_v"]);
    const y = layer(tensor([1, 1]));
    expect(allclose(y, tensor([1, 1 / 3]), { atol: 1e-5 })).toBe(true);
    y.sum().backward();
    // σ = 3 depends on the first element alone: d(w₀₀ / σ) = 0 there, and d(w₁₁ / σ)/dw₀₀ = −1/9.
    const weight = new Map(layer.namedParameters()).get("weight_orig")!;
    expect(
      allclose(
        weight.grad!,
        tensor([
          [-1 / 9, 1 / 3],
          [1 / 3, 1 / 3],
        ]),
        { atol: 1e-4 },
      ),
    ).toBe(true);
    layer.eval();
    const before = values(layer.stateDict().weight_u);
    layer(tensor([1, 1]));
    expect(values(layer.stateDict().weight_u)).toEqual(before);
    utils.removeSpectralNorm(layer);
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight"]);
    expect(
      allclose(
        layer.weight,
        tensor([
          [1, 0],
          [0, 1 / 3],
        ]),
        { atol: 1e-5 },
      ),
    ).toBe(true);
  });
});

class Symmetric extends Module {
  forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).t());
  }

  rightInverse(x: Tensor): Tensor {
    return x.triu();
  }
}

class Doubled extends Module {
  forward(x: Tensor): Tensor {
    return x.mul(2);
  }
}

describe("parametrize", () => {
  const weight = [
    [1, 2],
    [2, 5],
  ];

  it("makes a tensor the result of a function of the one that is trained", () => {
    const layer = parametrize.registerParametrization(linear(weight), "weight", new Symmetric());
    expect(parametrize.isParametrized(layer)).toBe(true);
    expect(parametrize.isParametrized(layer, "bias")).toBe(false);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(["bias", "parametrizations.weight.original"]);
    expect(values(layer.stateDict()["parametrizations.weight.original"])).toEqual([
      [1, 2],
      [0, 5],
    ]);
    expect(values(layer(tensor([1, 1])))).toEqual([3, 7]);
    layer(tensor([1, 1]))
      .sum()
      .backward();
    // The element beside the diagonal counts twice.
    expect(values(new Map(layer.namedParameters()).get("parametrizations.weight.original")!.grad)).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });

  it("applies several in their order, takes values by the right inverse, and is removed", () => {
    const layer = parametrize.registerParametrization(linear(weight), "weight", new Symmetric());
    (layer as unknown as { weight: Tensor }).weight = tensor([
      [0, 7],
      [7, 0],
    ]);
    expect(values(layer.weight)).toEqual([
      [0, 7],
      [7, 0],
    ]);
    parametrize.registerParametrization(layer, "weight", new Doubled());
    expect(values(layer.weight)).toEqual([
      [0, 14],
      [14, 0],
    ]);
    expect(() => {
      (layer as unknown as { weight: Tensor }).weight = zeros([2, 2]);
    }).toThrow("[parametrize] Doubled has no rightInverse");
    parametrize.removeParametrizations(layer, "weight");
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight"]);
    expect(values(layer.weight)).toEqual([
      [0, 14],
      [14, 0],
    ]);
    expect(parametrize.isParametrized(layer)).toBe(false);
  });

  it("computes once while cached runs", () => {
    const layer = parametrize.registerParametrization(linear(weight), "weight", new Symmetric());
    expect(layer.weight).not.toBe(layer.weight);
    parametrize.cached(() => expect(layer.weight).toBe(layer.weight));
    expect(layer.weight).not.toBe(layer.weight);
  });

  it("refuses what changes the shape, and changes nothing", () => {
    class First extends Module {
      forward(x: Tensor): Tensor {
        return x.select(0, 0);
      }
    }
    const layer = linear(weight);
    expect(() => parametrize.registerParametrization(layer, "weight", new First())).toThrow(
      "[registerParametrization] float32 [2, 2] would become float32 [2]",
    );
    expect(Object.keys(layer.stateDict())).toEqual(["weight", "bias"]);
  });
});

describe("prune", () => {
  it("sets the smallest elements to 0, which stay 0 in training", () => {
    const layer = prune.l1Unstructured(linear([[1, -2, 0.5, 3]]), "weight", 0.5);
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight_orig", "weight_mask"]);
    expect(values(layer.stateDict().weight_mask)).toEqual([[0, 1, 0, 1]]);
    layer(tensor([1, 1, 1, 1]))
      .sum()
      .backward();
    expect(values(new Map(layer.namedParameters()).get("weight_orig")!.grad)).toEqual([[0, 1, 0, 1]]);
    expect(prune.isPruned(new Sequential(layer, new ReLU()))).toBe(true);
    // The next share is of what is left.
    prune.l1Unstructured(layer, "weight", 0.5);
    expect(values(layer.weight)).toEqual([[0, -0, 0, 3]]);
    prune.remove(layer, "weight");
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight"]);
    expect(values(layer.weight)).toEqual([[0, -0, 0, 3]]);
    expect(prune.isPruned(layer)).toBe(false);
  });

  it("goes by scores of one's own", () => {
    const importanceScores = tensor([[4, 3, 2, 1]]);
    const layer = prune.l1Unstructured(linear([[1, 2, 3, 4]]), "weight", 3, { importanceScores });
    expect(values(layer.weight)).toEqual([[1, 0, 0, 0]]);
  });

  it("prunes slices by their norms", () => {
    const rows = prune.lnStructured(
      linear([
        [1, -2],
        [0.5, 3],
      ]),
      "weight",
      1,
      2,
      0,
    );
    expect(values(rows.weight)).toEqual([
      [0, -0],
      [0.5, 3],
    ]);
    const columns = prune.randomStructured(linear([[1, 2, 3, 4]]), "weight", 0.5, 1);
    expect(columns.weight.eq(0).sum().item()).toBe(2);
  });

  it("prunes over several modules together", () => {
    const [a, b] = [linear([[1, 2]]), linear([[0.5, 0.25]])];
    prune.globalUnstructured(
      [
        [a, "weight"],
        [b, "weight"],
      ],
      2,
    );
    expect(values(a.weight)).toEqual([[1, 2]]);
    expect(values(b.weight)).toEqual([[0, 0]]);
  });

  it("takes a mask, joins it to the one before, and names wrong amounts", () => {
    const layer = prune.customFromMask(linear([[1, 2, 3]]), "weight", tensor([[1, 0, 1]]));
    prune.customFromMask(layer, "weight", tensor([[0, 1, 1]]));
    expect(values(layer.weight)).toEqual([[0, 0, 3]]);
    expect(() => prune.randomUnstructured(layer, "weight", 7)).toThrow("[randomUnstructured] the amount is 7");
    expect(() => prune.identity(layer, "nothing")).toThrow('[identity] Linear has no parameter "nothing"');
    expect(equal(matmul(layer.weight, tensor([1, 1, 1])), tensor([3]))).toBe(true);
  });
});
