import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Buffer, Linear, Module, Parameter, Sequential } from "../index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

class Net extends Module {
  label = "net";
  fc = new Linear(2, 1);
  blocks = [new Sequential(new Linear(1, 1)), { head: new Linear(1, 1) }];
  forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

describe("registration", () => {
  it("sets fields that are state", () => {
    const net = new Net();
    const mean = new Tensor([1, 2]);
    net.registerBuffer("mean", mean);
    net.registerBuffer("steps", new Tensor([0], { dtype: "int32" }), { persistent: false });
    net.registerParameter("scale", new Parameter([3]));
    net.addModule("extra", new Linear(1, 2, { bias: false }));
    net.registerModule("more", new Linear(1, 3, { bias: false }));
    expect(net.getBuffer("mean")).toBeInstanceOf(Buffer);
    expect(net.getBuffer("mean").storage).toBe(mean.storage);
    expect(net.getBuffer("steps").persistent).toBe(false);
    expect((net as unknown as { scale: Parameter }).scale).toBe(net.getParameter("scale"));
    expect(Object.keys(net.stateDict())).toEqual([
      "scale",
      "mean",
      "fc.weight",
      "fc.bias",
      "blocks.0.0.weight",
      "blocks.0.0.bias",
      "blocks.1.head.weight",
      "blocks.1.head.bias",
      "extra.weight",
      "more.weight",
    ]);
  });

  it("accepts null for none, and replaces null and its own kind", () => {
    const net = new Net();
    net.registerBuffer("mean", null);
    net.registerParameter("scale", null);
    net.addModule("extra", null);
    expect(net.buffers()).toEqual([]);
    expect(() => net.getParameter("scale")).toThrow('[Net.getParameter] there is no "scale"');
    const parameter = new Parameter([1]);
    net.registerParameter("scale", parameter);
    net.registerBuffer("mean", new Tensor([1]));
    net.registerBuffer("mean", new Tensor([2]));
    net.addModule("fc", new Linear(2, 5));
    expect(net.fc.outFeatures).toBe(5);
    expect(net.getParameter("scale")).toBe(parameter);
    expect(net.getBuffer("mean").item()).toBe(2);
  });

  it("checks names and values before it changes anything", () => {
    const net = new Net();
    const taken = "a buffer replaces a buffer or null, no other member of the module";
    for (const name of ["forward", "training", "label", "fc", "__proto__", "constructor", "toString"]) {
      expect(() => net.registerBuffer(name, new Tensor([1]))).toThrow(
        `[Net.registerBuffer] the name ${JSON.stringify(name)} is taken · ${taken}`,
      );
    }
    for (const name of ["", "a.b", 3, null, Symbol("s")]) {
      expect(() => net.addModule(name as string, new Linear(1, 1))).toThrow(
        /^\[Net\.addModule\] the name is .* · a name is/,
      );
    }
    expect(() => net.registerParameter("w", new Tensor([1]) as Parameter)).toThrow(
      "[Net.registerParameter] the parameter is a tensor · it is a Parameter, or null for none · wrap it: new Parameter(tensor)",
    );
    expect(() => net.registerBuffer("w", [1] as unknown as Tensor)).toThrow("[Net.registerBuffer] the buffer is [1]");
    expect(() => net.registerBuffer("w", new Tensor([1]), { Persistent: false } as object)).toThrow(
      'did you mean "persistent"?',
    );
    expect(() => net.registerModule("w", Linear as never)).toThrow("[Net.registerModule] the module is a function");
    expect("w" in net).toBe(false);
  });

  it("finds what paths name, and suggests the closest name", () => {
    const net = new Net();
    expect(net.getSubmodule("")).toBe(net);
    expect(net.getSubmodule("blocks.1.head")).toBe((net.blocks[1] as { head: Linear }).head);
    expect(net.getParameter("blocks.0.0.bias")).toBe((net.blocks[0] as Sequential).parameters()[1]);
    expect(() => net.getParameter("fc.wieght")).toThrow('did you mean "fc.weight"?');
    expect(() => net.getSubmodule(3 as unknown as string)).toThrow("[Net.getSubmodule] there is no 3");
  });
});
