/** The messages between the Backends page and its worker. A worker measures one backend, and is then ended. */

export type WorkName = "training" | "matmul" | "elementwise";

export type BackendChoice =
  | { readonly kind: "cpu"; readonly generate: boolean }
  | { readonly kind: "wasm"; readonly threads: number }
  | { readonly kind: "webgpu" }
  /** Code that exports `backend`, and perhaps `counts`. */
  | { readonly kind: "custom"; readonly source: string };

export interface MeasureJob {
  readonly work: WorkName;
  readonly backend: BackendChoice;
  /** The duration of the measurement in milliseconds. */
  readonly duration: number;
}

export interface Rate {
  readonly steps: number;
  readonly perSecond: number;
  /** The result of the task's third step. It is the same on every backend, except for rounding. */
  readonly result: number;
  /** The counts of a custom backend. */
  readonly counts: Readonly<Record<string, unknown>> | undefined;
}

export type FromMeasure =
  /** Everything is loaded, and the job begins. */
  | { readonly kind: "begun" }
  | {
      readonly kind: "ready";
      readonly name: string;
      readonly threads: number;
      readonly notes: readonly string[];
      /** What the backend computes on, where that is known only now. */
      readonly detail: string | undefined;
    }
  | { readonly kind: "rate"; readonly rate: Rate; readonly done: boolean }
  | { readonly kind: "error"; readonly text: string; readonly line: number | undefined };
