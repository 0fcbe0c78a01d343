/**
 * L-BFGS.
 *
 * @module
 */
import { enableGrad, noGrad } from "@lucid/autograd";
import { ArgumentError, BackendError, DTypeError, describeValue, namesOf, rootOf } from "@lucid/backend";
import { asUser, owned, ownedAsync } from "@lucid/tensor/extend";
import { Tensor, toAsync } from "@lucid/tensor/functions";
import { GroupedOptimizer } from "../../grouped-optimizer.js";
import {
  type GroupOfParameters,
  type GroupRules,
  type ParameterGroup,
  type ParametersToOptimize,
  parameterName,
} from "../../groups.js";
import { checkValues, integerFrom, nonNegative, type SomeOptions } from "../../options.js";
import { descend, type LBFGSOptions, type Memory } from "./descent.js";
import { type Request, runSearch, runSearchAsync } from "./search.js";
import { checkMemory, type LBFGSState, type LBFGSStateDict, loadMemory, saveMemory } from "./state.js";
import { FlatParameters } from "./vectors.js";

export type { LBFGSOptions, LBFGSState, LBFGSStateDict };

const rules: GroupRules<LBFGSOptions> = {
  name: "LBFGS",
  options: {
    lr: /* @__PURE__ */ nonNegative(1),
    maxIter: /* @__PURE__ */ integerFrom(1, 20),
    maxEval: {
      initial: null,
      rule: "an integer ≥ 1 or null",
      accepts: (value) => value === null || (Number.isInteger(value) && (value as number) >= 1),
    },
    toleranceGrad: /* @__PURE__ */ nonNegative(1e-7),
    toleranceChange: /* @__PURE__ */ nonNegative(1e-9),
    historySize: /* @__PURE__ */ integerFrom(1, 100),
    lineSearchFn: {
      initial: null,
      rule: '"strong_wolfe" or null',
      accepts: (value) => value === null || value === "strong_wolfe",
    },
  },
};

/** The loss that a closure may return. */
type Loss = Tensor | number;

function assertLoss(loss: unknown): asserts loss is Loss {
  if (typeof loss === "number" || (loss instanceof Tensor && loss.numel() === 1)) return;
  throw new ArgumentError("LBFGS.step", `the closure returned ${describeValue(loss)}`, {
    rule: "it returns the loss: a number or a tensor with one element",
  });
}

function assertClosure(closure: unknown): void {
  if (typeof closure === "function") return;
  throw new ArgumentError("LBFGS.step", `the closure is ${describeValue(closure)}`, {
    rule: "a step evaluates the loss several times",
    remedy: "pass a function that calls zeroGrad, computes the loss, calls backward and returns the loss",
  });
}

const NOTHING: Memory = { iterations: 0, evaluations: 0, last: undefined };

function tensorsOf({ last }: Memory): readonly Tensor[] {
  if (last === undefined) return [];
  return [last.direction, last.gradient, ...last.corrections.flatMap(({ step, change }) => [step, change])];
}

/**
 * L-BFGS: Newton's method with an approximation of the second derivatives. (torch.optim.LBFGS)
 */
export class LBFGS extends GroupedOptimizer<LBFGSOptions> {
  readonly #parameters: FlatParameters;
  #memory: Memory = NOTHING;

  /**
   * L-BFGS: Newton's method with an approximation of the second derivatives. (torch.optim.LBFGS)
   *
   *     θ ← θ − t·H·∇
   *
   * H approximates the inverse of the matrix of second derivatives, from the last `historySize` changes of θ and ∇. A step
   * consists of up to `maxIter` such iterations, and evaluates the loss for each of them: it suits losses without random
   * numbers and of few parameters. There is one group of parameters.
   *
   * @param parameters - tensors of one element type on one backend, or one group `{ params, lr?, … }` of them.
   * @throws ArgumentError for no parameters, one that is not a leaf, several groups, or an invalid option; DTypeError or
   * BackendError for parameters of several element types or backends.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new LBFGS([w], { lineSearchFn: "strong_wolfe" });
   * optimizer.step(() => {
   *   optimizer.zeroGrad();
   *   const loss = w.sub(tensor([3, 5])).square().sum();
   *   loss.backward();
   *   return loss;
   * });
   * w.detach(); // → Tensor([3, 5])
   * ```
   */
  constructor(parameters: ParametersToOptimize<LBFGSOptions>, options?: SomeOptions<LBFGSOptions>) {
    super(rules, parameters, options);
    if (this.paramGroups.length > 1) refuseGroups();
    const { params } = this.#group;
    const first = params[0]!;
    params.forEach((parameter, i) => {
      if (parameter.dtype !== first.dtype) {
        const types = [parameter.dtype, first.dtype];
        throw new DTypeError("LBFGS", `${parameterName(0, i)} is ${types.join(", the first parameter ")}`, types, {
          rule: "all parameters have one element type",
        });
      }
      if (rootOf(parameter.backend) !== rootOf(first.backend)) {
        const backends = namesOf([parameter.backend, first.backend]);
        const text = backends.join(", the first parameter on ");
        throw new BackendError("LBFGS", `${parameterName(0, i)} lives on ${text}`, backends, {
          rule: "all parameters live on one backend",
        });
      }
    });
    this.#parameters = new FlatParameters("LBFGS", params);
  }

  get #group(): ParameterGroup<LBFGSOptions> {
    return this.paramGroups[0]!;
  }

  /** @throws ArgumentError: there is one group. */
  override addParamGroup(_group: GroupOfParameters<LBFGSOptions>): void {
    refuseGroups();
  }

  /**
   * Makes up to `maxIter` iterations. If anything throws, the parameters have the values from before the step.
   *
   * @param closure - sets the gradients to those at the present parameters, and returns the loss; called several times,
   * with recording on.
   * @returns the first loss that `closure` returned.
   * @throws ArgumentError for an option that was set to an invalid value, or where `closure` returns no loss; ShapeError,
   * DTypeError or BackendError for a gradient unlike its parameter.
   */
  step<R extends Tensor | number>(closure: () => R): R {
    assertClosure(closure);
    let first: R | undefined;
    const answer = (request: Request): readonly number[] => {
      if ("numbers" in request) return request.numbers.map((x) => x.item());
      const loss = asUser(() => enableGrad(closure));
      assertLoss(loss);
      first ??= loss;
      return [typeof loss === "number" ? loss : loss.item()];
    };
    noGrad(() => owned(() => this.#remember(runSearch(this.#search(), answer))));
    return first!;
  }

  /**
   * Makes a step as {@link step} does, for backends that cannot be read synchronously. The closure may wait.
   *
   * @throws what {@link step} throws, as a rejection.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new LBFGS([w], { lineSearchFn: "strong_wolfe" });
   * await optimizer.stepAsync(() => {
   *   optimizer.zeroGrad();
   *   const loss = w.sub(tensor([3, 5])).square().sum();
   *   loss.backward();
   *   return loss;
   * });
   * w.detach(); // → Tensor([3, 5])
   * ```
   */
  async stepAsync<R extends Tensor | number>(closure: () => R | Promise<R>): Promise<R> {
    assertClosure(closure);
    let first: R | undefined;
    const answer = async (request: Request): Promise<readonly number[]> => {
      if ("numbers" in request) return await Promise.all(request.numbers.map((x) => x.itemAsync()));
      const loss = await closure();
      assertLoss(loss);
      first ??= loss;
      return [typeof loss === "number" ? loss : await loss.itemAsync()];
    };
    await ownedAsync(async (step) => {
      const run = <T>(code: () => T): T => step(() => noGrad(code));
      const memory = await runSearchAsync(this.#search(), answer, run);
      step(() => this.#remember(memory));
    });
    return first!;
  }

  #search(): ReturnType<typeof descend> {
    checkValues("LBFGS", rules.options, this.#group, "paramGroups[0].");
    return descend(this.#parameters, this.#group, this.#memory);
  }

  /** Holds the tensors of a memory, and lets those of the one before go. */
  #remember(memory: Memory): void {
    for (const tensor of tensorsOf(memory)) tensor.storage.hold();
    for (const tensor of tensorsOf(this.#memory)) tensor.storage.unhold();
    this.#memory = memory;
  }

  /**
   * Copies the optimizer's state: the options, and what it remembers, as the state of parameter 0.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * new LBFGS([w]).stateDict().paramGroups[0].params; // → [0]
   * ```
   */
  stateDict(): LBFGSStateDict {
    return noGrad(() => owned(() => saveMemory(this.#memory, this.#group)));
  }

  /**
   * Loads a state that {@link stateDict} saved, options included. Training goes on as if it had not been interrupted.
   *
   * @throws StateError that names every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: LBFGSStateDict): void {
    const operation = "LBFGS.loadStateDict";
    const checked = checkMemory(operation, rules.options, this.#group, this.#parameters.size, stateDict);
    noGrad(() => owned(() => this.#remember(loadMemory(operation, this.#parameters, checked))));
    const { params: _, ...options } = checked.paramGroups[0];
    Object.assign(this.#group, options);
  }

  /**
   * Loads a state as {@link loadStateDict} does, if a saved tensor lives on a backend that cannot be read synchronously.
   *
   * @throws StateError that names every mismatch, before anything is changed.
   */
  async loadStateDictAsync(stateDict: LBFGSStateDict): Promise<void> {
    const operation = "LBFGS.loadStateDict";
    const checked = checkMemory(operation, rules.options, this.#group, this.#parameters.size, stateDict);
    const { 0: entry } = checked.state;
    if (entry?.d === undefined) {
      this.loadStateDict(checked);
      return;
    }
    const { backend } = this.#parameters.like;
    const moved = (x: Tensor): Promise<Tensor> | Tensor =>
      rootOf(x.backend) === rootOf(backend) ? x : toAsync(x, backend);
    const { d, prevFlatGrad, oldDirs, oldStps } = entry as Required<LBFGSState>;
    const here: LBFGSState = {
      ...entry,
      d: await moved(d),
      prevFlatGrad: await moved(prevFlatGrad),
      oldDirs: await Promise.all(oldDirs.map(moved)),
      oldStps: await Promise.all(oldStps.map(moved)),
    };
    this.loadStateDict({ ...checked, state: { 0: here } });
  }
}

function refuseGroups(): never {
  throw new ArgumentError("LBFGS", "there are several parameter groups", {
    rule: "all parameters are in one group, because their steps depend on each other",
  });
}
