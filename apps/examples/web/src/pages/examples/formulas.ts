/** Formulas to start from. */

export type FormulaName = "huber" | "gelu" | "silu" | "bump" | "wave";

export interface FormulaPreset {
  readonly title: string;
  readonly text: string;
  /** The values of the second and third arguments. */
  readonly numbers: readonly number[];
}

export const formulas: Readonly<Record<FormulaName, FormulaPreset>> = {
  huber: {
    title: "Huber’s loss",
    text: `(x, delta) => {
  const size = x.abs();
  return where(
    size.le(delta),
    x.square().mul(0.5),
    delta.mul(size.sub(delta.mul(0.5))),
  );
}`,
    numbers: [1, 1],
  },
  gelu: {
    title: "GELU",
    text: "(x) => x.mul(erf(x.div(Math.SQRT2)).add(1)).mul(0.5)",
    numbers: [1, 1],
  },
  silu: {
    title: "SiLU with a slope",
    text: "(x, slope) => x.mul(sigmoid(x.mul(slope)))",
    numbers: [1, 1],
  },
  bump: {
    title: "Welsch’s loss",
    text: `// Far outliers have no effect at all.
(x, c) => {
  const z = x.div(c);
  return c.square().mul(0.5).mul(exp(z.square().neg()).neg().add(1));
}`,
    numbers: [1.5, 1],
  },
  wave: {
    title: "A damped wave",
    text: `(x, frequency, width) => {
  const size = exp(square(x.div(width)).neg());
  return size.mul(cos(x.mul(frequency)));
}`,
    numbers: [3, 2],
  },
};
