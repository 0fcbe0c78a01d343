/**
 * The targets of connectionist temporal classification as rows of equal length.
 *
 * @module
 */
import { ArgumentError, DTypeError, dtypes, formatShape, index, ShapeError } from "@lucid/backend";
import { callGather, formulaOf, op } from "@lucid/tensor/extend";
import { cumsum, elementwise, expand, type Formula, full, reshape, sub, Tensor, to } from "@lucid/tensor/functions";

const name = "ctcLoss";

/** The position of a label in the joined targets; 0 where there is none. */
const position = /* @__PURE__ */ elementwise(
  (start: Formula, length: Formula) => {
    const column = formulaOf(index(1));
    return op("where", op("lt", column, length), op("add", start, column), 0);
  },
  { name },
);

/**
 * Returns labels `(size, labels)` of targets that are padded or joined.
 *
 * @param lengths - the lengths as they were given; a list is checked against the targets.
 * @param counts - the lengths as a tensor.
 */
export function paddedLabels(
  targets: Tensor,
  size: number,
  lengths: Tensor | readonly number[],
  counts: Tensor,
): Tensor {
  if (dtypes[targets.dtype].kind !== "int") {
    throw new DTypeError(name, `the targets are ${targets.dtype}`, [targets.dtype], {
      rule: "labels are int32",
      remedy: 'make them so: tensor([1, 2], { dtype: "int32" })',
    });
  }
  const labels = to(targets, "int32");
  const longest = lengths instanceof Tensor ? undefined : Math.max(0, ...lengths);
  if (targets.ndim === 2 && targets.shape[0] === size) {
    const width = targets.shape[1]!;
    if (longest === undefined || longest <= width) return labels;
    throw new ArgumentError(name, `a target length is ${longest}`, { rule: `the targets have ${width} columns` });
  }
  if (targets.ndim !== 1) {
    throw new ShapeError(name, `the targets are ${formatShape(targets.shape)}`, [targets.shape], {
      rule: `they are (${size}, labels), or one vector of all labels`,
    });
  }
  const total = lengths instanceof Tensor ? undefined : lengths.reduce((sum, length) => sum + length, 0);
  if (total !== undefined && total !== targets.numel()) {
    throw new ArgumentError(name, `the target lengths add up to ${total}, there are ${targets.numel()} labels`, {
      rule: "joined targets hold as many labels as the lengths say",
    });
  }
  // The lengths in a tensor are not known here; no target is longer than all together.
  const width = longest ?? targets.numel();
  if (width === 0 || size === 0) return full([size, 0], 0, { dtype: "int32", backend: targets.backend });
  if (size === 1 && width === targets.numel()) return reshape(labels, [1, width]);
  const column = reshape(counts, [size, 1]);
  const start = sub(reshape(cumsum(counts, 0), [size, 1]), column);
  const positions = position(start, expand(column, [size, width]));
  return reshape(callGather(labels, reshape(positions, [size * width]), 0, name), [size, width]);
}
