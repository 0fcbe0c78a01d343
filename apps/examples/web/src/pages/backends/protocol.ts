/** What the Backends page and the worker that measures say to each other. A worker measures one backend, and is ended. */

export type WorkName = "training" | "matmul" | "elementwise";

export type BackendChoice =
  | { readonly kind: "cpu"; readonly generate: boolean }
  | { readonly kind: "wasm"; readonly threads: number }
  /** A text that exports `backend`, and perhaps `counts`. */
  | { readonly kind: "custom"; readonly source: string };

export interface MeasureJob {
  readonly work: WorkName;
  readonly backend: BackendChoice;
  /** Milliseconds to measure for. */
  readonly duration: number;
}

export interface Rate {
  readonly steps: number;
  readonly perSecond: number;
  /** A number that the work came to: the same on every backend, but for rounding. */
  readonly result: number;
  /** What a custom backend counts. */
  readonly counts: Readonly<Record<string, unknown>> | undefined;
}

export type FromMeasure =
  /** Loaded; what the job asks for begins. */
  | { readonly kind: "begun" }
  | { readonly kind: "ready"; readonly name: string; readonly threads: number; readonly notes: readonly string[] }
  | { readonly kind: "rate"; readonly rate: Rate; readonly done: boolean }
  | { readonly kind: "error"; readonly text: string; readonly line: number | undefined };
