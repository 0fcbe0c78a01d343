/**
 * Nothing that computes goes without a comparison: every exported function and class of tensor, nn and optim has a
 * fixture, with a gradient where it is differentiable, or says here why not. Marks that are not needed fail too.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import * as nn from "@lucid/nn";
import * as optim from "@lucid/optim";
import * as tensor from "@lucid/tensor";
import { fixtureFiles, readFixture } from "./fixtures.js";
import { lossClasses } from "./registry.js";

/** Names by reason. */
type Marks = Readonly<Record<string, string>>;

/** Exports without numbers that PyTorch could be asked for. */
const noFixture: Marks = {
  "holds, prints or reads elements": "Tensor tensor Storage readElementsSync memory scope allocate replacePlacement",
  "undefined contents": "empty emptyLike",
  "asynchronous twins": "toAsync atAsync nonzeroAsync maskedSelectAsync",
  "definition of operations: what they compute is compared": `elementwise isElementwise apply literal formulaOf commonType
    Formula fusedReduce identityExpr promoteTypes isFloating`,
  "primitives, below the operations": `callAssign callConcatenate callFused callGather callGenerate callMap callMapInto
    callMatmul callReduce callScan callScatter callSort callTransfer callView applyViews broadcastShapes broadcastView
    reshapeStrides withLayout dispatch`,
  "transforms, backends and ownership": `belowTransforms withTransform setRecorderTransform installRecorder
    installedRecorder requireRecorder unrecorded owned asUser markEscaped refusePromise assertFunction assertReadable setDefaultBackend
    getDefaultBackend offerDefaultBackend`,
  "random: PyTorch draws other numbers": `manualSeed getRandomState setRandomState nextRandomKey rand randn randint randperm
    randLike randnLike bernoulli bernoulli_ normal_ uniform_ dropout kaimingNormal_ kaimingUniform_ xavierNormal_
    xavierUniform_`,
  "constants, held to literal tables by the tests of nn": "calculateGain constant_ ones_ zeros_",
  "modules without numbers of their own": "Module ModuleDict ModuleList Parameter Buffer",
  "optimizers and schedules in general": `Optimizer LRScheduler defineAlgorithm decayRates flag integerFrom nonNegative
    positive real`,
};

/** Compared by other tests of this folder. */
const elsewhere: Marks = {
  "in-place.test.ts": "copy_ fill_ zero_",
  "index arguments of at and indexPut_": "slice",
  "training.test.ts": "Sequential",
  "optimizers.test.ts": "SGD Adam AdamW StepLR CosineAnnealingLR",
};

/** Operations whose results have no derivative. */
const noGradient: Marks = {
  "made of numbers": "zeros ones full eye arange linspace zerosLike onesLike fullLike",
  "truth values": `eq ne lt le gt ge logicalAnd logicalOr logicalXor logicalNot isnan isinf isfinite isclose allclose equal
    any all bool`,
  integers: `bitwiseAnd bitwiseOr bitwiseXor bitwiseNot bitwiseLeftShift bitwiseRightShift argmax argmin argsort
    countNonzero nonzero int byte`,
};

function reasons(marks: Marks): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  for (const [reason, names] of Object.entries(marks)) for (const name of names.split(/\s+/)) byName.set(name, reason);
  return byName;
}

const skipped = reasons(noFixture);
const compared = reasons(elsewhere);
const flat = reasons(noGradient);

/** Whether an operation has a fixture, and whether one with a gradient. */
const fixtures = new Map<string, boolean>();
for (const file of fixtureFiles) {
  for (const [name, cases] of Object.entries(readFixture(file))) {
    const differentiated = cases.some((given) => given.gradients?.some((gradient) => gradient !== null));
    for (const alias of [name, lossClasses[name], `${name}_`]) {
      if (alias !== undefined && (alias === name || !skipped.has(alias)))
        fixtures.set(alias, fixtures.get(alias) === true || differentiated);
    }
  }
}

const namespaces = { tensor, nn, functional: nn.functional, init: nn.init, optim };

describe("every export is compared with PyTorch", () => {
  const exported = new Set<string>();
  for (const [namespace, members] of Object.entries(namespaces)) {
    for (const [name, value] of Object.entries(members)) {
      if (typeof value !== "function") continue;
      exported.add(name);
      it(`${namespace}.${name}`, () => {
        if (skipped.has(name)) expect(fixtures.has(name), "has a fixture: remove its mark").toBe(false);
        else if (!compared.has(name)) {
          expect(fixtures.has(name), "has no fixture: add one to ../generators, or a mark here").toBe(true);
          expect(fixtures.get(name), flat.has(name) ? "has a gradient: remove its mark" : "has no gradient").toBe(
            !flat.has(name),
          );
        }
      });
    }
  }

  it("has no mark for a name that is gone", () => {
    const marked = [...skipped.keys(), ...compared.keys(), ...flat.keys()];
    expect(marked.filter((name) => !exported.has(name))).toEqual([]);
  });
});
