/**
 * How a view is made from its base: a list of view primitives. The list is kept short, because a loop such as `x =
 * x.reshape(…)` would make it longer with every step.
 *
 * @module
 */
import { type Attributes, equalShapes, type View } from "@lucid/backend";
import { reshapeStrides } from "./layout.js";

/** The names of the view primitives. */
export type ViewName = "reshape" | "permute" | "expand" | "slice" | "diagonal" | "unfold";

/** One call of a view primitive, as plain data. */
export type ViewStep = { readonly view: ViewName; readonly attributes: Attributes };

/** The last step, with a link to those before it. */
export interface ViewSteps extends ViewStep {
  readonly previous: ViewSteps | undefined;
  readonly length: number;
}

/** What a view primitive knows about two of its calls, one after the other. */
interface Joining<A extends Attributes> {
  readonly name: ViewName;
  join(first: A, second: A): Attributes | undefined;
}

/** A list of fewer steps is not compared with a single reshape, because the comparison takes a little time. */
const FEW = 4;

/** Appends a step that gives `result` to the steps from `base`. */
export function addViewStep<A extends Attributes>(
  base: View,
  previous: ViewSteps | undefined,
  primitive: Joining<A>,
  attributes: A,
  result: View,
): ViewSteps {
  const { name } = primitive;
  if (previous === undefined) return append(undefined, name, attributes);
  const joined = previous.view === name ? primitive.join(previous.attributes as A, attributes) : undefined;
  if (joined !== undefined) return append(previous.previous, name, joined);
  if (previous.length >= FEW && isReshaped(base, result)) return append(undefined, "reshape", { shape: result.shape });
  return append(previous, name, attributes);
}

function append(previous: ViewSteps | undefined, view: ViewName, attributes: Attributes): ViewSteps {
  return { view, attributes, previous, length: (previous?.length ?? 0) + 1 };
}

/** Whether a view holds all elements of its base in the same order. */
function isReshaped(base: View, { shape, strides, offset }: View): boolean {
  if (offset !== base.offset) return false;
  const count = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);
  if (count(shape) !== count(base.shape)) return false;
  const same = reshapeStrides(base, shape);
  return same !== undefined && equalShapes(same, strides);
}

/** Lists the steps in the order in which they are applied. */
export function listViewSteps(steps: ViewSteps): readonly ViewStep[] {
  const list: ViewStep[] = [];
  for (let at: ViewSteps | undefined = steps; at !== undefined; at = at.previous) {
    list.push({ view: at.view, attributes: at.attributes });
  }
  return list.reverse();
}
