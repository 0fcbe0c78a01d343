import { createCpuBackend } from "@lucid/backend-cpu";
import { equal, ones, setDefaultBackend, type Tensor, tensor } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type AnyModule,
  Buffer,
  Dropout,
  init,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ParameterList,
  ReLU,
  Sequential,
  utils,
} from "../index.js";

const { copyModule } = utils;

beforeAll(() => setDefaultBackend(createCpuBackend()));

class Tied extends Module {
  encoder = new Linear(2, 2);
  decoder = new Linear(2, 2);
  readonly steps = new Buffer([3], { persistent: false });
  mean = tensor([1, 2]);
  settings = { sizes: [1, 2], table: new Map([["a", new Parameter([5])]]), kinds: new Set(["x"]) };
  again = this.settings;
  scale = Float32Array.of(1, 2);

  constructor() {
    super();
    this.decoder.weight = this.encoder.weight;
  }

  forward(x: Tensor): Tensor {
    return this.decoder(this.encoder(x)).mul(this.mean);
  }
}

/** A loss whose gradients differ for all parameters. */
const backward = (module: Module): void =>
  module(tensor([[1, -2]]))
    .square()
    .sum()
    .backward();

describe("copyModule", () => {
  it("copies every tensor, with its values, its class and its settings", () => {
    const module = new Tied();
    module.encoder.bias!.requiresGrad = false;
    backward(module);
    const copy = copyModule(module);
    expect(copy).toBeInstanceOf(Tied);
    expect(copy.namedParameters().map(([name]) => name)).toEqual(module.namedParameters().map(([name]) => name));
    for (const [name, parameter] of module.namedParameters()) {
      const other = copy.getParameter(name);
      expect(other).not.toBe(parameter);
      expect(other.storage).not.toBe(parameter.storage);
      expect(equal(other, parameter)).toBe(true);
      expect(other.requiresGrad).toBe(parameter.requiresGrad);
      expect(other.grad).toBeNull();
    }
    expect(copy.steps).toBeInstanceOf(Buffer);
    expect(copy.steps.persistent).toBe(false);
    expect(copy.mean.storage).not.toBe(module.mean.storage);
    expect(String(copy)).toBe(String(module));
  });

  it("leaves the module as it is when the copy is trained", () => {
    const module = new Tied();
    const before = module.parameters().map((parameter) => parameter.detach().clone());
    const copy = copyModule(module);
    expect(equal(copy(ones([1, 2])), module(ones([1, 2])))).toBe(true);
    backward(copy);
    expect(module.parameters().every((parameter) => parameter.grad === null)).toBe(true);
    for (const parameter of copy.parameters()) init.zeros_(parameter);
    for (const [i, parameter] of module.parameters().entries()) expect(equal(parameter, before[i]!)).toBe(true);
    expect(copy(ones([1, 2])).arraySync()).toEqual([[0, 0]]);
  });

  it("shares in the copy what is shared in the module", () => {
    const copy = copyModule(new Tied());
    expect(copy.decoder.weight).toBe(copy.encoder.weight);
    expect(copy.again).toBe(copy.settings);
  });

  it("copies lists, records, Maps, Sets and typed arrays", () => {
    const module = new Tied();
    const copy = copyModule(module);
    copy.settings.sizes.push(3);
    copy.settings.kinds.add("y");
    copy.scale[0] = 9;
    expect(module.settings.sizes).toEqual([1, 2]);
    expect([...module.settings.kinds]).toEqual(["x"]);
    expect([...module.scale]).toEqual([1, 2]);
    expect(copy.settings.table.get("a")).not.toBe(module.settings.table.get("a"));
    expect(copy.settings.table.get("a")!.detach().arraySync()).toEqual([5]);
  });

  it("copies containers, which keep their length", () => {
    class Net extends Module {
      list = new ModuleList([new Linear(1, 2), new Linear(2, 3)]);
      weights = new ParameterList([ones([2])]);
      named = new ModuleDict({ first: new ReLU() });
      chain = new Sequential(new Linear(3, 3), new Dropout(0.25));

      forward(x: Tensor): Tensor {
        return this.chain([...this.list].reduce((value, layer) => layer(value), x));
      }
    }
    const module = new Net();
    const copy = copyModule(module).eval();
    expect(copy.list.length).toBe(2);
    expect(copy.list.at(-1)!.outFeatures).toBe(3);
    expect(copy.weights.length).toBe(1);
    copy.list.push(new Linear(3, 3));
    expect(module.list.length).toBe(2);
    expect(module.training).toBe(true);
    expect(copy.chain.training).toBe(false);
    expect(equal(module.eval()(ones([1, 1])), copyModule(module)(ones([1, 1])))).toBe(true);
  });

  it("copies hooks, which get the copy", () => {
    const module = new Linear(1, 1);
    const seen: AnyModule[] = [];
    const remove = module.registerForwardHook((of) => void seen.push(of));
    const copy = copyModule(module);
    copy(ones([1, 1]));
    remove();
    module(ones([1, 1]));
    copy(ones([1, 1]));
    expect(seen).toEqual([copy, copy]);
  });

  it("copies reparametrized modules, whose tensors are computed from those of the copy", () => {
    class Doubled extends Module {
      forward(x: Tensor): Tensor {
        return x.mul(2);
      }
    }
    const parametrized = utils.parametrize.registerParametrization(
      new Linear(1, 1, { bias: false }),
      "weight",
      new Doubled(),
    );
    const copy = copyModule(parametrized);
    init.ones_(copy.getParameter("parametrizations.weight.original"));
    init.zeros_(parametrized.getParameter("parametrizations.weight.original"));
    expect(copy(ones([1, 1])).arraySync()).toEqual([[2]]);
    expect(parametrized(ones([1, 1])).arraySync()).toEqual([[0]]);
  });

  it("refuses results of recorded operations, as the weight of a weightNorm is", () => {
    expect(() => copyModule(utils.weightNorm(new Linear(2, 2)))).toThrow(
      "[copyModule] Linear.weight is the result of an operation that was recorded",
    );
  });

  it("names the private member that it cannot copy", () => {
    class Base extends Module {
      // A #comment and a string declare nothing: "#text".
      static #count = 0;
      color = "#fff";
      forward(x: Tensor): Tensor {
        return x.add(Base.#count);
      }
    }
    class Secret extends Base {
      #secret = 2;
      override forward(x: Tensor): Tensor {
        return x.mul(this.#secret);
      }
    }
    expect(copyModule(new Base())(tensor([1])).arraySync()).toEqual([1]);
    expect(() => copyModule(new ModuleList([new Secret()]))).toThrow(
      "[copyModule] ModuleList.0 has the private member Secret.#secret · private members cannot be copied from outside of their class",
    );
  });

  it("refuses everything else than modules", () => {
    expect(() => copyModule(ones([2]) as never)).toThrow("[copyModule] an instance of Tensor is not a module");
  });
});
