import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { afterEach, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { type AnyModule, Linear, Module, ReLU, Sequential } from "../index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

let warn: MockInstance;
beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const x = (): Tensor => new Tensor([[1, 2]]);
const warnings = (): readonly string[] => warn.mock.calls.map(([text]) => text as string);

describe("modules in Maps, Sets and nested collections", () => {
  class Collections extends Module {
    byName = new Map<unknown, AnyModule>([
      ["a", new Linear(2, 1)],
      [7, new Linear(2, 1)],
      [{}, new Linear(2, 1)],
    ]);
    all = new Set([new Linear(2, 1, { bias: false })]);
    nested = { deep: [[new Map([["k", [new Linear(2, 1, { bias: false })]]])]] };
    forward(input: Tensor): Tensor {
      for (const layer of this.byName.values()) (layer as Linear)(input);
      return input;
    }
  }

  it("are found, and named by keys and positions", () => {
    const module = new Collections();
    expect(Object.keys(module.stateDict())).toEqual([
      "byName.a.weight",
      "byName.a.bias",
      "byName.7.weight",
      "byName.7.bias",
      "byName.2.weight",
      "byName.2.bias",
      "all.0.weight",
      "nested.deep.0.0.k.0.weight",
    ]);
    expect(module.parameters()).toHaveLength(8);
    module(x());
    expect(warnings()).toEqual([]);
  });

  it("that contain themselves are refused", () => {
    class Loop extends Module {
      map = new Map<string, unknown>();
      forward(input: Tensor): Tensor {
        return input;
      }
    }
    const loop = new Loop();
    loop.map.set("self", loop.map);
    expect(() => loop.parameters()).toThrow("[Loop] the field map.self contains itself");
  });
});

describe("modules that lucid cannot find", () => {
  it("cause one warning with both names", () => {
    class Hidden extends Module {
      #fc = new Linear(2, 1);
      #other = new Sequential(new Linear(2, 1));
      forward(input: Tensor): Tensor {
        this.#other(input);
        return this.#fc(input);
      }
    }
    const hidden = new Hidden();
    expect(hidden.parameters()).toEqual([]);
    hidden(x());
    hidden(x());
    new Hidden()(x());
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toMatch(
      /^\[Hidden\] the forward of Hidden runs a Sequential whose parameters are not in Hidden\.parameters\(\)/,
    );
  });

  it("are noticed when they are run, also inside containers", () => {
    class Inner extends Module {
      #fc = new Linear(2, 1);
      forward(input: Tensor): Tensor {
        return this.#fc(input);
      }
    }
    new Sequential(new ReLU(), new Inner())(x());
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain("[Inner] the forward of Inner runs a Linear");
  });

  it("cause no warning outside of training, without parameters, or when frozen", () => {
    class Evaluated extends Module {
      #fc = new Linear(2, 1);
      forward(input: Tensor): Tensor {
        return this.#fc(input);
      }
    }
    const evaluated = new Evaluated().eval();
    evaluated(x());
    expect(warnings()).toEqual([]);
    // The first call in training mode warns.
    evaluated.train()(x());
    expect(warnings()).toHaveLength(1);

    class Frozen extends Module {
      #teacher = new Linear(2, 1).requiresGrad_(false);
      #relu = new ReLU();
      forward(input: Tensor): Tensor {
        return this.#relu(this.#teacher(input));
      }
    }
    new Frozen()(x());
    expect(warnings()).toHaveLength(1);
  });

  it("cause no warning as arguments, as members of an outer module, or if they are made during the call", () => {
    class Penalty extends Module<[critic: Linear, input: Tensor]> {
      forward(critic: Linear, input: Tensor): Tensor {
        return critic(input);
      }
    }
    new Penalty()(new Linear(2, 1), x());

    class Decoder extends Module {
      readonly #encoder: Linear;
      constructor(encoder: Linear) {
        super();
        this.#encoder = encoder;
      }
      forward(input: Tensor): Tensor {
        return this.#encoder(input);
      }
    }
    class Autoencoder extends Module {
      encoder = new Linear(2, 2);
      decoder = new Decoder(this.encoder);
      late: Linear | undefined;
      forward(input: Tensor): Tensor {
        const code = this.encoder(input);
        this.late ??= new Linear(2, 2);
        return this.late(this.decoder(code));
      }
    }
    new Autoencoder()(x());
    expect(warnings()).toEqual([]);
  });

  it("leave no state behind when forward throws", () => {
    class Throwing extends Module {
      forward(_input: Tensor): Tensor {
        throw new Error("no");
      }
    }
    expect(() => new Throwing()(x())).toThrow("no");
    // Outside of any forward: nobody else's module.
    new Linear(2, 1)(x());
    expect(warnings()).toEqual([]);
  });
});

describe("static stateNames", () => {
  it("must be a record of strings, none of them __proto__", () => {
    const make = (stateNames: unknown): Module => {
      class Named extends Module {
        static readonly stateNames = stateNames;
        w = new Linear(1, 1);
        forward(input: Tensor): Tensor {
          return input;
        }
      }
      return new Named();
    };
    expect(() => make({ w: "__proto__" }).stateDict()).toThrow(
      '[Named] static stateNames names the field w "__proto__" · a name in state dicts is a string, and not __proto__',
    );
    expect(() => make({ w: 3 }).stateDict()).toThrow("names the field w 3");
    expect(() => make(null).stateDict()).toThrow("[Named] static stateNames is null");
    expect(() => make([]).parameters()).toThrow("[Named] static stateNames is []");
    expect(Object.keys(make({ w: "fc" }).stateDict())).toEqual(["fc.weight", "fc.bias"]);
  });
});
