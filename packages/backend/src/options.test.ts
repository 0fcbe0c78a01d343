import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "./errors.js";
import { checkOptions, closestName, type OptionNames } from "./options.js";

interface Options {
  readonly delta?: number;
  readonly reduction?: string;
  readonly requiresGrad?: boolean;
}

const names: OptionNames<Options> = { delta: true, reduction: true, requiresGrad: true };

const check = (options: unknown) => () => checkOptions("HuberLoss", options as Options, names);

describe("checkOptions", () => {
  it("accepts undefined, known options and objects of other realms", () => {
    for (const options of [undefined, {}, { delta: 1 }, Object.create(null), runInNewContext("({ delta: 2 })")]) {
      expect(check(options)).not.toThrow();
    }
  });

  it("refuses an unknown option and names the closest one", () => {
    expect(check({ Delta: 1 })).toThrow(
      new ArgumentError("HuberLoss", 'unknown option "Delta"', {
        rule: "the options are delta, reduction, requiresGrad",
        remedy: 'did you mean "delta"?',
      }),
    );
    expect(check({ requires_grad: true })).toThrow('did you mean "requiresGrad"?');
    expect(check({ reducton: "sum" })).toThrow('did you mean "reduction"?');
    expect(check({ zzzz: 1 })).toThrow(/requiresGrad$/);
  });

  it("refuses values that are no options objects", () => {
    expect(check(null)).toThrow("[HuberLoss] options must be an object: got null");
    expect(check("sum")).toThrow('options must be an object: got "sum"');
    expect(check([3])).toThrow("got [3]");
    expect(check(1n)).toThrow("got 1n");
    expect(check(Symbol("x"))).toThrow("got Symbol(x)");
    expect(check(new Map())).toThrow("got an instance of Map");
    expect(check(() => 0)).toThrow("got a function");
  });

  it("does not treat an inherited name as an option", () => {
    expect(check({ toString: 1 })).toThrow('unknown option "toString"');
    expect(check(JSON.parse('{ "__proto__": 1 }'))).toThrow('unknown option "__proto__"');
  });
});

describe("closestName", () => {
  it("finds nothing if no name is similar", () => {
    expect(closestName("q", ["delta", "reduction"])).toBeUndefined();
    expect(closestName("x".repeat(100_000), ["delta"])).toBeUndefined();
  });
});
