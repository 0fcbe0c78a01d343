import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type AnyModule, HuberLoss, Linear, Module, ModuleDict, ModuleList, Parameter, Sequential } from "../index.js";

setDefaultBackend(createCpuBackend);

class Pair extends Module<[a: Tensor, b: Tensor], { readonly sum: Tensor }> {
  scale = new Parameter([2]);
  forward(a: Tensor, b: Tensor): { readonly sum: Tensor } {
    return { sum: a.add(b).mul(this.scale) };
  }
}

// Never called: the compiler checks them.
export function refused(pair: Pair, linear: Linear, x: Tensor): void {
  // @ts-expect-error an argument is missing
  pair(x);
  // @ts-expect-error there is one too many
  linear(x, x);
  // @ts-expect-error arguments are tensors
  linear(3);
  // @ts-expect-error a module has no function's call
  linear.call(undefined, x);
  // @ts-expect-error a module has no function's bind
  linear.bind(undefined);
  // @ts-expect-error a Sequential passes one tensor on
  new Sequential(linear, pair);
  // @ts-expect-error a Module needs a forward
  new (class extends Module {})();
  void class extends Module {
    // @ts-expect-error forward takes what Args say
    forward(a: Tensor, b: Tensor): Tensor {
      return a.add(b);
    }
  };
  // @ts-expect-error hooks of the output return what forward does
  linear.registerForwardHook(() => 3);
}

describe("types of modules", () => {
  it("calls take forward's arguments and return what it returns", () => {
    const pair = new Pair();
    const x = new Tensor([1]);
    expectTypeOf(pair(x, x)).toEqualTypeOf<{ readonly sum: Tensor }>();
    expect(pair(x, x).sum.item()).toBe(4);
    expectTypeOf(new HuberLoss()(x, x)).toEqualTypeOf<Tensor>();
    expectTypeOf<Linear>().toBeCallableWith(x);
    expectTypeOf<string>().not.toEqualTypeOf<typeof pair.name>();
  });

  it("any module fits a list of modules", () => {
    const all: AnyModule[] = [new Pair(), new Linear(1, 1), new HuberLoss(), new ModuleList(), new ModuleDict()];
    expectTypeOf(new Pair().modules()).toEqualTypeOf<AnyModule[]>();
    expect(all).toHaveLength(5);
    const list = new ModuleList([new Linear(1, 2), new Linear(2, 3)]);
    expectTypeOf(list.at(0)).toEqualTypeOf<Linear | undefined>();
    expectTypeOf(list[1]!.outFeatures).toEqualTypeOf<number>();
    const heads = new ModuleDict({ a: new Linear(1, 2) });
    expectTypeOf(heads.get("a")).toEqualTypeOf<Linear | undefined>();
  });

  it("a module with further optional arguments fits where one argument is given", () => {
    class Scaled extends Module<[x: Tensor, by?: number]> {
      forward(x: Tensor, by = 1): Tensor {
        return x.mul(by);
      }
    }
    expect(new Sequential(new Scaled())(new Tensor([3])).item()).toBe(3);
  });

  it("a class may define its name, which minifiers then keep", () => {
    class Named extends Module {
      static override readonly name = "Net";
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect(String(new Named())).toBe("Net()");
  });

  it("hooks know the module, its arguments and its output", () => {
    const pair = new Pair();
    pair.registerForwardPreHook((module, args) => {
      expectTypeOf(module).toEqualTypeOf<Pair>();
      expectTypeOf(args).toEqualTypeOf<[a: Tensor, b: Tensor]>();
    });
    pair.registerForwardHook((_, [a], output) => {
      expectTypeOf(a).toEqualTypeOf<Tensor>();
      expectTypeOf(output).toEqualTypeOf<{ readonly sum: Tensor }>();
    });
    pair.registerFullBackwardHook((module, gradInput) => {
      expectTypeOf(module).toEqualTypeOf<Pair>();
      expectTypeOf(gradInput).toEqualTypeOf<readonly (Tensor | null)[]>();
    });
    expect(pair.train()).toBe(pair);
    expectTypeOf(pair.train()).toEqualTypeOf<Pair>();
  });
});
