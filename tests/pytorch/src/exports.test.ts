/**
 * Nothing that computes goes without a comparison: every exported function and class of tensor, linalg, nn and optim has a
 * fixture with at least one element, with a gradient that finite differences check where it is differentiable, or says
 * here why not. Marks that are not needed fail too.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import * as fft from "@lucid/fft";
import * as linalg from "@lucid/linalg";
import * as nn from "@lucid/nn";
import * as optim from "@lucid/optim";
import * as tensor from "@lucid/tensor";
import * as special from "@lucid/tensor/special";
import { isSmooth } from "./differences.js";
import { type Case, fitsInPlace, fixtureFiles, readFixture } from "./fixtures.js";
import { lossClass } from "./registry.js";

/** Names by reason. */
type Marks = Readonly<Record<string, string>>;

/** Exports without numbers that PyTorch could be asked for. */
const noFixture: Marks = {
  "holds, prints or reads elements": "Tensor tensor memory scope",
  "shapes alone": "broadcastShapes",
  "undefined contents": "empty emptyLike newEmpty",
  "asynchronous twins":
    "toAsync atAsync nonzeroAsync maskedSelectAsync copyAsync_ indexPutAsync_ repeatInterleaveAsync oneHotAsync bincountAsync uniqueAsync uniqueConsecutiveAsync allcloseAsync equalAsync",
  "the class of an error": "linalg.LinAlgError",
  "definition of operations: what they compute is compared": "elementwise Formula promoteTypes",
  backends: "setDefaultBackend getDefaultBackend",
  "random: PyTorch draws other numbers": `manualSeed getRandomState setRandomState rand randn randint randperm
    randintLike multinomial randLike randnLike bernoulli bernoulli_ normal_ uniform_ dropout dropout1d dropout2d dropout3d alphaDropout featureAlphaDropout gumbelSoftmax kaimingNormal_ kaimingUniform_ xavierNormal_
    xavierUniform_ orthogonal_ sparse_ truncNormal_`,
  "constants, held to literal tables by the tests of nn": "calculateGain constant_ ones_ zeros_ eye_ dirac_",
  "over modules, held to hand calculations by the tests of nn": `clipGradNorm_ clipGradNormAsync_ clipGradValue_
    parametersToVector vectorToParameters weightNorm removeWeightNorm spectralNorm removeSpectralNorm
    registerParametrization removeParametrizations isParametrized cached ParametrizationList customFromMask identity
    isPruned remove copyModule globalUnstructured l1Unstructured lnStructured randomStructured randomUnstructured`,
  "modules without numbers of their own": "Module ModuleDict ModuleList ParameterDict ParameterList Parameter Buffer",
  "optimizers and schedules in general": `Optimizer LRScheduler defineAlgorithm decayRates flag integerFrom nonNegative
    optim.positive optim.real`,
};

/** The optimizers of the fixture `optimizers`. */
function namesOfOptimizers(): string {
  const { runs, searches } = readFixture<{
    readonly runs: readonly { readonly optimizer: string }[];
    readonly searches: readonly { readonly optimizer: string }[];
  }>("optimizers");
  return [...runs, ...searches].map((run) => run.optimizer).join(" ");
}

/** The schedulers of the fixture `schedulers`. */
function namesOfSchedulers(): string {
  const { runs } = readFixture<{ readonly runs: readonly { readonly scheduler: string }[] }>("schedulers");
  return runs.map((run) => run.scheduler).join(" ");
}

/** Compared by other tests of this folder. */
const elsewhere: Marks = {
  "in-place.test.ts": "copy_ fill_ zero_",
  "index arguments of at and indexPut_": "slice",
  "training.test.ts": "Sequential",
  "under another name": "expit psi gammaln multigammaln",
  "optimizers.test.ts": namesOfOptimizers(),
  "schedulers.test.ts": namesOfSchedulers(),
};

/** Operations whose results have no derivative. */
const noGradient: Marks = {
  "made of numbers":
    "zeros ones full eye arange linspace logspace trilIndices triuIndices zerosLike onesLike fullLike newZeros newOnes newFull fftfreq rfftfreq",
  "made of numbers, windows": `hannWindow hammingWindow blackmanWindow bartlettWindow kaiserWindow bartlett blackman cosine
    exponential gaussian generalCosine generalHamming hamming hann kaiser nuttall`,
  "truth values": `eq ne lt le gt ge logicalAnd logicalOr logicalXor logicalNot isnan isinf isfinite isposinf isneginf signbit
    isin isclose allclose equal
    any all bool`,
  integers: `bitwiseAnd bitwiseOr bitwiseXor bitwiseNot bitwiseLeftShift bitwiseRightShift argmax argmin argsort
    countNonzero nonzero argwhere int byte gcd lcm searchsorted bucketize histc bincount unique
    uniqueConsecutive oneHot`,
  steps: "heaviside",
  ranks: "linalg.matrixRank",
  "PyTorch 1.13 does not differentiate them": `linalg.geqrf linalg.ormqr besselJ0 besselJ1 besselY0 besselY1 modifiedBesselI0 modifiedBesselI1
    modifiedBesselK0 modifiedBesselK1 scaledModifiedBesselK0 scaledModifiedBesselK1 sphericalBesselJ0 narrowCopy zeta
    chebyshevPolynomialT chebyshevPolynomialU chebyshevPolynomialV chebyshevPolynomialW shiftedChebyshevPolynomialT
    shiftedChebyshevPolynomialU shiftedChebyshevPolynomialV shiftedChebyshevPolynomialW`,
};

/** Differentiable, but too coarse for finite differences. */
const onlySingle: Marks = { "results are float32": "float", "results have fewer digits": "half bfloat16" };

function reasons(marks: Marks): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  for (const [reason, names] of Object.entries(marks)) for (const name of names.split(/\s+/)) byName.set(name, reason);
  return byName;
}

const skipped = reasons(noFixture);
const compared = reasons(elsewhere);
const flat = reasons(noGradient);
const single = reasons(onlySingle);

/** What the fixtures of an operation compare. */
interface Compared {
  readonly gradient: boolean;
  /** Whether finite differences check a case. */
  readonly differences: boolean;
}

const fixtures = new Map<string, Compared>();

/** Adds what cases compare; a case whose outputs have no elements compares nothing. */
function count(name: string, cases: readonly Case[]): void {
  const telling = cases.filter(({ outputs }) => outputs?.some((text) => /\] \S/.test(text)));
  if (telling.length === 0) return;
  const before = fixtures.get(name);
  fixtures.set(name, {
    gradient: before?.gradient === true || telling.some(({ gradients }) => gradients?.some((x) => x !== null)),
    differences: before?.differences === true || telling.some(isSmooth),
  });
}

for (const file of fixtureFiles) {
  for (const [name, cases] of Object.entries(readFixture(file))) {
    count(name, cases);
    const loss = lossClass(name);
    if (loss !== undefined) count(loss, cases);
    if (!skipped.has(`${name}_`)) count(`${name}_`, cases.filter(fitsInPlace));
  }
}

const namespaces = {
  tensor,
  special,
  fft,
  windows: fft.windows,
  linalg,
  nn,
  functional: nn.functional,
  init: nn.init,
  utils: nn.utils,
  parametrize: nn.utils.parametrize,
  prune: nn.utils.prune,
  rnn: nn.utils.rnn,
  optim,
  swaUtils: optim.swaUtils,
};

describe("every export is compared with PyTorch", () => {
  const exported = new Set<string>();
  for (const [namespace, members] of Object.entries(namespaces)) {
    for (const [name, value] of Object.entries(members)) {
      if (typeof value !== "function") continue;
      exported.add(name);
      exported.add(`${namespace}.${name}`);
      it(`${namespace}.${name}`, () => {
        if (skipped.has(`${namespace}.${name}`)) return;
        // Some functions of linalg have the names of others.
        const key = namespace === "linalg" ? `linalg.${name}` : name;
        if (skipped.has(key)) expect(fixtures.has(key), "has a fixture: remove its mark").toBe(false);
        else if (!compared.has(key)) {
          expect(fixtures.has(key), "has no fixture: add one to ../generators, or a mark here").toBe(true);
          const { gradient, differences } = fixtures.get(key)!;
          const isFlat = flat.has(key);
          expect(gradient, isFlat ? "has a gradient: remove its mark" : "has no gradient").toBe(!isFlat);
          expect(differences, single.has(key) || isFlat ? "can be checked" : "no smooth float64 case").toBe(
            !single.has(key) && !isFlat,
          );
        }
      });
    }
  }

  it("no mark is for a name that no longer exists", () => {
    const marked = [...skipped.keys(), ...compared.keys(), ...flat.keys(), ...single.keys()];
    expect(marked.filter((name) => !exported.has(name))).toEqual([]);
  });
});
