/**
 * Fused operations as primitives: each call is one node on the tape. The backend's kernel computes it if it has one for
 * the call; otherwise the call is composed of other operations.
 *
 * @module
 */
import {
  type Attributes,
  type DeviceBuffer,
  dtypes,
  type FusedCall,
  type FusedOperation,
  isStorageType,
  type TensorType,
  type View,
} from "@lucid/backend";
import { belowTransforms, type Call, dispatch, type Primitive } from "../dispatch/call.js";
import type { Rule, RuleContext } from "../dispatch/rule.js";
import type { Scalar } from "../dispatch/scalar.js";
import { defer, namingIndices } from "../memory/failures.js";
import { owned } from "../memory/ownership.js";
import type { Storage } from "../memory/storage.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { converted } from "./map.js";
import { assertAttributes, assertComposed, assertDefinition, assertInputs, assertScalars } from "./fused-checks.js";

/** The derivative rule of a fused operation. Positions count all inputs, also those that are absent. */
export type FusedRule<A extends Attributes = Attributes> = Pick<Rule<A>, "saves" | "gradients">;

/** A fused operation with everything that the framework needs of it. Anybody can define one. */
export interface FusedDefinition<A extends Attributes = Attributes> {
  /** The description of the operation. Backends find their kernels by it. */
  readonly operation: FusedOperation<A>;
  /** Computes the outputs by tensor operations. It runs below all transforms where the backend has no kernel. */
  compose(inputs: readonly (Tensor | undefined)[], attributes: A, scalars: readonly number[]): readonly Tensor[];
  /**
   * The derivative rule. Without one, a call that needs gradients is composed, and the operations that it is composed
   * of are recorded.
   */
  readonly rule?: FusedRule<A>;
}

const NO_SCALARS: readonly number[] = [];

/** The primitives, by definition and by which inputs are present: calls list only the inputs that are present. */
const primitives = new WeakMap<FusedDefinition, Map<string, Primitive>>();

/**
 * Calls a fused operation. The backend's kernel computes it if there is one for this call; otherwise it is composed.
 * For recorders and tracers it is one primitive either way.
 *
 * @param inputs - in the order of `operation.inputs`; undefined for an optional input that is absent.
 * @param scalars - numbers that change from call to call.
 * @throws ArgumentError if an input is missing, an attribute is not plain data, or a scalar is not a number; DTypeError
 * or ShapeError if the inputs do not fit the operation.
 */
export function callFused<A extends Attributes>(
  definition: FusedDefinition<A>,
  inputs: readonly (Tensor | undefined)[],
  attributes: A,
  scalars: readonly Scalar[] = NO_SCALARS,
): readonly Tensor[] {
  assertDefinition(definition);
  const { operation } = definition;
  assertInputs(operation, inputs);
  assertAttributes(operation.name, attributes);
  assertScalars(operation.name, scalars);
  const absent = inputs.includes(undefined) || inputs.length < (operation.inputs?.length ?? 0);
  const present = absent ? inputs.flatMap((input, i) => (input === undefined ? [] : [i])) : undefined;
  const tensors = inputs.filter((input) => input !== undefined);
  return dispatch(primitiveOf(definition, present), tensors, attributes, scalars);
}

function primitiveOf<A extends Attributes>(
  definition: FusedDefinition<A>,
  present: readonly number[] | undefined,
): Primitive<A> {
  let forms = primitives.get(definition);
  if (forms === undefined) {
    forms = new Map();
    primitives.set(definition, forms);
  }
  const key = present === undefined ? "all" : present.join();
  const known = forms.get(key);
  if (known !== undefined) return known;
  const made = makePrimitive(definition, present);
  forms.set(key, made);
  return made;
}

function makePrimitive<A extends Attributes>(
  definition: FusedDefinition<A>,
  present: readonly number[] | undefined,
): Primitive<A> {
  const { operation, rule } = definition;
  const count = operation.inputs?.length ?? 0;
  /** Returns the list with undefined in the places of absent inputs. */
  const spread = <T>(list: readonly T[]): readonly (T | undefined)[] => {
    if (present === undefined) return list;
    const all = new Array<T | undefined>(count).fill(undefined);
    for (let i = 0; i < present.length; i++) all[present[i]!] = list[i];
    return all;
  };
  const compose = ({ inputs, attributes, scalars }: Call<A>): readonly Tensor[] => {
    if (inputs.some(({ dtype }) => isStorageType(dtype)))
      return owned(() => composeComputed(inputs, attributes, scalars));
    // Operations accept HostNumbers wherever they accept numbers, although their types do not say so.
    const numbers = scalars as readonly number[];
    const results = owned(() => definition.compose(spread(inputs), attributes, numbers));
    assertComposed(operation.name, results, operation.infer(spread(inputs), attributes));
    return results;
  };
  /** The outputs for inputs of a storage type: the operation runs in the type in which they are computed. */
  const composeComputed = (inputs: readonly Tensor[], attributes: A, scalars: readonly Scalar[]): readonly Tensor[] => {
    const types = operation.infer(spread(inputs), attributes);
    const computed = inputs.map((input) => converted(operation.name, input, dtypes[input.dtype].compute));
    const results = callFused(definition, spread(computed), attributes, scalars);
    return results.map((result, k) => converted(operation.name, result, types[k]!.dtype));
  };
  return {
    name: operation.name,
    infer: (inputs: readonly TensorType[], attributes: A) => operation.infer(spread(inputs), attributes),
    run(call: Call<A, number>): readonly Tensor[] {
      const { attributes, scalars, backend } = call;
      const inputs = spread(call.inputs);
      const types = operation.infer(inputs, attributes);
      const kernel = backend.fused?.find(operation, inputs, attributes);
      if (kernel === undefined) return belowTransforms(() => compose(call));
      const allocateOne = ({ shape, dtype }: TensorType): Tensor => allocate(backend, shape, dtype);
      const outputs = types.map(allocateOne);
      const scratch = kernel.scratch?.map(allocateOne) ?? [];
      const given: FusedCall<DeviceBuffer, A> = {
        inputs: inputs.map((input) => input?.layout),
        scalars,
        attributes,
        outputs: outputs.map(layoutOf),
        scratch: scratch.map(layoutOf),
      };
      const deferred = namingIndices(operation.name, () => kernel.run(given));
      if (deferred) defer(outputs.map(storageOf), operation.name, deferred);
      for (const { storage } of scratch) storage.release();
      return outputs;
    },
    ...(rule === undefined ? { decompose: compose } : { rule: ruleOf(rule, present, spread) }),
  };
}

const layoutOf = ({ layout }: Tensor): View => layout;
const storageOf = ({ storage }: Tensor): Storage => storage;

/** Makes the rule of the primitive, whose inputs are only those that are present. */
function ruleOf<A extends Attributes>(
  rule: FusedRule<A>,
  present: readonly number[] | undefined,
  spread: <T>(list: readonly T[]) => readonly (T | undefined)[],
): Rule<A> {
  const spreadWanted = (wanted: readonly boolean[]): readonly boolean[] => spread(wanted).map((want) => want === true);
  return {
    saves(attributes, wanted, inputs) {
      const saves = rule.saves(attributes, spreadWanted(wanted), spread(inputs) as readonly TensorType[]);
      if (present === undefined) return saves;
      const saved = saves.inputs.map((input) => present.indexOf(input)).filter((input) => input >= 0);
      return { inputs: saved, outputs: saves.outputs };
    },
    gradients(context) {
      const gradients = rule.gradients({
        ...context,
        wanted: spreadWanted(context.wanted),
        inputTypes: spread(context.inputTypes) as RuleContext["inputTypes"],
        input: (index) => context.input(present === undefined ? index : present.indexOf(index)),
      });
      return present === undefined ? gradients : present.map((input) => gradients[input]);
    },
  };
}
