/**
 * What every entry of every package exports. A name that is not listed here is public by accident. Operations, layers,
 * losses and optimizers are not listed: tests/pytorch admits those that have a fixture. Fused operations are not listed
 * either: the conformance suite admits those that it compares.
 */
import * as autograd from "@lucid/autograd";
import * as backend from "@lucid/backend";
import * as kit from "@lucid/backend/kit";
import * as nursery from "@lucid/backend/nursery";
import * as conformance from "@lucid/backend-conformance/cases";
import * as cpu from "@lucid/backend-cpu";
import * as wasm from "@lucid/backend-wasm";
import * as webgpu from "@lucid/backend-webgpu";
import * as lucid from "@lucid/lucid";
import * as nn from "@lucid/nn";
import * as functional from "@lucid/nn/functional";
import * as tensor from "@lucid/tensor";
import type { FusedDefinition } from "@lucid/tensor/extend";
import * as extend from "@lucid/tensor/extend";
import * as functions from "@lucid/tensor/functions";
import { expect, it } from "vitest";

const namesOf = (entry: object): string[] => Object.keys(entry).sort();

/** The fused operations that the suite compares, by what the framework calls them with. */
const compared = new Set(
  conformance
    .conformanceCases()
    .filter(({ level }) => level === "fused")
    .map(({ name }) => name.split(" › ")[1]!),
);
const definitions = Object.values(extend).filter(
  (value): value is FusedDefinition =>
    typeof value === "object" && "compose" in value && compared.has(value.operation.name),
);
const admitted = new Set<unknown>([...definitions, ...definitions.map(({ operation }) => operation)]);

/** The names that have to be listed. */
const namesToList = (entry: object): string[] =>
  Object.entries(entry)
    .filter(([, value]) => !admitted.has(value))
    .map(([name]) => name)
    .sort();

const listed = (text: string): string[] => text.trim().split(/\s+/).sort();

const entries: Readonly<Record<string, readonly [entry: object, names: string]>> = {
  "@lucid/autograd": [
    autograd,
    `
      checkpoint defineFunction detectAnomaly differentiate enableGrad grad gradAsync gradcheck gradcheckAsync gradgradcheck gradgradcheckAsync hessian hessianAsync hvp hvpAsync inferenceMode isGradEnabled jacobian jacobianAsync noGrad peekGradient
      savedTensorsHooks setDetectAnomaly valueAndGrad vhp vhpAsync vjp vjpAsync
    `,
  ],
  "@lucid/backend": [
    backend,
    `
      ArgumentError AutogradError BackendError cast checkOptions closestName computeTypes constant contiguousStrides convertValue decodeElements
      derivesFrom describeValue DeviceLostError DisposedError DTypeError dtypeNames dtypes equalShapes extendBackend extentOf
      FormatError formatShape ge gt index heldTypes IndexOutOfRangeError inOrder input isContiguous isDType isExpr isStorageType kernelFor kernelTable
      listOf LucidError mayOverlap namesOf ne op operandsOf OutOfMemoryError overlapsItself partsOf philox positionsOf printExpr random
      registerCopy rootOf rowMajorIndex sameView scalar scalarOperations ShapeError sizeOf StateError substitute substituteAll unrounded windowsOf withDerivative withinLimits
    `,
  ],
  "@lucid/backend/kit": [
    kit,
    `
      accumulatedType areContiguous collapse copyFromHost createPlans createReducePlans followMemory
      keptStepsAreShorter KernelBudget linesAlong mergeLoops MOST_KERNELS multiplyingStored operandsRead reductionLoops remember
      shortestSteps stridesOf widthsOf
    `,
  ],
  "@lucid/backend/nursery": [nursery, "blockSize LeasedSpace memoryHeap Nursery Space"],
  "@lucid/backend-conformance/cases": [conformance, "conformanceCases reportText runConformance"],
  "@lucid/backend-cpu": [cpu, "createCpuBackend"],
  "@lucid/backend-wasm": [wasm, "createWasmBackend"],
  "@lucid/backend-webgpu": [webgpu, "createWebGpuBackend"],
  "@lucid/tensor/extend": [
    extend,
    `
      adopt allocate applyViews assertFunction assertReadable assignView assertComputed asUser belowTransforms commonShape
      broadcastView callAssign callConcatenate callFused callGather callGenerate callMap callMapInto callMatmul
      callReduce callScan callScatter callSort callTransfer callView commonType concatenate diagonalView dispatch
      expandView formulaOf fromElements fusedReduce gatherElements hostAction
      HostNumber hostNumbers hostRecorder identityExpr installedRecorder installRecorder isElementwise isFloating
      listViewSteps literal map markEscaped matrixMultiply withRandomKey
      offerDefaultBackend op owned ownedAsync permuteView primitives readArguments readElements readElementsSync reduce refusePromise replacePlacement
      requireRecorder reshaped reshapeStrides reshapeView scanAxis scatterElements setRecorderTransform sliceView
      sortAxis Storage transfer undoOnThrow unfoldView viewed viewPrimitives whenComputed withLayout withTransform
    `,
  ],
};

for (const [entry, [exported, names]] of Object.entries(entries)) {
  it(`${entry} exports what is listed here, and no more`, () => {
    expect(namesToList(exported)).toEqual(listed(names));
  });
}

it("@lucid/tensor exports the names of @lucid/tensor/functions", () => {
  expect(namesOf(tensor)).toEqual(namesOf(functions));
});

it("@lucid/nn/functional exports the names of functional in @lucid/nn", () => {
  expect(namesOf(functional)).toEqual(namesOf(nn.functional));
});

it("@lucid/lucid exports tensors, gradients, nn, optim, the backends and the error classes", () => {
  const errors = namesOf(backend).filter((name) => name.endsWith("Error"));
  const own = ["createCpuBackend", "createWasmBackend", "nn", "optim", "useBestBackend", ...errors];
  expect(namesOf(lucid)).toEqual([...new Set([...namesOf(tensor), ...namesOf(autograd), ...own])].sort());
});

it("no entry for users exports what is for authors of operations and transforms", () => {
  const shared = namesOf(extend).filter((name) => name in tensor || name in nn || name in autograd);
  expect(shared).toEqual([]);
});
