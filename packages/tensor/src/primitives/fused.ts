/**
 * Fused operations as primitives: one node on the tape, one kernel where the backend has it, composed elsewhere.
 *
 * @module
 */
import type { Attributes, FusedOperation, TensorType } from "@lucid/backend";
import { belowTransforms, type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { owned } from "../memory/ownership.js";
import { allocate, type Tensor } from "../tensor/tensor.js";

/** What the derivative rule of a fused operation gets. */
export interface FusedRuleContext<A extends Attributes = Attributes> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Gradients of the outputs; undefined where none arrived. */
  readonly gradients: readonly (Tensor | undefined)[];
  readonly attributes: A;
  /** Whether the i-th input needs a gradient. */
  readonly wanted: readonly boolean[];
}

/** A larger operation that a backend may do in one kernel; open to third parties. */
export interface FusedDefinition<A extends Attributes = Attributes> extends FusedOperation<A> {
  /** The operation in terms of others; runs below all transforms where the backend has no kernel. */
  compose(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
  /** Which inputs and outputs `rule` reads: only those are kept for the backward pass. */
  readonly saves: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] };
  /** Gradients of the inputs, written with tensor operations so that higher derivatives follow. Undefined: none. */
  rule(context: FusedRuleContext<A>): readonly (Tensor | undefined)[];
}

/** A fused operation as the framework calls it. */
export interface FusedPrimitive<A extends Attributes = Attributes> extends Primitive<A> {
  readonly fused: FusedDefinition<A>;
}

const primitives = new WeakMap<FusedDefinition<never>, FusedPrimitive<never>>();

function primitiveOf<A extends Attributes>(definition: FusedDefinition<A>): FusedPrimitive<A> {
  const known = primitives.get(definition as FusedDefinition<never>);
  if (known !== undefined) return known as unknown as FusedPrimitive<A>;
  const made: FusedPrimitive<A> = {
    name: definition.name,
    fused: definition,
    infer: (inputs: readonly TensorType[], attributes: A) => definition.infer(inputs, attributes),
    run({ inputs, attributes, backend }: Call<A>): readonly Tensor[] {
      const kernel = backend.fused?.get(definition as FusedOperation<never>);
      if (kernel === undefined) return belowTransforms(() => owned(() => definition.compose(inputs, attributes)));
      const outputs = definition.infer(inputs, attributes).map(({ shape, dtype }) => allocate(backend, shape, dtype));
      kernel(
        inputs.map((input) => input.layout),
        attributes,
        outputs.map((output) => output.layout),
      );
      return outputs;
    },
  };
  primitives.set(definition as FusedDefinition<never>, made as unknown as FusedPrimitive<never>);
  return made;
}

/**
 * Calls a fused operation: by the backend's kernel for `definition` if there is one, else composed; either way one
 * primitive to recorders and tracers.
 */
export function callFused<A extends Attributes>(
  definition: FusedDefinition<A>,
  inputs: readonly Tensor[],
  attributes: A,
): readonly Tensor[] {
  return dispatch(primitiveOf(definition), inputs, attributes);
}
