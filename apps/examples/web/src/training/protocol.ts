/**
 * What a page and its worker say to each other while a model trains. A page declares one `Protocol`, its worker serves
 * it (`serve.ts`), its component steers it (`client.ts`).
 */

/** What one page's worker takes and gives: plain data that can be cloned. */
export interface Protocol {
  /** What training starts from. */
  readonly settings: unknown;
  /** What the page draws. */
  readonly snapshot: unknown;
  /** What the page may ask in between, by name: `{ classify: (pixels: Float32Array) => readonly number[] }`. */
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
  /** Only make the model and show it; `resume` trains it. */
  readonly paused?: boolean;
  /** The most steps per second; without it, as many as it can. */
  readonly pace?: number | undefined;
}

/** From page to worker. `run` counts the starts: what belongs to an earlier one is ignored on both sides. */
export type ToWorker<P extends Protocol> =
  | { readonly kind: "start"; readonly run: number; readonly settings: P["settings"]; readonly options: StartOptions }
  /** New settings for the model that is there; with `goOn`, training that had come to its end goes on. */
  | { readonly kind: "change"; readonly run: number; readonly settings: P["settings"]; readonly goOn: boolean }
  | { readonly kind: "pace"; readonly run: number; readonly pace: number | undefined }
  /** `order` counts stops and resumes, so that the page can tell what was sent before the last of them was heard. */
  | { readonly kind: "stop"; readonly run: number; readonly order: number }
  | { readonly kind: "resume"; readonly run: number; readonly order: number }
  /** The last snapshot is drawn; the next may come. Nothing piles up in front of a busy or hidden page. */
  | { readonly kind: "drawn"; readonly run: number }
  | { readonly kind: "call"; readonly id: number; readonly name: string; readonly parameters: readonly unknown[] };

/** From worker to page. */
export type FromWorker<P extends Protocol> =
  | { readonly kind: "ready" }
  /** A start or stop has arrived; without this soon, the page ends the worker, whatever it is doing. */
  | { readonly kind: "heard"; readonly run: number }
  | {
      readonly kind: "snapshot";
      readonly run: number;
      /** The last stop or resume that was heard; 0 before. */
      readonly order: number;
      readonly snapshot: P["snapshot"];
      readonly steps: number;
      readonly state: "training" | "stopped" | "finished";
    }
  /** Training has thrown; the text is for the reader. */
  | { readonly kind: "failed"; readonly run: number; readonly text: string }
  | { readonly kind: "answered"; readonly id: number; readonly result: unknown }
  | { readonly kind: "refused"; readonly id: number; readonly text: string };

/** An error as readers see it: its class and its message, which in lucid says what to do. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}
