/**
 * Bessel functions, element by element. For moderate arguments they are mean values of simple functions over an angle,
 * which the midpoint rule gives with all digits; for large ones, asymptotic series; K near 0 is a power series.
 *
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, chapter 9.
 *
 * @module
 */
import { elementwise, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, op } from "../../elementwise/formula.js";

type Order = 0 | 1;

const floating = (x: Formula): Formula => (areFloat(x) ? x : x.to("float32"));
const EULER = 0.5772156649015329;

/** The mean over the angles of a quarter circle. */
function meanOver(count: number, term: (cosine: number, angle: number) => Formula): Formula {
  let sum: Formula | undefined;
  for (let j = 0; j < count; j++) {
    const angle = ((j + 0.5) * Math.PI) / (2 * count);
    const value = term(Math.cos(angle), angle);
    sum = sum === undefined ? value : op("add", sum, value);
  }
  return op("div", sum!, count);
}

/** The coefficients aₖ of the asymptotic series of an order. */
function hankel(order: Order, count: number): readonly number[] {
  const coefficients = [1];
  for (let k = 1; k < count; k++) {
    coefficients.push((coefficients[k - 1]! * (4 * order * order - (2 * k - 1) ** 2)) / (8 * k));
  }
  return coefficients;
}

function series(z: Formula, coefficients: readonly number[]): Formula {
  return coefficients.reduceRight<Formula>((sum, c) => op("add", op("mul", sum, z), c), op("mul", z, 0));
}

/** From here on, the series of I has all digits. */
const LARGE_I = 20;

/** I of |x|, times e^(−|x|) if it is scaled. */
function modifiedFirst(order: Order, x: Formula, isScaled: boolean): Formula {
  const size = op("abs", x);
  const isLarge = op("lt", LARGE_I, size);
  const near = op("where", isLarge, 1, size);
  const mean = meanOver(12, (cosine) =>
    order === 0 ? op("cosh", op("mul", near, cosine)) : op("mul", op("sinh", op("mul", near, cosine)), cosine),
  );
  const far = op("where", isLarge, size, LARGE_I);
  const terms = hankel(order, 18).map((a, k) => (k % 2 === 0 ? a : -a));
  const root = op("sqrt", op("mul", far, 2 * Math.PI));
  const tail = op("where", op("lt", far, Number.POSITIVE_INFINITY), series(op("div", 1, far), terms), 1);
  const scaled = op("div", tail, root);
  const half = op("exp", op("mul", far, 0.5));
  const value = isScaled
    ? op("where", isLarge, scaled, op("mul", op("exp", op("neg", near)), mean))
    : op("where", isLarge, op("mul", op("mul", scaled, half), half), mean);
  return order === 0 ? value : op("where", op("lt", x, 0), op("neg", value), value);
}

/**
 * Computes the modified Bessel function of the first kind of order 0.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * i0(tensor([0, 1])); // → Tensor([1, 1.2661])
 * ```
 *
 * @see torch.special.i0
 */
export const i0: Unary = /* @__PURE__ */ elementwise((x: Formula) => modifiedFirst(0, floating(x), false), {
  name: "i0",
  derivative: (x: Formula) => i1(x),
});

/**
 * Computes the modified Bessel function of the first kind of order 1.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * i1(tensor([0, 1])); // → Tensor([0, 0.5652])
 * ```
 *
 * @see torch.special.i1
 */
export const i1: Unary = /* @__PURE__ */ elementwise((x: Formula) => modifiedFirst(1, floating(x), false), {
  name: "i1",
  derivative: (x: Formula) => op("sub", i0(x), ratio(i1(x), x)),
});

/** y / x, and ½ at 0, which is the limit of I₁(x) / x. */
function ratio(y: Formula, x: Formula): Formula {
  const isZero = op("eq", x, 0);
  return op("where", isZero, 0.5, op("div", y, op("where", isZero, 1, x)));
}

const signOf = (x: Formula): Formula => op("where", op("lt", x, 0), -1, op("where", op("eq", x, 0), 0, 1));

/**
 * Computes the modified Bessel function of the first kind of order 0, scaled.
 *
 * `e^(−|x|) · I₀(x)`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * i0e(tensor([0, 100])); // → Tensor([1, 0.0399])
 * ```
 *
 * @see torch.special.i0e
 */
export const i0e: Unary = /* @__PURE__ */ elementwise((x: Formula) => modifiedFirst(0, floating(x), true), {
  name: "i0e",
  derivative: (x: Formula) => op("sub", i1e(x), op("mul", i0e(x), signOf(x))),
});

/**
 * Computes the modified Bessel function of the first kind of order 1, scaled.
 *
 * `e^(−|x|) · I₁(x)`
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * i1e(tensor([0, 100])); // → Tensor([0, 0.0397])
 * ```
 *
 * @see torch.special.i1e
 */
export const i1e: Unary = /* @__PURE__ */ elementwise((x: Formula) => modifiedFirst(1, floating(x), true), {
  name: "i1e",
  derivative: (x: Formula) => op("sub", op("sub", i0e(x), ratio(i1e(x), x)), op("mul", i1e(x), signOf(x))),
});

/**
 * Computes the modified Bessel function of the first kind of order 0. It is {@link i0} under another name.
 *
 * @example
 * ```ts
 * modifiedBesselI0(tensor([1])); // → Tensor([1.2661])
 * ```
 *
 * @see torch.special.modified_bessel_i0
 */
export const modifiedBesselI0: Unary = /* @__PURE__ */ elementwise((x) => i0(x), { name: "modifiedBesselI0" });

/**
 * Computes the modified Bessel function of the first kind of order 1. It is {@link i1} under another name.
 *
 * @example
 * ```ts
 * modifiedBesselI1(tensor([1])); // → Tensor([0.5652])
 * ```
 *
 * @see torch.special.modified_bessel_i1
 */
export const modifiedBesselI1: Unary = /* @__PURE__ */ elementwise((x) => i1(x), { name: "modifiedBesselI1" });

/** From here on, the series of J and Y have all digits. */
const LARGE_J = 25;
const ANGLES = 32;

/** The parts P and Q of the asymptotic series, and the phase. */
function phases(order: Order, size: Formula): readonly [p: Formula, q: Formula, phase: Formula] {
  const far = op("where", op("lt", LARGE_J, size), size, LARGE_J);
  const inverse = op("div", 1, far);
  const coefficients = hankel(order, 20);
  const alternating = (start: 0 | 1): readonly number[] =>
    coefficients.filter((_, k) => k % 2 === start).map((a, k) => (k % 2 === 0 ? a : -a));
  const z = op("mul", inverse, inverse);
  const root = op("sqrt", op("div", 2 / Math.PI, far));
  const phase = op("sub", far, Math.PI / 4 + (order * Math.PI) / 2);
  return [
    op("mul", root, series(z, alternating(0))),
    op("mul", root, op("mul", series(z, alternating(1)), inverse)),
    phase,
  ];
}

function first(order: Order, x: Formula): Formula {
  const size = op("abs", x);
  const isLarge = op("lt", LARGE_J, size);
  const near = op("where", isLarge, 0, size);
  const mean = meanOver(ANGLES, (cosine) =>
    order === 0 ? op("cos", op("mul", near, cosine)) : op("mul", op("sin", op("mul", near, cosine)), cosine),
  );
  const [p, q, phase] = phases(order, size);
  const tail = op("sub", op("mul", p, op("cos", phase)), op("mul", q, op("sin", phase)));
  const decayed = op("where", op("eq", size, Number.POSITIVE_INFINITY), 0, tail);
  const value = op("where", isLarge, decayed, op("where", op("eq", x, x), mean, Number.NaN));
  return order === 0 ? value : op("where", op("lt", x, 0), op("neg", value), value);
}

/** Σ cos 2kθ / k, with which Neumann's series of Y becomes a mean, too. */
function weightOf(angle: number): number {
  let sum = 0;
  for (let k = 1; k <= ANGLES; k++) sum += Math.cos(2 * k * angle) / k;
  return sum;
}

function second(order: Order, x: Formula): Formula {
  const isLarge = op("lt", LARGE_J, x);
  const isPositive = op("lt", 0, x);
  const near = op("where", op("and", isPositive, op("not", isLarge)), x, 1);
  const logarithm = op("mul", op("add", op("log", op("mul", near, 0.5)), EULER), 2 / Math.PI);
  const mean = meanOver(ANGLES, (cosine, angle) => {
    const weight = (4 / Math.PI) * weightOf(angle);
    const turned = op("mul", near, cosine);
    return order === 0 ? op("mul", op("cos", turned), -weight) : op("mul", op("sin", turned), -weight * cosine);
  });
  const main = op("add", op("mul", logarithm, first(order, near)), mean);
  const small = order === 0 ? main : op("sub", main, op("mul", op("div", first(0, near), near), 2 / Math.PI));
  const [p, q, phase] = phases(order, x);
  const tail = op("add", op("mul", p, op("sin", phase)), op("mul", q, op("cos", phase)));
  const decayed = op("where", op("eq", x, Number.POSITIVE_INFINITY), 0, tail);
  const atZero = op("where", op("eq", x, 0), Number.NEGATIVE_INFINITY, Number.NaN);
  return op("where", isPositive, op("where", isLarge, decayed, small), atZero);
}

/**
 * Computes the Bessel function of the first kind of order 0.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * besselJ0(tensor([0, 1])); // → Tensor([1, 0.7652])
 * ```
 *
 * @see torch.special.bessel_j0
 */
export const besselJ0: Unary = /* @__PURE__ */ elementwise((x: Formula) => first(0, floating(x)), {
  name: "besselJ0",
  derivative: (x: Formula) => op("neg", besselJ1(x)),
});

/**
 * Computes the Bessel function of the first kind of order 1.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * besselJ1(tensor([0, 1])); // → Tensor([0, 0.4401])
 * ```
 *
 * @see torch.special.bessel_j1
 */
export const besselJ1: Unary = /* @__PURE__ */ elementwise((x: Formula) => first(1, floating(x)), {
  name: "besselJ1",
  derivative: (x: Formula) => op("sub", besselJ0(x), ratio(besselJ1(x), x)),
});

/**
 * Computes the Bessel function of the second kind of order 0.
 *
 * −Infinity at 0, and NaN for negative numbers. Integers and bools give float32.
 *
 * @example
 * ```ts
 * besselY0(tensor([0, 1])); // → Tensor([-Infinity, 0.0883])
 * ```
 *
 * @see torch.special.bessel_y0
 */
export const besselY0: Unary = /* @__PURE__ */ elementwise((x: Formula) => second(0, floating(x)), {
  name: "besselY0",
  derivative: (x: Formula) => op("neg", besselY1(x)),
});

/**
 * Computes the Bessel function of the second kind of order 1.
 *
 * −Infinity at 0, and NaN for negative numbers. Integers and bools give float32.
 *
 * @example
 * ```ts
 * besselY1(tensor([0, 1])); // → Tensor([-Infinity, -0.7812])
 * ```
 *
 * @see torch.special.bessel_y1
 */
export const besselY1: Unary = /* @__PURE__ */ elementwise((x: Formula) => second(1, floating(x)), {
  name: "besselY1",
  derivative: (x: Formula) => op("sub", besselY0(x), op("div", besselY1(x), x)),
});

/** Up to here, K is computed by its power series. */
const SMALL_K = 2;
/** From here on, its asymptotic series has all digits. */
const LARGE_K = 30;
const STEP = 0.1;
const STEPS = 38;

/** K by its power series: a logarithm times I, and a sum with harmonic numbers. */
function powerSeries(order: Order, x: Formula): Formula {
  const z = op("mul", op("mul", x, x), 0.25);
  const logarithm = op("log", op("mul", x, 0.5));
  const coefficients: number[] = [];
  let [factorials, harmonic] = [1, 0];
  for (let k = 0; k < 14; k++) {
    if (k > 0) {
      factorials *= k * (k + order);
      harmonic += 1 / k;
    }
    coefficients.push(order === 0 ? harmonic / factorials : (2 * harmonic + 1 / (k + 1) - 2 * EULER) / factorials);
  }
  const sum = series(z, coefficients);
  if (order === 0) return op("sub", sum, op("mul", op("add", logarithm, EULER), modifiedFirst(0, x, false)));
  const main = op("add", op("div", 1, x), op("mul", logarithm, modifiedFirst(1, x, false)));
  return op("sub", main, op("mul", op("mul", x, 0.25), sum));
}

/** K, times eˣ if it is scaled. */
function modifiedSecond(order: Order, x: Formula, isScaled: boolean): Formula {
  const isSmall = op("le", x, SMALL_K);
  const isLarge = op("lt", LARGE_K, x);
  const isPositive = op("lt", 0, x);
  const small = op("where", op("and", isPositive, isSmall), x, 1);
  const middle = op("where", op("or", isSmall, isLarge), SMALL_K, x);
  let integral: Formula = op("mul", op("exp", op("mul", middle, 0)), 0.5);
  for (let j = 1; j <= STEPS; j++) {
    const t = j * STEP;
    const value = op("exp", op("mul", middle, 1 - Math.cosh(t)));
    integral = op("add", integral, order === 0 ? value : op("mul", value, Math.cosh(t)));
  }
  const far = op("where", isLarge, x, LARGE_K);
  const inverse = op("where", op("lt", far, Number.POSITIVE_INFINITY), op("div", 1, far), 0);
  const tail = op("mul", op("sqrt", op("mul", inverse, Math.PI / 2)), series(inverse, hankel(order, 20)));
  const scaled = op("where", isLarge, tail, op("mul", integral, STEP));
  const nearZero = powerSeries(order, small);
  const value = isScaled
    ? op("where", isSmall, op("mul", nearZero, op("exp", small)), scaled)
    : op("where", isSmall, nearZero, op("mul", scaled, op("exp", op("neg", op("where", isSmall, SMALL_K, x)))));
  const atZero = op("where", op("eq", x, 0), Number.POSITIVE_INFINITY, Number.NaN);
  return op("where", isPositive, value, atZero);
}

/**
 * Computes the modified Bessel function of the second kind of order 0.
 *
 * Infinity at 0, and NaN for negative numbers. Integers and bools give float32.
 *
 * @example
 * ```ts
 * modifiedBesselK0(tensor([1, 10])); // → Tensor([0.421, 1.778e-5])
 * ```
 *
 * @see torch.special.modified_bessel_k0
 */
export const modifiedBesselK0: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => modifiedSecond(0, floating(x), false),
  { name: "modifiedBesselK0", derivative: (x: Formula) => op("neg", modifiedBesselK1(x)) },
);

/**
 * Computes the modified Bessel function of the second kind of order 1.
 *
 * Infinity at 0, and NaN for negative numbers. Integers and bools give float32.
 *
 * @example
 * ```ts
 * modifiedBesselK1(tensor([1, 10])); // → Tensor([0.6019, 1.8649e-5])
 * ```
 *
 * @see torch.special.modified_bessel_k1
 */
export const modifiedBesselK1: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => modifiedSecond(1, floating(x), false),
  {
    name: "modifiedBesselK1",
    derivative: (x: Formula) => op("sub", op("neg", modifiedBesselK0(x)), op("div", modifiedBesselK1(x), x)),
  },
);

/**
 * Computes the modified Bessel function of the second kind of order 0, scaled.
 *
 * `eˣ · K₀(x)`; Infinity at 0, and NaN for negative numbers. Integers and bools give float32.
 *
 * @example
 * ```ts
 * scaledModifiedBesselK0(tensor([1, 100])); // → Tensor([1.1445, 0.1252])
 * ```
 *
 * @see torch.special.scaled_modified_bessel_k0
 */
export const scaledModifiedBesselK0: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => modifiedSecond(0, floating(x), true),
  {
    name: "scaledModifiedBesselK0",
    derivative: (x: Formula) => op("sub", scaledModifiedBesselK0(x), scaledModifiedBesselK1(x)),
  },
);

/**
 * Computes the modified Bessel function of the second kind of order 1, scaled.
 *
 * `eˣ · K₁(x)`; Infinity at 0, and NaN for negative numbers. Integers and bools give float32.
 *
 * @example
 * ```ts
 * scaledModifiedBesselK1(tensor([1, 100])); // → Tensor([1.6362, 0.1258])
 * ```
 *
 * @see torch.special.scaled_modified_bessel_k1
 */
export const scaledModifiedBesselK1: Unary = /* @__PURE__ */ elementwise(
  (x: Formula) => modifiedSecond(1, floating(x), true),
  {
    name: "scaledModifiedBesselK1",
    derivative: (x: Formula) =>
      op("sub", op("mul", scaledModifiedBesselK1(x), op("sub", 1, op("div", 1, x))), scaledModifiedBesselK0(x)),
  },
);

/**
 * Computes the spherical Bessel function of the first kind of order 0.
 *
 * `sin x / x`, and 1 at 0.
 *
 * Integers and bools give float32.
 *
 * @example
 * ```ts
 * sphericalBesselJ0(tensor([0, 1])); // → Tensor([1, 0.8415])
 * ```
 *
 * @see torch.special.spherical_bessel_j0
 */
export const sphericalBesselJ0: Unary = /* @__PURE__ */ elementwise(
  (given: Formula) => {
    const x = floating(given);
    const isZero = op("eq", x, 0);
    const divisor = op("where", isZero, 1, x);
    const value = op("div", op("sin", divisor), divisor);
    const isInfinite = op("eq", op("abs", x), Number.POSITIVE_INFINITY);
    return op("where", isInfinite, 0, op("where", isZero, 1, value));
  },
  { name: "sphericalBesselJ0" },
);
