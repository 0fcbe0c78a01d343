import { createCpuBackend } from "@lucid/backend-cpu";
import { add, mul, setDefaultBackend, Tensor } from "@lucid/tensor";
import { owned } from "@lucid/tensor/extend";
import { beforeAll, describe, expect, it } from "vitest";
import { type AnyModule, Buffer, Module, ModuleDict, ModuleList, Parameter, Sequential } from "../index.js";
import { LibraryModule } from "./library-module.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

class Scale extends Module {
  factor: Parameter;
  #calls = 0;
  constructor(factor: number) {
    super();
    this.factor = new Parameter([factor]);
  }
  get calls(): number {
    return this.#calls;
  }
  forward(x: Tensor): Tensor {
    this.#calls++;
    return mul(x, this.factor);
  }
}

class Net extends Module<[x: Tensor, times?: number]> {
  first = new Scale(2);
  layers = [new Scale(3), { inner: new Scale(4), note: "text" }];
  offset = new Parameter([1]);
  mean = new Buffer([0]);
  counter = new Buffer([7], { persistent: false });
  plain = new Tensor([5]);
  #secret = new Scale(8);
  label = "net";
  static readonly stateNames = { mean: "running_mean" };

  forward(x: Tensor, times = 1): Tensor {
    expect(this.#secret).toBeInstanceOf(Scale);
    return mul(add(this.first(x), this.offset), times);
  }
}

const values = (x: Tensor): number[] => Array.from(x.dataSync());

describe("calling", () => {
  it("runs forward, with fields, #private, getters and instanceof", () => {
    const scale = new Scale(3);
    expect(values(scale(new Tensor([1, 2])))).toEqual([3, 6]);
    expect(scale.calls).toBe(1);
    expect(scale).toBeInstanceOf(Scale);
    expect(scale).toBeInstanceOf(Module);
    expect(typeof scale).toBe("function");
    expect(scale.constructor).toBe(Scale);
    expect(Object.keys(scale)).toEqual(["training", "factor"]);
  });

  it("has no methods or fields of functions", () => {
    const scale = new Scale(3);
    expect([scale.call, scale.bind, scale.name, scale.length]).toEqual([undefined, undefined, undefined, undefined]);
    expect("prototype" in scale).toBe(false);
  });

  it("lets subclasses have fields called name and length", () => {
    class Labelled extends Module {
      override name = "label";
      override get length(): number {
        return 3;
      }
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const module = new Labelled();
    expect([module.name, module.length]).toEqual(["label", 3]);
  });

  it("refuses more arguments than forward takes, and counts defaults and rest", () => {
    const x = new Tensor([1]);
    expect(() => (new Scale(1) as unknown as (...args: unknown[]) => Tensor)(x, 2)).toThrow(
      "[Scale] got 2 arguments · forward takes 1 · in a callback, name the arguments: list.map((x) => module(x))",
    );
    expect(() => [x].map(new Scale(1))).toThrow("[Scale] got 3 arguments · forward takes 1");
    expect(values(new Net()(x, 10))).toEqual([30]);
    class Sum extends Module<Tensor[]> {
      forward(...all: Tensor[]): Tensor {
        return all.reduce((a, b) => add(a, b));
      }
    }
    expect(values(new Sum()(x, x, x))).toEqual([3]);
  });

  it("says that forward is missing", () => {
    // A program without types can leave it out.
    class Empty extends (Module as unknown as new () => (x: Tensor) => Tensor) {}
    expect(() => new Empty()(new Tensor([1]))).toThrow("[Empty] there is no forward");
  });
});

describe("state", () => {
  it("is found in fields, arrays and records, in PyTorch's order", () => {
    const net = new Net();
    expect(net.namedParameters().map(([name]) => name)).toEqual([
      "offset",
      "first.factor",
      "layers.0.factor",
      "layers.1.inner.factor",
    ]);
    expect(net.namedBuffers().map(([name]) => name)).toEqual(["running_mean", "counter"]);
    expect(net.namedChildren().map(([name]) => name)).toEqual(["first", "layers.0", "layers.1.inner"]);
    expect(net.namedModules().map(([name]) => name)).toEqual(["", "first", "layers.0", "layers.1.inner"]);
    expect(net.namedModules("net").map(([name]) => name)).toEqual([
      "net",
      "net.first",
      "net.layers.0",
      "net.layers.1.inner",
    ]);
    expect(net.parameters(false)).toEqual([net.offset]);
    expect(net.buffers()).toEqual([net.mean, net.counter]);
    expect(Object.keys(net.stateDict())).toEqual([
      "offset",
      "running_mean",
      "first.factor",
      "layers.0.factor",
      "layers.1.inner.factor",
    ]);
  });

  it("counts shared parameters and modules once, but saves them under every name", () => {
    class Tied extends Module {
      a = new Scale(2);
      b = this.a;
      c = new Scale(3);
      constructor() {
        super();
        this.c.factor = this.a.factor;
      }
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const tied = new Tied();
    expect(tied.parameters()).toEqual([tied.a.factor]);
    expect(tied.modules()).toEqual([tied, tied.a, tied.c]);
    expect(Object.keys(tied.stateDict())).toEqual(["a.factor", "b.factor", "c.factor"]);
  });

  it("refuses cycles", () => {
    class Node_ extends Module {
      child: AnyModule | undefined;
      list: unknown[] = [];
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const parent = new Node_();
    const child = new Node_();
    parent.child = child;
    child.child = parent;
    expect(() => parent.parameters()).toThrow(
      "[Node_] the module contains itself: child.child is the module · submodules form a tree · " +
        "keep a back reference in a #private field",
    );
    expect(() => parent.apply(() => {})).toThrow("contains itself");
    expect(String(parent)).toBe("Node_(\n  (child): Node_(\n    (child): Node_(…)\n  )\n)");
    const loop = new Node_();
    loop.list.push(loop.list);
    expect(() => loop.parameters()).toThrow("[Node_] the field list.0 contains itself");
  });

  it("refuses two tensors of one name", () => {
    class Double extends Module {
      a = { b: new Parameter([1]) };
      "a.b" = new Parameter([2]);
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Double().stateDict()).toThrow('[Double.stateDict] two tensors are named "a.b"');
  });
});

describe("switches", () => {
  it("train and eval change every module", () => {
    const net = new Net();
    expect(net.eval()).toBe(net);
    expect(net.modules().map((module) => module.training)).toEqual([false, false, false, false]);
    net.train();
    expect(net.layers[0]).toHaveProperty("training", true);
  });

  it("apply visits submodules first", () => {
    const net = new Net();
    const seen: AnyModule[] = [];
    expect(net.apply((module) => seen.push(module))).toBe(net);
    expect(seen).toEqual([...net.children(), net]);
  });

  it("requiresGrad_ and zeroGrad change every parameter", () => {
    const scale = new Scale(2);
    scale(new Tensor([3])).backward();
    expect(values(scale.factor.grad!)).toEqual([3]);
    scale.zeroGrad();
    expect(scale.factor.grad).toBeNull();
    scale.requiresGrad_(false);
    expect(scale(new Tensor([3])).requiresGrad).toBe(false);
  });
});

describe("hooks", () => {
  it("see and replace arguments and output, in order, until removed", () => {
    const scale = new Scale(2);
    const log: string[] = [];
    const removers = [
      scale.registerForwardPreHook((module, [x]) => {
        expect(module).toBe(scale);
        log.push(`pre ${values(x)}`);
        return [add(x, 1)];
      }),
      scale.registerForwardPreHook((_, [x]) => mul(x, 10)),
      scale.registerForwardHook((_, [x], y) => {
        log.push(`post ${values(x)} → ${values(y)}`);
        return add(y, 0.5);
      }),
      scale.registerForwardHook((_, __, y) => {
        log.push(`last ${values(y)}`);
      }),
    ];
    expect(values(scale(new Tensor([1])))).toEqual([40.5]);
    expect(log).toEqual(["pre 1", "post 20 → 40", "last 40.5"]);
    for (const remove of removers) remove();
    expect(values(scale(new Tensor([1])))).toEqual([2]);
    expect(log).toHaveLength(3);
  });

  it("backward hooks see and replace gradients", () => {
    class Product extends Module<[a: Tensor, b: Tensor, note: string]> {
      forward(a: Tensor, b: Tensor, _note: string): Tensor {
        return mul(a, b);
      }
    }
    const product = new Product();
    const seen: (number[] | null)[][] = [];
    const read = (list: readonly (Tensor | null)[]): (number[] | null)[] => list.map((x) => x && values(x));
    const remove = product.registerFullBackwardHook((module, gradInput, gradOutput) => {
      expect(module).toBe(product);
      seen.push(read(gradInput), read(gradOutput));
      return [mul(gradInput[0]!, 100), gradInput[1]!, null];
    });
    const a = new Tensor([2], { requiresGrad: true });
    const b = new Tensor([5], { requiresGrad: true });
    // Also used outside the module: the hook sees the module's part alone.
    add(mul(product(a, b, "x"), 3), a).backward();
    expect(seen).toEqual([[[15], [6], null], [[3]]]);
    expect(values(a.grad!)).toEqual([1501]);
    expect(values(b.grad!)).toEqual([6]);
    remove();
    product(a, b, "x").backward();
    expect(seen).toHaveLength(2);
  });

  it("backward hooks run without a differentiable argument, and refuse a wrong number of gradients", () => {
    const scale = new Scale(2);
    const seen: unknown[] = [];
    const remove = scale.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(gradInput, values(gradOutput[0]!));
    });
    mul(scale(new Tensor([4])), 3).backward();
    expect(seen).toEqual([[null], [3]]);
    expect(values(scale.factor.grad!)).toEqual([12]);
    remove();
    scale.registerFullBackwardHook(() => []);
    expect(() => scale(new Tensor([4], { requiresGrad: true })).backward()).toThrow(
      "[Scale] a full backward hook returned 0 gradients · it returns one for each of the 1 arguments, or nothing",
    );
  });
});

describe("printing", () => {
  it("uses PyTorch's layout, for String and console.log", () => {
    const text = ["Sequential(", "  (0): Scale()", "  (1): Sequential(", "    (inner): Scale()", "  )", ")"].join("\n");
    const net = new Sequential(new Scale(1), new Sequential({ inner: new Scale(2) }));
    expect(String(net)).toBe(text);
    // What Node's console.log asks for.
    const inspect = Reflect.get(net, Symbol.for("nodejs.util.inspect.custom")) as () => string;
    expect(Reflect.apply(inspect, net, [])).toBe(text);
  });
});

describe("containers", () => {
  it("Sequential accepts modules, a list or a record", () => {
    const x = new Tensor([1]);
    const net = new Sequential([new Scale(2), new Scale(3)]);
    expect(values(net(x))).toEqual([6]);
    expect(net.length).toBe(2);
    expect(net.push(new Scale(5))).toBe(net);
    expect(values(net(x))).toEqual([30]);
    expect(net[0]).toBe(net.at(0));
    expect(net.at(-1)).toBe(net[2]);
    expect(net.at(3)).toBeUndefined();
    expect([...net]).toEqual(net.children());
    net[0] = new Scale(1);
    expect(values(net(x))).toEqual([15]);
    const named = new Sequential({ a: new Scale(2), b: new Scale(3) });
    expect(named.namedParameters().map(([name]) => name)).toEqual(["a.factor", "b.factor"]);
    expect(named.at("b")).toBe(named.at(1));
    expect(named.at("forward")).toBeUndefined();
    expect(new Sequential()(x)).toBe(x);
  });

  it("Sequential refuses values that are no modules, and names that are taken", () => {
    expect(() => new Sequential(Scale as never)).toThrow("[Sequential] the class Scale is not a module · new Scale(…)");
    expect(() => new Sequential(3 as never)).toThrow("[Sequential] 3 is not a module · a Sequential holds modules");
    expect(() => new Sequential({ forward: new Scale(1) })).toThrow(
      '[Sequential] a module cannot be named "forward" · a member of Sequential or another module has this name',
    );
  });

  it("ModuleList and ModuleDict hold modules by position and by name", () => {
    const list = new ModuleList([new Scale(2)]);
    list.push(new Scale(3));
    expect(list.length).toBe(2);
    expect([...list].map((scale) => values(scale(new Tensor([1]))))).toEqual([[2], [3]]);
    expect(list.at(-1)).toBe(list[1]);
    expect(list.at(2)).toBeUndefined();
    expect(Object.keys(list.stateDict())).toEqual(["0.factor", "1.factor"]);
    expect(() => (list as unknown as () => void)()).toThrow("[ModuleList] a ModuleList has no forward");

    const dict = new ModuleDict({ train: new Scale(2) });
    dict.set("keys", new Scale(3));
    expect(dict.keys()).toEqual(["train", "keys"]);
    expect(dict.get("train")).toBe(dict.values()[0]);
    expect(Object.keys(dict.stateDict())).toEqual(["train.factor", "keys.factor"]);
    expect(String(dict)).toBe("ModuleDict(\n  (train): Scale()\n  (keys): Scale()\n)");
    expect(dict.delete("train")).toBe(true);
    expect([...dict]).toEqual([["keys", dict.get("keys")]]);
    expect(dict.has("train")).toBe(false);
    expect(() => (dict as unknown as () => void)()).toThrow("[ModuleDict] a ModuleDict has no forward");
  });
});

describe("memory", () => {
  class Library extends LibraryModule {
    seen: Tensor | undefined;
    forward(x: Tensor): Tensor {
      this.seen = mul(x, 2);
      return this.seen;
    }
  }

  it("Sequential frees what built-in layers return, and does not free what user code has seen", () => {
    const [a, b] = [new Library(), new Library()];
    const result = new Sequential(a, b)(new Tensor([1]));
    expect(a.seen!.storage.freed).toBe(true);
    expect(values(result)).toEqual([4]);
    const user = new Scale(3);
    const seen: Tensor[] = [];
    const [c, d] = [new Library(), new Library()];
    user.registerForwardHook((_, [x], y) => {
      seen.push(x, y);
    });
    new Sequential(c, user, d, new Library())(new Tensor([1]));
    expect(seen.map(values)).toEqual([[2], [6]]);
    expect(d.seen!.storage.freed).toBe(true);
  });

  it("Sequential treats a subclass of a built-in layer as user code", () => {
    class Mine extends Library {}
    const mine = new Mine();
    owned(() => {
      mine(new Tensor([1]));
    });
    expect(values(mine.seen!)).toEqual([2]);
    const patched = new Library();
    patched.forward = (x) => {
      patched.seen = add(x, 1);
      return patched.seen;
    };
    owned(() => {
      patched(new Tensor([1]));
    });
    expect(values(patched.seen!)).toEqual([2]);
  });
});
