/**
 * International telephone calls from Belgium, in tens of millions (Rousseeuw & Leroy, "Robust Regression and Outlier
 * Detection", 1987, after the Belgian Statistical Survey). From 1964 to 1969, minutes were recorded by mistake.
 */
export const firstYear = 1950;

export const calls: readonly number[] = [
  0.44, 0.47, 0.47, 0.59, 0.66, 0.73, 0.81, 0.88, 1.06, 1.2, 1.35, 1.49, 1.61, 2.12, 11.9, 12.4, 14.2, 15.9, 18.2, 21.2,
  4.3, 2.4, 2.7, 2.9,
];

export const years: readonly number[] = calls.map((_, i) => firstYear + i);
