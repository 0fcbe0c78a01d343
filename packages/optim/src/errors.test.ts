/** What optimizers and schedules refuse, and what they say. */
import { ArgumentError, DTypeError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { callView, expandView } from "@lucid/tensor/extend";
import { describe, expect, test } from "vitest";
import { Adam, AdamW, CosineAnnealingLR, SGD, StepLR } from "./index.js";

setDefaultBackend(createCpuBackend());

const parameter = (...values: number[]): Tensor => new Tensor(values, { requiresGrad: true });

/** Expects an ArgumentError (or `kind`) of exactly this text. */
function refuses(
  code: () => unknown,
  text: string,
  kind: typeof ArgumentError | typeof DTypeError = ArgumentError,
): void {
  let thrown: unknown;
  try {
    code();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(kind);
  expect((thrown as Error).message).toBe(text);
}

describe("options of optimizers", () => {
  const w = parameter(1);
  const nonNegative: readonly (readonly [string, unknown])[] = [
    ["lr", -1],
    ["lr", Number.NaN],
    ["lr", "0.1"],
    ["lr", null],
    ["eps", -1e-8],
    ["weightDecay", -0.1],
  ];
  for (const [name, value] of nonNegative) {
    test(`Adam: ${name} = ${JSON.stringify(value)}`, () => {
      const shown = typeof value === "string" ? `"${value}"` : String(value);
      const text = `[Adam] invalid ${name}: ${shown} · ${name} must be a number ≥ 0`;
      refuses(() => new Adam([w], { [name]: value }), text);
    });
  }

  test("betas are two numbers from 0 to below 1", () => {
    for (const [betas, shown] of [
      [[1, 0.5], "[1, 0.5]"],
      [[0.5, -0.1], "[0.5, -0.1]"],
      [[Number.NaN, 0.5], "[NaN, 0.5]"],
      [[0.5], "[0.5]"],
      [0.9, "0.9"],
    ] as const) {
      const text = `[AdamW] invalid betas: ${shown} · betas must be two numbers β with 0 ≤ β < 1`;
      refuses(() => new AdamW([w], { betas: betas as never }), text);
    }
    expect(() => new Adam([w], { betas: [0, 0] })).not.toThrow();
    const given: [number, number] = [0.5, 0.5];
    const optimizer = new Adam([w], { betas: given });
    given[0] = 2;
    expect(optimizer.paramGroups[0]!.betas).toEqual([0.5, 0.5]);
  });

  test("flags are booleans, momentum and dampening are numbers", () => {
    refuses(() => new Adam([w], { amsgrad: 1 as never }), "[Adam] invalid amsgrad: 1 · amsgrad must be true or false");
    refuses(() => new SGD([w], { momentum: -1 }), "[SGD] invalid momentum: -1 · momentum must be a number ≥ 0");
    refuses(
      () => new SGD([w], { dampening: Number.NaN }),
      "[SGD] invalid dampening: NaN · dampening must be a number, not NaN",
    );
  });

  test("nesterov needs momentum and no dampening", () => {
    refuses(
      () => new SGD([w], { nesterov: true }),
      "[SGD] nesterov needs momentum > 0 and dampening = 0: momentum 0, dampening 0",
    );
    refuses(
      () => new SGD([w], { nesterov: true, momentum: 0.9, dampening: 0.1 }),
      "[SGD] nesterov needs momentum > 0 and dampening = 0: momentum 0.9, dampening 0.1",
    );
  });

  test("unknown names are refused", () => {
    refuses(
      () => new SGD([w], { learningRate: 1 } as never),
      '[SGD] unknown option "learningRate" · the options are lr, momentum, dampening, weightDecay, nesterov, maximize',
    );
    refuses(
      () => new Adam([{ params: [w], momentum: 1 } as never]),
      '[Adam] unknown option "momentum" · the options are lr, betas, eps, weightDecay, amsgrad, maximize, params, initialLr',
    );
    const known = "the options are lr, momentum, dampening, weightDecay, nesterov, maximize";
    refuses(() => new SGD([w], 0.1 as never), `[SGD] options must be an object: got 0.1 · ${known}`);
    refuses(() => new SGD([w], null as never), `[SGD] options must be an object: got null · ${known}`);
    refuses(
      () => new SGD([w], { weight_decay: 1 } as never),
      `[SGD] unknown option "weight_decay" · ${known} · did you mean "weightDecay"?`,
    );
  });

  test("wrong options in groups are refused, also in groups that are added later, which are then not added", () => {
    const v = parameter(2);
    refuses(
      () => new SGD([{ params: [w] }, { params: [v], lr: -1 }]),
      "[SGD] invalid paramGroups[1].lr: -1 · lr must be a number ≥ 0",
    );
    const optimizer = new SGD([w], { lr: 0.5 });
    refuses(
      () => optimizer.addParamGroup({ params: v, weightDecay: Number.NaN }),
      "[SGD] invalid paramGroups[1].weightDecay: NaN · weightDecay must be a number ≥ 0",
    );
    refuses(
      () => optimizer.addParamGroup({ params: v, initialLr: -1 }),
      "[SGD] invalid paramGroups[1].initialLr: -1 · initialLr must be a number ≥ 0",
    );
    expect(optimizer.paramGroups.length).toBe(1);
    optimizer.addParamGroup({ params: v, momentum: 0.9 });
    expect(optimizer.paramGroups[1]).toEqual({
      params: [v],
      lr: 0.5,
      momentum: 0.9,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
    });
    v.grad = new Tensor([1]);
    optimizer.step();
    expect(Array.from(v.dataSync())).toEqual([1.5]);
  });

  test("defaults are PyTorch's", () => {
    expect(new SGD([w]).defaults).toEqual({
      lr: 0.001,
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
    });
    const adam = { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false, maximize: false };
    expect(new Adam([w]).defaults).toEqual(adam);
    expect(new AdamW([w]).defaults).toEqual({ ...adam, weightDecay: 0.01 });
  });
});

describe("parameters", () => {
  test("may come from an iterator, which yields them once", () => {
    const tensors = [parameter(1), parameter(2)];
    const iterator = tensors.values();
    expect(new SGD(iterator).paramGroups[0]!.params).toEqual(tensors);
    refuses(
      () => new SGD(iterator),
      "[SGD] the parameter list is empty · there must be something to optimize · " +
        "an iterator yields its values once: call model.parameters() again for every use",
    );
  });

  test("must be an iterable", () => {
    const rule = "parameters are an iterable of tensors or of groups { params, lr, … }";
    refuses(
      () => new SGD(parameter(1) as never),
      `[SGD] the parameters are a tensor · ${rule} · pass a list: [tensor]`,
    );
    refuses(() => new SGD(undefined as never), `[SGD] the parameters are undefined · ${rule}`);
    refuses(() => new SGD({ lr: 1 } as never), `[SGD] the parameters are an object · ${rule}`);
  });

  test("must be tensors", () => {
    refuses(
      () => new SGD([parameter(1), [2]] as never),
      "[SGD] paramGroups[0].params[1] is [2] · only tensors can be optimized",
    );
    refuses(
      () => new SGD([{ params: [1] }] as never),
      "[SGD] paramGroups[0].params[0] is 1 · only tensors can be optimized",
    );
    refuses(
      () => new SGD([{ params: 5 }] as never),
      "[SGD] paramGroups[0].params is 5 · it must be a tensor or an iterable of tensors",
    );
    refuses(
      () => new SGD([{ params: [] }, parameter(1)] as never),
      "[SGD] paramGroups[1] is an instance of Tensor · a group is { params, lr?, … }",
    );
  });

  test("must be leaves", () => {
    const w = parameter(1, 2);
    refuses(
      () => new SGD([w.mul(2)]),
      "[SGD] paramGroups[0].params[0] [2] was computed from other tensors · only leaves can be optimized: gradients are " +
        "kept for them · optimize the tensors it was computed from, or detach().requiresGrad_() it",
    );
    expect(() => new SGD([w.mul(2).detach().requiresGrad_()])).not.toThrow();
  });

  test("must be floating, and contain no element twice", () => {
    refuses(
      () => new SGD([new Tensor([1], { dtype: "int32" })]),
      "[SGD] paramGroups[0].params[0] [1] is int32 · only floating tensors can be optimized",
      DTypeError,
    );
    refuses(
      () => new SGD([callView(expandView, new Tensor([1]), { shape: [3] }).detach()]),
      "[SGD] some elements of paramGroups[0].params[0] [3] share memory · an expanded or self-overlapping view cannot be " +
        "written · optimize its clone()",
    );
  });

  test("must belong to one group, once", () => {
    const w = parameter(1, 2);
    const v = parameter(1);
    const rule = "a parameter belongs to one group, once";
    refuses(
      () => new SGD([{ params: [v, w] }, { params: [w] }]),
      `[SGD] paramGroups[1].params[0] [2] was given before · ${rule}`,
    );
    refuses(() => new SGD([w, w]), `[SGD] paramGroups[0].params[1] [2] was given before · ${rule}`);
    const optimizer = new SGD([w]);
    refuses(
      () => optimizer.addParamGroup({ params: [v, w] }),
      `[SGD] paramGroups[1].params[1] [2] was given before · ${rule}`,
    );
  });
});

describe("schedules", () => {
  const optimizer = new SGD([parameter(1)], { lr: 0.5 });

  test("have options that are checked", () => {
    refuses(
      () => new StepLR(optimizer, undefined as never),
      "[StepLR] stepSize is missing · stepSize must be an integer ≥ 1",
    );
    refuses(() => new StepLR(optimizer, 1.5), "[StepLR] invalid stepSize: 1.5 · stepSize must be an integer ≥ 1");
    refuses(
      () => new StepLR(optimizer, 1, { gamma: Number.NaN }),
      "[StepLR] invalid gamma: NaN · gamma must be a number, not NaN",
    );
    refuses(
      () => new CosineAnnealingLR(optimizer, 0),
      "[CosineAnnealingLR] invalid tMax: 0 · tMax must be a number > 0",
    );
    refuses(
      () => new CosineAnnealingLR(optimizer, 5, { etamin: 0 } as never),
      '[CosineAnnealingLR] unknown option "etamin" · the options are etaMin, lastEpoch · did you mean "etaMin"?',
    );
    refuses(() => new StepLR({} as never, 1), "[StepLR] cannot schedule an object · pass an optimizer");
    expect(optimizer.paramGroups[0]!.initialLr).toBeUndefined();
  });

  test("need initialLr to be resumed", () => {
    refuses(
      () => new StepLR(optimizer, 1, { lastEpoch: 3 }),
      "[StepLR] paramGroups[0] has no initialLr, and lastEpoch is 3 · a schedule that is resumed needs to know where it " +
        "started · give the groups an initialLr, or load both state dicts",
    );
  });

  test("remember the first learning rate of each group, also of groups that are added later", () => {
    const adam = new Adam([parameter(1)], { lr: 0.5 });
    const schedule = new CosineAnnealingLR(adam, 2);
    expect(adam.paramGroups[0]!.initialLr).toBe(0.5);
    adam.addParamGroup({ params: parameter(2), lr: 0.25 });
    schedule.step();
    expect(adam.paramGroups[1]!.initialLr).toBe(0.25);
    expect(schedule.getLastLr().map((lr) => Number(lr.toFixed(12)))).toEqual([0.25, 0.125]);
  });
});

test("an optimizer prints its options", () => {
  const optimizer = new SGD([{ params: [parameter(1), parameter(2)] }, { params: [parameter(3)], lr: 0.5 }], {
    lr: 0.1,
  });
  const common = "    momentum: 0\n    dampening: 0\n    weightDecay: 0\n    nesterov: false\n    maximize: false\n";
  expect(String(optimizer)).toBe(
    `SGD (\n  group 0: 2 parameters\n    lr: 0.1\n${common}  group 1: 1 parameter\n    lr: 0.5\n${common})`,
  );
});
