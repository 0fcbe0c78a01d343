/**
 * The messages between a page and its worker while a model trains. A page declares a `Protocol`, its worker serves it
 * (`serve.ts`), and its component controls it (`client.ts`).
 */

/** The types of a page's messages. All of them are plain data that can be cloned. */
export interface Protocol {
  /** The settings with which training starts. */
  readonly settings: unknown;
  /** The data that the page draws. */
  readonly snapshot: unknown;
  /** The functions that the page may call, by name: `{ classify: (pixels: Float32Array) => readonly number[] }`. */
  readonly calls: object;
}

/** The calls of a protocol that has none. */
export type NoCalls = Readonly<Record<never, never>>;

export type Call<P extends Protocol, N extends keyof P["calls"]> = P["calls"][N] extends (
  ...parameters: infer A extends readonly unknown[]
) => infer R
  ? (...parameters: A) => R
  : never;

export interface StartOptions {
  /** Makes the model and shows it without training; `resume` trains it. */
  readonly paused?: boolean;
  /** The most steps per second. Default: no limit. */
  readonly pace?: number | undefined;
}

/** From page to worker. `run` counts the starts; both sides ignore messages of an earlier start. */
export type ToWorker<P extends Protocol> =
  | { readonly kind: "start"; readonly run: number; readonly settings: P["settings"]; readonly options: StartOptions }
  /** New settings for the current model. With `goOn`, a training that has finished continues. */
  | { readonly kind: "change"; readonly run: number; readonly settings: P["settings"]; readonly goOn: boolean }
  | { readonly kind: "pace"; readonly run: number; readonly pace: number | undefined }
  /** `order` counts stops and resumes. The page recognises messages that were sent before the worker heard the last one. */
  | { readonly kind: "stop"; readonly run: number; readonly order: number }
  | { readonly kind: "resume"; readonly run: number; readonly order: number }
  /** The page has drawn the last snapshot, and the worker may send the next. So none pile up at a busy or hidden page. */
  | { readonly kind: "drawn"; readonly run: number }
  | { readonly kind: "call"; readonly id: number; readonly name: string; readonly parameters: readonly unknown[] };

/** From worker to page. */
export type FromWorker<P extends Protocol> =
  | { readonly kind: "ready" }
  /** A start or stop has arrived. If this message does not come soon, the page ends the worker. */
  | { readonly kind: "heard"; readonly run: number }
  | {
      readonly kind: "snapshot";
      readonly run: number;
      /** The number of the last stop or resume that the worker has heard, 0 if none. */
      readonly order: number;
      readonly snapshot: P["snapshot"];
      readonly steps: number;
      readonly state: "training" | "stopped" | "finished";
    }
  /** Training has thrown an error. The text can be shown to the visitor. */
  | { readonly kind: "failed"; readonly run: number; readonly text: string }
  | { readonly kind: "answered"; readonly id: number; readonly result: unknown }
  | { readonly kind: "refused"; readonly id: number; readonly text: string };

/** The text of an error: its class and its message. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}
