/** What the playground and its worker say to each other. */
import type { SeriesColour } from "../../ui/theme.js";

/** The losses, in the order in which snapshots list them. */
export const lossNames = ["MSE", "L1", "Huber", "SmoothL1"] as const;
export type LossName = (typeof lossNames)[number];

/** One colour for each loss, in all charts. */
export const lossColours: Readonly<Record<LossName, SeriesColour>> = { MSE: 1, L1: 2, Huber: 3, SmoothL1: 4 };

export type ModelKind = "line" | "polynomial" | "mlp";

/** The part of the plane that is shown; models see x and y in units of it. */
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
  /** Of the polynomial. */
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
  /** The mean loss, at `steps`. */
  readonly losses: readonly (readonly number[])[];
  readonly steps: readonly number[];
  /** How far this training is, from 0 to 1. */
  readonly progress: number;
}

/** Each loss over residuals, and its derivative. */
export interface LossShapes {
  readonly residuals: readonly number[];
  readonly losses: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
}

export interface RegressionProtocol {
  readonly settings: RegressionSettings;
  readonly snapshot: RegressionSnapshot;
  readonly calls: {
    /** From −reach to reach. */
    readonly shapes: (delta: number, reach: number) => LossShapes;
  };
}

/** How many values of x a curve is drawn from. */
export const GRID = 121;
