/**
 * Checking the gradients of a case, and their gradients, against finite differences in float64. The inputs, the arguments
 * and what is differentiated come from the fixture; nothing is compared with PyTorch here.
 */
import { gradcheck, gradgradcheck } from "@lucid/autograd";
import type { Backend } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor";
import type { Case } from "./fixtures.js";
import { argumentsOf, deviceTensor, type Invoke, tensorsOf, WithLeaves } from "./run.js";

/** Whether finite differences say something: everything is finite float64, and no corner or jump is near. */
export function isSmooth(given: Case): boolean {
  const { gradients, inputs, outputs, kink } = given;
  if (kink === true || gradients?.some((gradient) => gradient !== null) !== true) return false;
  if (inputs.some((text) => /^float(16|32)|NaN|Infinity/.test(text))) return false;
  return outputs!.some((text) => /^float64\S* \S/.test(text)) && !outputs!.some((text) => /NaN|Infinity/.test(text));
}

/** What finite differences contradict. */
export function contradictions(given: Case, invoke: Invoke, backend: Backend): readonly string[] {
  const constants = given.inputs.map((text) => deviceTensor(text, backend).detach());
  const probe = invoke(argumentsOf(given, constants));
  // What a layer holds as a parameter of its own is a copy of the input.
  const copied = probe instanceof WithLeaves ? probe.leaves : [];
  // Tensors among options, such as weights, are differentiated here, though not by PyTorch.
  const positions = [...constants.keys()].filter(
    (i) =>
      (given.gradients![i] !== null || given.constants?.includes(i) === true) &&
      copied[i] === undefined &&
      constants[i]!.dtype === "float64",
  );
  // A layer that differentiates its parameters alone; the function of the same name is checked by them.
  if (positions.length === 0) return [];
  const inputs = positions.map((i) => constants[i]!.clone().requiresGrad_());
  const call = (...variables: readonly Tensor[]): readonly Tensor[] => {
    const operands = [...constants];
    positions.forEach((position, i) => {
      operands[position] = variables[i]!;
    });
    const result = invoke(argumentsOf(given, operands));
    return tensorsOf(result instanceof WithLeaves ? result.outputs : result);
  };
  const problems: string[] = [];
  for (const check of [gradcheck, gradgradcheck]) {
    try {
      check(call, inputs);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return problems;
}
