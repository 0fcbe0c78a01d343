/** A range of y with round limits that contains nearly all values of the curves. Values near infinity are cut off. */
export function niceRange(curves: readonly ArrayLike<number>[]): readonly [low: number, high: number] {
  const values = curves
    .flatMap((curve) => Array.from(curve))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (values.length === 0) return [-1, 1];
  const at = (share: number): number => values[Math.round(share * (values.length - 1))]!;
  // The range contains all values, unless a few are far from the rest.
  const [inner, outer] = [
    [at(0.04), at(0.96)],
    [at(0), at(1)],
  ] as const;
  const wide = outer[1] - outer[0] > 4 * (inner[1] - inner[0]) && inner[1] > inner[0];
  const [low, high] = wide ? inner : outer;
  const size = Math.max(high - low, 1e-3 * Math.max(Math.abs(high), Math.abs(low)), 1e-6);
  const step = 10 ** Math.floor(Math.log10(size)) / 2;
  const round = (value: number): number => Number(value.toPrecision(12));
  return [round(Math.floor((low - 0.04 * size) / step) * step), round(Math.ceil((high + 0.04 * size) / step) * step)];
}
