/**
 * The rule for arguments, for everything that the package exports: what PyTorch requires is positional, everything else stands
 * in one options object, and a wrong argument of any JavaScript type gives an error of lucid's.
 */
import { LucidError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, type Tensor, zeros } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import * as nn from "./index.js";
import { callStateOf, type HasForward } from "./module/call-state.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

type Unchecked = (...args: readonly unknown[]) => unknown;
type UncheckedClass = new (...args: readonly unknown[]) => object;

const {
  functional,
  init,
  utils: _,
  ...rest
} = nn as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
const classes = rest as unknown as Readonly<Record<string, UncheckedClass>>;
const functions = { ...functional, ...init } as Readonly<Record<string, Unchecked>>;

const x = (): Tensor => zeros([2, 3]);
const labels = (): Tensor => zeros([2], { dtype: "int32" });

/** Arguments that classes may require, the fewest first. */
const candidates: readonly (readonly unknown[])[] = [
  [],
  [1],
  [3],
  [[1]],
  [3, 2],
  [2, 2],
  [1, [1]],
  [3, 5, [2]],
  [3, 2, 1],
  [1, { outputSize: 1 }],
];

/** The first arguments with which a class can be made. */
function requiredBy(Class: UncheckedClass): readonly unknown[] {
  for (const args of candidates) {
    try {
      new Class(...args);
      return args;
    } catch (error) {
      if (!(error instanceof LucidError)) throw error;
    }
  }
  throw new Error(`no candidate is right for ${Class.name}`);
}

const message = (code: () => unknown): string => {
  try {
    code();
  } catch (error) {
    expect(error).toBeInstanceOf(LucidError);
    return (error as LucidError).message;
  }
  return "no error";
};

describe("options", () => {
  const withoutOptions = new Set(
    `Module Sequential ModuleList ModuleDict ParameterList ParameterDict Softmax LogSoftmax Softmin Threshold Unflatten
    PixelShuffle PixelUnshuffle ChannelShuffle AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d`.split(/\s+/),
  );
  for (const [name, Class] of Object.entries(classes)) {
    if (withoutOptions.has(name) || /Pad\dd$/.test(name)) continue;
    it(`of ${name} that do not exist are errors`, () => {
      const args = requiredBy(Class);
      const last = args.at(-1);
      // Where options are required, the unknown one is among them.
      const given =
        typeof last === "object" && !Array.isArray(last) ? [...args.slice(0, -1), { ...last }] : [...args, {}];
      const options = { ...(given.at(-1) as object), nonsense: 1 };
      expect(message(() => new Class(...given.slice(0, -1), options))).toMatch(/unknown option "nonsense"/);
    });
  }

  it("that are misspelt are named", () => {
    expect(message(() => new nn.HuberLoss({ Delta: 1 } as object))).toBe(
      '[HuberLoss] unknown option "Delta" · the options are reduction, delta · did you mean "delta"?',
    );
    expect(message(() => new nn.Linear(2, 1, { device: "cpu" } as object))).toContain('unknown option "device"');
    expect(message(() => new nn.LayerNorm(3, { elementwise_affine: false } as object))).toContain(
      'did you mean "elementwiseAffine"?',
    );
  });

  it("are plain objects: no strings, no tensors, no null", () => {
    expect(message(() => functions.crossEntropy!(x(), labels(), "sum"))).toBe(
      '[crossEntropy] options must be an object: got "sum" · the options are weight, ignoreIndex, labelSmoothing, reduction',
    );
    expect(message(() => functions.layerNorm!(x(), [3], zeros([3])))).toMatch(
      /^\[layerNorm\] options must be an object: got an instance of Tensor/,
    );
    expect(message(() => new nn.HuberLoss(null as never))).toContain("options must be an object: got null");
    expect(message(() => new nn.Linear(1, 1, null as never))).toContain("options must be an object: got null");
    expect(message(() => new nn.Buffer([1], null as never))).toContain("options must be an object: got null");
    expect(() => new nn.HuberLoss(undefined)).not.toThrow();
  });

  it("may contain values that are often given by position", () => {
    expect(new nn.Dropout({ p: 0.25 }).p).toBe(new nn.Dropout(0.25).p);
    expect(new nn.Softmax({ dim: 1 }).dim).toBe(1);
    expect(new nn.Flatten({ endDim: 2 }).endDim).toBe(2);
    expect(nn.functional.dropout(x(), { p: 0.5, training: false }).shape).toEqual([2, 3]);
    expect(nn.init.calculateGain("leakyRelu", { param: 0.2 })).toBe(nn.init.calculateGain("leakyRelu", 0.2));
    expect(new nn.Parameter([1], { requiresGrad: false }).requiresGrad).toBe(false);
    expect(message(() => functions.dropout!(x(), 0.5, { p: 0.5 }))).toContain("p is given twice");
  });
});

describe("wrong arguments of any type give errors of lucid's", () => {
  const wrong: readonly unknown[] = [
    undefined,
    null,
    "text",
    3,
    -1,
    Number.NaN,
    true,
    10n,
    Symbol("s"),
    [],
    [1, "a"],
    new Array(2),
    {},
    Object.create(null),
    { reduction: 3 },
    { weight: "w" },
    new Map(),
    new Date(),
    () => 1,
    class {},
  ];
  /** Tries all lists of up to three wrong arguments, after right ones. */
  async function check(call: (...args: readonly unknown[]) => unknown, right: readonly unknown[]): Promise<void> {
    for (const a of wrong) {
      for (const args of [
        [a],
        [a, a],
        [a, a, a],
        [...right, a],
        [...right.slice(0, -1), a],
        [...right.slice(0, 1), a],
      ]) {
        try {
          await call(...args);
        } catch (error) {
          if (!(error instanceof LucidError)) throw error;
        }
      }
    }
  }

  for (const [name, Class] of Object.entries(classes)) {
    if (name !== "Module") it(name, () => check((...args) => new Class(...args), requiredBy(Class)));
  }
  for (const [name, fn] of Object.entries(functions)) {
    it(name, () => check(fn, name in init! ? [x()] : [x(), name === "linear" ? x() : labels()]));
  }

  it("methods of modules", async () => {
    for (const method of Object.getOwnPropertyNames(nn.Module.prototype)) {
      if (["constructor", "forward", "toString", "toAsync", "loadStateDictAsync"].includes(method)) continue;
      await check(
        (...args) => {
          const module = new nn.Linear(2, 1) as unknown as Readonly<Record<string, Unchecked>>;
          // A class is a function, though one that cannot be called: its error is not lucid's.
          const isClass = method === "apply" && typeof args[0] === "function" && /^class\b/.test(String(args[0]));
          return isClass ? undefined : Reflect.apply(module[method]!, module, args);
        },
        ["name"],
      );
    }
  });

  it("calls that used to be silent or unclear", () => {
    expect(message(() => new (nn.LayerNorm as unknown as UncheckedClass)())).toBe(
      "[LayerNorm] the normalized shape is undefined · it lists the sizes of the last dimensions, one at least",
    );
    expect(message(() => new (nn.LayerNorm as unknown as UncheckedClass)({}))).toContain(
      "the normalized shape is an object",
    );
    expect(message(() => new nn.ModuleList(new nn.Linear(1, 1) as never))).toBe(
      "[ModuleList] a module is not a list · a ModuleList takes one list of modules · " +
        "put the module into a list: new ModuleList([module])",
    );
    const module = new nn.Linear(1, 1);
    expect(message(() => module.registerForwardHook("x" as never))).toBe(
      '[Linear.registerForwardHook] the hook is "x" · the hook is a function',
    );
    expect(message(() => (module.apply as unknown as Unchecked)())).toContain(
      "[Linear.apply] the argument is undefined",
    );
    expect(message(() => functions.zeros_!("w"))).toBe('[zeros_] the tensor is not a tensor: "w"');
    expect(message(() => module.to("int33" as never))).toContain('[Linear.to] a module cannot become "int33"');
  });
});

describe("library code", () => {
  it("includes every class of the package, and no class that a user derives", () => {
    const isLibraryCode = (module: object): boolean => {
      const { libraryForward } = callStateOf(module);
      return libraryForward !== undefined && libraryForward === (module as HasForward).forward;
    };
    const concrete = Object.entries(classes).filter(([name]) => !["Module", "Parameter", "Buffer"].includes(name));
    for (const [name, Class] of concrete) {
      const args = requiredBy(Class);
      expect(isLibraryCode(new Class(...args)), name).toBe(true);
      const Mine = class extends Class {};
      expect(isLibraryCode(new Mine(...args)), name).toBe(false);
      const Replaced = class extends Class {
        forward(input: Tensor): Tensor {
          return input;
        }
      };
      expect(isLibraryCode(new Replaced(...args)), name).toBe(false);
    }
  });
});
