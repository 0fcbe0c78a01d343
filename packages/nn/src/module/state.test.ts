import { createCpuBackend } from "@lucid/backend-cpu";
import { scope, setDefaultBackend, Tensor } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Buffer, Module, Parameter } from "../index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

const values = (x: Tensor | null): number[] => Array.from(x!.dataSync());

class Part extends Module {
  static readonly stateNames = { runningMean: "running_mean" };
  weight = new Parameter([
    [1, 2],
    [3, 4],
  ]);
  bias = new Parameter([5, 6]);
  runningMean = new Buffer([7]);
  steps = new Buffer([0], { persistent: false });
  counter = new Buffer(new Tensor([9], { dtype: "int32" }));
  forward(x: Tensor): Tensor {
    return x.mul(this.weight).add(this.bias);
  }
}

class Whole extends Module {
  parts = [new Part(), new Part()];
  forward(x: Tensor): Tensor {
    return this.parts[1]!(this.parts[0]!(x));
  }
}

describe("Parameter", () => {
  it("copies data, shares tensors, refuses integers", () => {
    const source = new Tensor([1, 2]);
    const parameter = new Parameter(source);
    expect(parameter.storage).toBe(source.storage);
    expect(parameter).toBeInstanceOf(Tensor);
    expect([parameter.requiresGrad, parameter.isLeaf]).toEqual([true, true]);
    expect(new Parameter([1], false).requiresGrad).toBe(false);
    expect(() => new Parameter(new Tensor([1], { dtype: "int32" }))).toThrow(
      "[Parameter] a parameter cannot be int32 · parameters have a floating type · " +
        "use new Buffer(…) for state that is not trained",
    );
    const computed = new Parameter(parameter.mul(2));
    expect(computed.isLeaf).toBe(true);
  });

  it("survives a scope, and is freed when it is disposed", () => {
    const part = scope(() => {
      const made = new Part();
      return { made };
    }).made;
    expect(values(part.weight)).toEqual([1, 2, 3, 4]);
    expect(values(part.runningMean)).toEqual([7]);
    part.weight.dispose();
    part.weight.dispose();
    expect(part.weight.storage.freed).toBe(true);
    expect(() => part.weight.dataSync()).toThrow(/disposed/);
  });
});

describe("stateDict", () => {
  it("shares the module's memory", () => {
    const part = new Part();
    const dict = part.stateDict();
    expect(Object.keys(dict)).toEqual(["weight", "bias", "running_mean", "counter"]);
    expect(dict.weight!.storage).toBe(part.weight.storage);
    expect(dict.weight!.requiresGrad).toBe(false);
  });

  it("can be saved and loaded", () => {
    const [a, b] = [new Whole(), new Whole()];
    const changed = Object.fromEntries(
      Object.entries(a.stateDict()).map(([name, tensor]) => [name, tensor.mul(10)] as const),
    );
    const { weight } = b.parts[0]!;
    expect(b.loadStateDict(changed)).toEqual({ missing: [], unexpected: [] });
    expect(b.parts[0]!.weight).toBe(weight);
    expect(values(weight)).toEqual([10, 20, 30, 40]);
    expect(values(b.parts[1]!.counter)).toEqual([90]);
    expect([weight.requiresGrad, weight.isLeaf]).toEqual([true, true]);
    a.loadStateDict(b.stateDict());
    expect(values(a.parts[1]!.bias)).toEqual([50, 60]);
  });

  it("names every mismatch in one error and changes nothing", () => {
    const part = new Part();
    let error: unknown;
    try {
      part.loadStateDict({
        weight: new Tensor([9, 9]),
        bias: new Tensor([8, 8]),
        counter: new Tensor([1]),
        extra: new Tensor([1]),
        other: new Tensor([1]),
      });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({
      name: "StateError",
      message:
        '[Part.loadStateDict] the state does not fit: missing "running_mean"; unexpected "extra", "other"; ' +
        '"weight" has shape [2], not [2, 2]; "counter" is float32, not int32 · nothing was loaded',
      missing: ["running_mean"],
      unexpected: ["extra", "other"],
    });
    expect(values(part.bias)).toEqual([5, 6]);
    expect(() => part.loadStateDict({ ...part.stateDict(), extra: new Tensor([1]) })).toThrow(
      '[Part.loadStateDict] the state does not fit: unexpected "extra" · nothing was loaded · ' +
        "pass { strict: false } to load what matches",
    );
    expect(() => part.loadStateDict({ ...part.stateDict(), bias: 3 as unknown as Tensor })).toThrow(
      '"bias" is not a tensor',
    );
  });

  it("loads what matches if it is not strict, but never other shapes", () => {
    const part = new Part();
    const result = part.loadStateDict({ bias: new Tensor([8, 8]), extra: new Tensor([1]) }, { strict: false });
    expect(result).toEqual({ missing: ["weight", "running_mean", "counter"], unexpected: ["extra"] });
    expect(values(part.bias)).toEqual([8, 8]);
    expect(() => part.loadStateDict({ bias: new Tensor([1]) }, { strict: false })).toThrow(
      '"bias" has shape [1], not [2]',
    );
  });

  it("loads tensors of the module itself, exchanged", () => {
    class Two extends Module {
      a = new Parameter([1]);
      b = new Parameter([2]);
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const two = new Two();
    const { a, b } = two.stateDict();
    two.loadStateDict({ a: b!, b: a! });
    expect([values(two.a), values(two.b)]).toEqual([[2], [1]]);
  });
});

describe("to", () => {
  it("converts floating state in place, gradients too", () => {
    const part = new Part();
    const { weight } = part;
    part(new Tensor([1, 1]))
      .sum()
      .backward();
    expect(part.to("float64")).toBe(part);
    expect(part.weight).toBe(weight);
    expect([weight.dtype, weight.grad!.dtype, part.runningMean.dtype, part.counter.dtype]).toEqual([
      "float64",
      "float64",
      "float64",
      "int32",
    ]);
    expect(values(weight)).toEqual([1, 2, 3, 4]);
    expect(values(weight.grad)).toEqual([1, 1, 1, 1]);
    part.zeroGrad();
    part(new Tensor(new Float64Array([1, 2])))
      .sum()
      .backward();
    expect(values(weight.grad)).toEqual([1, 2, 1, 2]);
    expect(() => part.to("int32")).toThrow(
      '[Part.to] a module cannot become "int32" · parameters have a floating type',
    );
  });

  it("moves to another backend", async () => {
    const part = new Part();
    const { storage } = part.weight;
    const other = createCpuBackend();
    part.to(other);
    for (const tensor of [...part.parameters(), ...part.buffers()]) expect(tensor.backend).toBe(other);
    expect(values(part.weight)).toEqual([1, 2, 3, 4]);
    expect(storage.holds).toBe(0);
    expect(part.weight.storage.holds).toBe(1);
    const third = createCpuBackend();
    expect(await part.toAsync(third)).toBe(part);
    expect(part.counter.backend).toBe(third);
    expect(values(part.weight)).toEqual([1, 2, 3, 4]);
    // A dict from elsewhere is brought along.
    part.loadStateDict(new Part().stateDict());
    expect(part.weight.backend).toBe(third);
  });
});
