/**
 * All primitives. A table with an entry for each primitive, such as that of the derivative rules, is a record over
 * {@link PrimitiveName}, so that the compiler names every table that lacks one.
 *
 * @module
 */
import type { Primitive } from "../dispatch/call.js";
import { type GatherAttributes, gatherElements, type ScatterAttributes, scatterElements } from "./indexing.js";
import { type MapAttributes, map } from "./map.js";
import { type MatmulAttributes, matrixMultiply } from "./matmul.js";
import { type ScanAttributes, type SortAttributes, scanAxis, sortAxis } from "./ordering.js";
import { type ReduceAttributes, reduce } from "./reduce.js";
import { transfer } from "./transfer.js";
import {
  type DiagonalAttributes,
  diagonalView,
  expandView,
  type PermuteAttributes,
  permuteView,
  reshapeView,
  type ShapeAttributes,
  type SliceAttributes,
  sliceView,
  type UnfoldAttributes,
  unfoldView,
} from "./views.js";
import { type AssignAttributes, assignView, type ConcatenateAttributes, concatenate } from "./writing.js";

/** The attributes of each primitive, by its name. */
export interface PrimitiveAttributes {
  readonly map: MapAttributes;
  readonly reduce: ReduceAttributes;
  readonly matmul: MatmulAttributes;
  readonly gather: GatherAttributes;
  readonly scatter: ScatterAttributes;
  readonly scan: ScanAttributes;
  readonly sort: SortAttributes;
  readonly reshape: ShapeAttributes;
  readonly permute: PermuteAttributes;
  readonly expand: ShapeAttributes;
  readonly slice: SliceAttributes;
  readonly diagonal: DiagonalAttributes;
  readonly unfold: UnfoldAttributes;
  readonly assign: AssignAttributes;
  readonly cat: ConcatenateAttributes;
  readonly to: Record<never, never>;
}

/** The names of the primitives. Fused operations are not among them. */
export type PrimitiveName = keyof PrimitiveAttributes;

/** The primitives by name. */
export const primitives: { readonly [N in PrimitiveName]: Primitive<PrimitiveAttributes[N]> } = {
  map,
  reduce,
  matmul: matrixMultiply,
  gather: gatherElements,
  scatter: scatterElements,
  scan: scanAxis,
  sort: sortAxis,
  reshape: reshapeView,
  permute: permuteView,
  expand: expandView,
  slice: sliceView,
  diagonal: diagonalView,
  unfold: unfoldView,
  assign: assignView,
  cat: concatenate,
  to: transfer,
};
