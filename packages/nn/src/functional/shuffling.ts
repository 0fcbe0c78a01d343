/**
 * Moving elements between channels and pixels.
 *
 * @module
 */
import { formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { permute, reshape, type Tensor } from "@lucid/tensor/functions";
import { assertFactor, assertTensor } from "../internal/checks.js";

/** Splits an image into its leading sizes, channels, height and width. @throws ShapeError for fewer than 3 dimensions. */
function partsOf(operation: string, { shape }: Tensor): readonly [readonly number[], number, number, number] {
  if (shape.length < 3) {
    throw new ShapeError(operation, `the input is ${formatShape(shape)}`, [shape], {
      rule: "it is (…, channels, height, width)",
    });
  }
  return [shape.slice(0, -3), ...(shape.slice(-3) as unknown as readonly [number, number, number])];
}

/** Reorders the dimensions behind the first `leading` ones. */
function reordered(x: Tensor, leading: number, order: readonly number[]): Tensor {
  return permute(x, [...Array.from({ length: leading }, (_, i) => i), ...order.map((dim) => leading + dim)]);
}

/**
 * Moves channels into space: r² channels of a pixel become r × r pixels of one channel (Shi and others 2016).
 *
 * Shapes: `(…, channels · r², height, width) → (…, channels, height · r, width · r)`.
 *
 * @param input - images.
 * @param upscaleFactor - r.
 * @throws ArgumentError unless r is an integer above 0; ShapeError unless the number of channels is a multiple of r².
 *
 * @example
 * ```ts
 * functional.pixelShuffle(tensor([[[1]], [[2]], [[3]], [[4]]]), 2); // → Tensor([[[1, 2], [3, 4]]])
 * ```
 *
 * Source: torch.nn.functional.pixel_shuffle.
 */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  const name = "pixelShuffle";
  assertTensor(name, "input", input);
  assertFactor(name, "upscaleFactor", upscaleFactor);
  const [leading, channels, height, width] = partsOf(name, input);
  const r = upscaleFactor;
  if (channels % (r * r) !== 0) {
    throw new ShapeError(name, `the input is ${formatShape(input.shape)}, the factor ${r}`, [input.shape], {
      rule: `the number of channels is a multiple of ${r * r}`,
    });
  }
  const fewer = channels / (r * r);
  return owned(() => {
    const split = reshape(input, [...leading, fewer, r, r, height, width]);
    return reshape(reordered(split, leading.length, [0, 3, 1, 4, 2]), [...leading, fewer, height * r, width * r]);
  });
}

/**
 * Moves space into channels: r × r pixels of a channel become r² channels of one pixel. It undoes {@link pixelShuffle}.
 *
 * Shapes: `(…, channels, height · r, width · r) → (…, channels · r², height, width)`.
 *
 * @param input - images.
 * @param downscaleFactor - r.
 * @throws ArgumentError unless r is an integer above 0; ShapeError unless height and width are multiples of r.
 *
 * @example
 * ```ts
 * functional.pixelUnshuffle(tensor([[[1, 2], [3, 4]]]), 2); // → Tensor([[[1]], [[2]], [[3]], [[4]]])
 * ```
 *
 * Source: torch.nn.functional.pixel_unshuffle.
 */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  const name = "pixelUnshuffle";
  assertTensor(name, "input", input);
  assertFactor(name, "downscaleFactor", downscaleFactor);
  const [leading, channels, height, width] = partsOf(name, input);
  const r = downscaleFactor;
  if (height % r !== 0 || width % r !== 0) {
    throw new ShapeError(name, `the input is ${formatShape(input.shape)}, the factor ${r}`, [input.shape], {
      rule: `height and width are multiples of ${r}`,
    });
  }
  const [rows, columns] = [height / r, width / r];
  return owned(() => {
    const split = reshape(input, [...leading, channels, rows, r, columns, r]);
    return reshape(reordered(split, leading.length, [0, 2, 4, 1, 3]), [...leading, channels * r * r, rows, columns]);
  });
}

/**
 * Mixes the channels of groups: with two groups, the channels 0 1 2 3 become 0 2 1 3 (Zhang and others 2017).
 *
 * Shapes: `(batch, channels, …) → (batch, channels, …)`.
 *
 * @param input - the tensor.
 * @param groups - into how many groups the channels are divided.
 * @throws ArgumentError unless `groups` is an integer above 0; ShapeError for fewer than three dimensions, or unless the
 * number of channels is a multiple of it.
 *
 * @example
 * ```ts
 * functional.channelShuffle(tensor([[[1], [2], [3], [4]]]), 2); // → Tensor([[[1], [3], [2], [4]]])
 * ```
 *
 * Source: torch.nn.functional.channel_shuffle.
 */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  const name = "channelShuffle";
  assertTensor(name, "input", input);
  assertFactor(name, "groups", groups);
  const { shape } = input;
  if (shape.length < 3 || shape[1]! % groups !== 0) {
    throw new ShapeError(name, `the input is ${formatShape(shape)}, for ${groups} groups`, [shape], {
      rule: "it is (batch, channels, …), and the number of channels is a multiple of the number of groups",
    });
  }
  return owned(() => {
    const [batch, channels, ...rest] = shape as readonly [number, number, ...number[]];
    const split = reshape(input, [batch, groups, channels / groups, ...rest]);
    const others = rest.map((_, i) => i + 2);
    return reshape(reordered(split, 1, [1, 0, ...others]), shape);
  });
}
