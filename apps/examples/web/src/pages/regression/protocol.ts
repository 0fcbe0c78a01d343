/** The messages between the page and its worker. */
import type { SeriesColour } from "../../ui/theme.js";

/** The losses, in the order in which snapshots list them. */
export const lossNames = ["MSE", "L1", "Huber", "SmoothL1"] as const;
export type LossName = (typeof lossNames)[number];

/** The colour of each loss in all charts. */
export const lossColours: Readonly<Record<LossName, SeriesColour>> = { MSE: 1, L1: 2, Huber: 3, SmoothL1: 4 };

/**
 * The width of each loss's line in all charts, in pixels. Huber and SmoothL1 often coincide, so Huber's line is wide enough
 * to be seen on both sides of SmoothL1's, which is drawn over it.
 */
export const lossWidths: Readonly<Record<LossName, number>> = { MSE: 2.5, L1: 2.5, Huber: 6, SmoothL1: 2 };

export type ModelKind = "line" | "polynomial" | "mlp";

/** The part of the plane that is shown. Models see x and y scaled to it. */
export interface Domain {
  readonly x: readonly [least: number, most: number];
  readonly y: readonly [least: number, most: number];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface RegressionSettings {
  readonly domain: Domain;
  readonly points: readonly Point[];
  readonly model: ModelKind;
  /** The degree of the polynomial. */
  readonly degree: number;
  /** Huber's δ, and SmoothL1's β. */
  readonly delta: number;
}

/** One fit for each loss, in the order of `lossNames`. */
export interface RegressionSnapshot {
  /** The predictions at `GRID` values of x, evenly spaced over the domain. */
  readonly curves: readonly (readonly number[])[];
  /** Prediction − y of every point. */
  readonly residuals: readonly (readonly number[])[];
  /** The mean loss of each fit after each of `steps`. */
  readonly losses: readonly (readonly number[])[];
  readonly steps: readonly number[];
  /** The part of the training that is done, from 0 to 1. */
  readonly progress: number;
}

/** Each loss as a function of the residual, and its derivative. */
export interface LossShapes {
  readonly residuals: readonly number[];
  readonly losses: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
}

export interface RegressionProtocol {
  readonly settings: RegressionSettings;
  readonly snapshot: RegressionSnapshot;
  readonly calls: {
    /** The losses for residuals from −reach to reach. */
    readonly shapes: (delta: number, reach: number) => LossShapes;
  };
}

/** The number of values of x at which a curve is computed. */
export const GRID = 121;
