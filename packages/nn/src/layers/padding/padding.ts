/**
 * Layers that pad sequences, images and volumes.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { pad } from "../../functional/padding.js";
import { assertNumber } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

/** The padding as numbers before and after each dimension, the last one first. One number stands for all of them. */
function paddingOf(operation: string, padding: unknown, dimensions: number): readonly number[] {
  if (Number.isInteger(padding)) return new Array<number>(2 * dimensions).fill(padding as number);
  if (Array.isArray(padding) && padding.length === 2 * dimensions && [...padding].every(Number.isInteger)) {
    return [...(padding as readonly number[])];
  }
  throw new ArgumentError(operation, `the padding is ${describeValue(padding)}`, {
    rule: `it is an integer, or a list of ${2 * dimensions} integers`,
  });
}

/** What all padding layers have in common. */
abstract class Padding extends LibraryModule {
  /** How many elements are added before and after each dimension, the last one first. */
  readonly padding: readonly number[];

  protected constructor(padding: number | readonly number[], dimensions: number) {
    super();
    this.padding = paddingOf(this.constructor.name, padding, dimensions);
  }
}

/** What the layers have in common that pad by one value. */
abstract class ConstantPadding extends Padding {
  /** The value of the new elements. */
  readonly value: number;

  protected constructor(padding: number | readonly number[], value: number, dimensions: number) {
    super(padding, dimensions);
    assertNumber(this.constructor.name, "value", value);
    this.value = value;
  }
}

/** Pads sequences by elements of one value. */
export class ConstantPad1d extends ConstantPadding {
  /**
   * Pads sequences by elements of one value.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (before, after), or one number for all. Negative numbers
   * take elements away.
   * @param value - the value of the new elements.
   * @throws ArgumentError unless the padding is an integer or a list of 2 integers and the value a number.
   *
   * @example
   * ```ts
   * new ConstantPad1d(1, 9)(tensor([[1, 2]])); // → Tensor([[9, 1, 2, 9]])
   * ```
   *
   * Source: torch.nn.ConstantPad1d.
   */
  constructor(padding: number | readonly number[], value: number) {
    super(padding, value, 1);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { value: this.value });
  }
}

/** Pads images by elements of one value. */
export class ConstantPad2d extends ConstantPadding {
  /**
   * Pads images by elements of one value.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height', width')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom), or one number for all. Negative
   * numbers take elements away.
   * @param value - the value of the new elements.
   * @throws ArgumentError unless the padding is an integer or a list of 4 integers and the value a number.
   *
   * @example
   * ```ts
   * new ConstantPad2d([1, 0, 0, 1], 9)(tensor([[[1, 2]]])); // → Tensor([[[9, 1, 2], [9, 9, 9]]])
   * ```
   *
   * Source: torch.nn.ConstantPad2d.
   */
  constructor(padding: number | readonly number[], value: number) {
    super(padding, value, 2);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { value: this.value });
  }
}

/** Pads volumes by elements of one value. */
export class ConstantPad3d extends ConstantPadding {
  /**
   * Pads volumes by elements of one value.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth', height', width')`; also without the
   * batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom, front, back), or one number for
   * all. Negative numbers take elements away.
   * @param value - the value of the new elements.
   * @throws ArgumentError unless the padding is an integer or a list of 6 integers and the value a number.
   *
   * @example
   * ```ts
   * new ConstantPad3d(1, 9)(zeros([1, 2, 2, 2])).shape; // → [1, 4, 4, 4]
   * ```
   *
   * Source: torch.nn.ConstantPad3d.
   */
  constructor(padding: number | readonly number[], value: number) {
    super(padding, value, 3);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { value: this.value });
  }
}

/** Pads sequences by elements that are mirrored at the edge. */
export class ReflectionPad1d extends Padding {
  /**
   * Pads sequences by elements that are mirrored at the edge. No side can get as many elements as there are.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (before, after), or one number for all. Negative numbers
   * take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 2 integers.
   *
   * @example
   * ```ts
   * new ReflectionPad1d(2)(tensor([[1, 2, 3]])); // → Tensor([[3, 2, 1, 2, 3, 2, 1]])
   * ```
   *
   * Source: torch.nn.ReflectionPad1d.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 1);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "reflect" });
  }
}

/** Pads images by elements that are mirrored at the edge. */
export class ReflectionPad2d extends Padding {
  /**
   * Pads images by elements that are mirrored at the edge. No side can get as many elements as there are.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height', width')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom), or one number for all. Negative
   * numbers take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 4 integers.
   *
   * @example
   * ```ts
   * new ReflectionPad2d([1, 0, 0, 1])(tensor([[[1, 2], [3, 4]]])); // → Tensor([[[2, 1, 2], [4, 3, 4], [2, 1, 2]]])
   * ```
   *
   * Source: torch.nn.ReflectionPad2d.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 2);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "reflect" });
  }
}

/** Pads volumes by elements that are mirrored at the edge. */
export class ReflectionPad3d extends Padding {
  /**
   * Pads volumes by elements that are mirrored at the edge. No side can get as many elements as there are.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth', height', width')`; also without the
   * batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom, front, back), or one number for
   * all. Negative numbers take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 6 integers.
   *
   * @example
   * ```ts
   * new ReflectionPad3d(1)(zeros([1, 2, 2, 2])).shape; // → [1, 4, 4, 4]
   * ```
   *
   * Source: torch.nn.ReflectionPad3d.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 3);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "reflect" });
  }
}

/** Pads sequences by elements that are equal to the edge. */
export class ReplicationPad1d extends Padding {
  /**
   * Pads sequences by elements that are equal to the edge.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (before, after), or one number for all. Negative numbers
   * take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 2 integers.
   *
   * @example
   * ```ts
   * new ReplicationPad1d(1)(tensor([[1, 2]])); // → Tensor([[1, 1, 2, 2]])
   * ```
   *
   * Source: torch.nn.ReplicationPad1d.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 1);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "replicate" });
  }
}

/** Pads images by elements that are equal to the edge. */
export class ReplicationPad2d extends Padding {
  /**
   * Pads images by elements that are equal to the edge.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height', width')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom), or one number for all. Negative
   * numbers take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 4 integers.
   *
   * @example
   * ```ts
   * new ReplicationPad2d([1, 0, 0, 1])(tensor([[[1, 2]]])); // → Tensor([[[1, 1, 2], [1, 1, 2]]])
   * ```
   *
   * Source: torch.nn.ReplicationPad2d.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 2);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "replicate" });
  }
}

/** Pads volumes by elements that are equal to the edge. */
export class ReplicationPad3d extends Padding {
  /**
   * Pads volumes by elements that are equal to the edge.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth', height', width')`; also without the
   * batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom, front, back), or one number for
   * all. Negative numbers take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 6 integers.
   *
   * @example
   * ```ts
   * new ReplicationPad3d(1)(zeros([1, 2, 2, 2])).shape; // → [1, 4, 4, 4]
   * ```
   *
   * Source: torch.nn.ReplicationPad3d.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 3);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "replicate" });
  }
}

/** Pads sequences by elements that are taken from the other end. */
export class CircularPad1d extends Padding {
  /**
   * Pads sequences by elements that are taken from the other end. No side can get more elements than there are.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (before, after), or one number for all. Negative numbers
   * take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 2 integers.
   *
   * @example
   * ```ts
   * new CircularPad1d(1)(tensor([[1, 2, 3]])); // → Tensor([[3, 1, 2, 3, 1]])
   * ```
   *
   * Source: torch.nn.CircularPad1d. It came with PyTorch 2.1.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 1);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "circular" });
  }
}

/** Pads images by elements that are taken from the other end. */
export class CircularPad2d extends Padding {
  /**
   * Pads images by elements that are taken from the other end. No side can get more elements than there are.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height', width')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom), or one number for all. Negative
   * numbers take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 4 integers.
   *
   * @example
   * ```ts
   * new CircularPad2d([1, 0, 0, 1])(tensor([[[1, 2], [3, 4]]])); // → Tensor([[[2, 1, 2], [4, 3, 4], [2, 1, 2]]])
   * ```
   *
   * Source: torch.nn.CircularPad2d. It came with PyTorch 2.1.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 2);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "circular" });
  }
}

/** Pads volumes by elements that are taken from the other end. */
export class CircularPad3d extends Padding {
  /**
   * Pads volumes by elements that are taken from the other end. No side can get more elements than there are.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth', height', width')`; also without the
   * batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom, front, back), or one number for
   * all. Negative numbers take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 6 integers.
   *
   * @example
   * ```ts
   * new CircularPad3d(1)(zeros([1, 2, 2, 2])).shape; // → [1, 4, 4, 4]
   * ```
   *
   * Source: torch.nn.CircularPad3d. It came with PyTorch 2.1.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 3);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, { mode: "circular" });
  }
}

/** Pads images by zeros. */
export class ZeroPad2d extends Padding {
  /**
   * Pads images by zeros.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height', width')`; also without the batch.
   *
   * @param padding - how many elements are added: a list (left, right, top, bottom), or one number for all. Negative
   * numbers take elements away.
   * @throws ArgumentError unless the padding is an integer or a list of 4 integers.
   *
   * @example
   * ```ts
   * new ZeroPad2d([1, 0, 0, 1])(tensor([[[1, 2]]])); // → Tensor([[[0, 1, 2], [0, 0, 0]]])
   * ```
   *
   * Source: torch.nn.ZeroPad2d.
   */
  constructor(padding: number | readonly number[]) {
    super(padding, 2);
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding);
  }
}
