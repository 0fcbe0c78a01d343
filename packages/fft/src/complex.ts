/**
 * Complex numbers as pairs of real numbers on a last axis of length 2, as `torch.view_as_real` gives them.
 *
 * @module
 */
import { ShapeError, formatShape } from "@lucid/backend";
import { callView, isFloating, owned, reshapeView } from "@lucid/tensor/extend";
import { atan2, hypot, mul, stack, sub, add, type Tensor, zerosLike } from "@lucid/tensor/functions";
import { assertPairs, assertTensor } from "./internal/checks.js";
import { converted, sliced } from "./internal/views.js";

/**
 * Makes complex numbers from real and imaginary parts: pairs on a new last axis.
 *
 * Shapes: `(…), (…) → (…, 2)`.
 *
 * @param im - the imaginary parts; default zeros. Integers and bools become float32.
 * @throws ShapeError if the shapes differ; ArgumentError for anything but tensors.
 *
 * @example
 * ```ts
 * complex(tensor([1, 2]), tensor([3, 4])); // → Tensor([[1, 3], [2, 4]])
 * complex(tensor([1, 2])); // → Tensor([[1, 0], [2, 0]])
 * ```
 *
 * @see torch.complex
 */
export function complex(re: Tensor, im?: Tensor): Tensor {
  assertTensor("complex", "the real part", re);
  if (im !== undefined) {
    assertTensor("complex", "the imaginary part", im);
    if (re.shape.join() !== im.shape.join()) {
      const shapes = [re.shape, im.shape];
      throw new ShapeError("complex", `shapes differ: ${shapes.map(formatShape).join(" · ")}`, shapes, {
        rule: "real and imaginary parts have one shape",
      });
    }
  }
  return owned(() => {
    const floating = (x: Tensor): Tensor => (isFloating(x.dtype) ? x : converted("complex", x, "float32"));
    const real = floating(re);
    return stack([real, im === undefined ? zerosLike(real) : floating(im)], -1);
  });
}

function part(operation: string, x: Tensor, position: number): Tensor {
  assertPairs(operation, "the input", x);
  const shape = x.shape.slice(0, -1);
  return callView(reshapeView, sliced(x, x.ndim - 1, position, 1), { shape });
}

/**
 * Returns the real parts of complex numbers, as a view.
 *
 * Shapes: `(…, 2) → (…)`.
 *
 * @throws ShapeError unless the last axis has length 2.
 *
 * @example
 * ```ts
 * real(tensor([[1, 3], [2, 4]])); // → Tensor([1, 2])
 * ```
 *
 * @see torch.real
 */
export function real(x: Tensor): Tensor {
  return part("real", x, 0);
}

/**
 * Returns the imaginary parts of complex numbers, as a view.
 *
 * Shapes: `(…, 2) → (…)`.
 *
 * @throws ShapeError unless the last axis has length 2.
 *
 * @example
 * ```ts
 * imag(tensor([[1, 3], [2, 4]])); // → Tensor([3, 4])
 * ```
 *
 * @see torch.imag
 */
export function imag(x: Tensor): Tensor {
  return part("imag", x, 1);
}

/**
 * Computes the absolute values of complex numbers, `√(re² + im²)`, without overflow.
 *
 * Shapes: `(…, 2) → (…)`.
 *
 * @throws ShapeError unless the last axis has length 2.
 *
 * @example
 * ```ts
 * abs(tensor([[3, 4], [0, -1]])); // → Tensor([5, 1])
 * ```
 *
 * @see torch.abs
 */
export function abs(x: Tensor): Tensor {
  return owned(() => hypot(part("abs", x, 0), part("abs", x, 1)));
}

/**
 * Computes the angles of complex numbers, from −π to π.
 *
 * Shapes: `(…, 2) → (…)`.
 *
 * @throws ShapeError unless the last axis has length 2.
 *
 * @example
 * ```ts
 * angle(tensor([[2, 0], [0, 1]])); // → Tensor([0, 1.5708])
 * ```
 *
 * @see torch.angle
 */
export function angle(x: Tensor): Tensor {
  return owned(() => atan2(part("angle", x, 1), part("angle", x, 0)));
}

/**
 * Computes the conjugates of complex numbers: the imaginary parts change their signs.
 *
 * Shapes: `(…, 2) → (…, 2)`.
 *
 * @throws ShapeError unless the last axis has length 2.
 *
 * @example
 * ```ts
 * conj(tensor([[1, 3], [2, -4]])); // → Tensor([[1, -3], [2, 4]])
 * ```
 *
 * @see torch.conj
 */
export function conj(x: Tensor): Tensor {
  return owned(() => stack([part("conj", x, 0), mul(part("conj", x, 1), -1)], -1));
}

/**
 * Multiplies complex numbers element by element.
 *
 * `(a + bi) · (c + di) = (ac − bd) + (ad + bc)i`
 *
 * Shapes: `(…, 2), (…, 2) → (…, 2)`. The axes before the last one broadcast.
 *
 * @throws ShapeError unless the last axes have length 2 and the others broadcast.
 *
 * @example
 * ```ts
 * complexMul(tensor([1, 2]), tensor([3, 4])); // → Tensor([-5, 10])
 * ```
 *
 * @see torch.mul
 */
export function complexMul(x: Tensor, y: Tensor): Tensor {
  assertPairs("complexMul", "the first factor", x);
  assertPairs("complexMul", "the second factor", y);
  return owned(() => {
    const [a, b] = [part("complexMul", x, 0), part("complexMul", x, 1)];
    const [c, d] = [part("complexMul", y, 0), part("complexMul", y, 1)];
    return stack([sub(mul(a, c), mul(b, d)), add(mul(a, d), mul(b, c))], -1);
  });
}
