/** What the visitor has chosen on this page. It is kept when the visitor goes to another page and comes back. */
import { signal } from "@preact/signals";
import type { BackendName } from "../../training/backend-names.js";
import { prefersReducedMotion } from "../../ui/theme.js";
import { type PresetName, presets } from "./data.js";
import type { LossName, ModelKind, Point } from "./protocol.js";

export type Speed = "slow" | "medium" | "full";

export const presetName = signal<PresetName>("telephone");
export const points = signal<readonly Point[]>(presets.telephone.points);
/** The index of the selected point, or −1. */
export const selected = signal(-1);
/** The number of outliers that the visitor has added. */
export const farPoints = signal(0);
export const model = signal<ModelKind>("line");
export const degree = signal(5);
export const delta = signal(1);
export const backend = signal<BackendName>("cpu");
export const speed = signal<Speed>(prefersReducedMotion() ? "full" : "medium");
export const hidden = signal<ReadonlySet<LossName>>(new Set());
