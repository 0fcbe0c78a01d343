/** The messages between the page and a worker that runs code. A worker runs one text, and is then ended. */
import type { Outcome } from "documentation/run";

export interface Job {
  /** The package of the example. Its exports take precedence over those of other packages. */
  readonly group: string | undefined;
  /** The example that is run as it is documented … */
  readonly key?: string;
  /** … or another text. */
  readonly source?: string;
}

/** What `console.warn` and `console.error` were given, by the code or by lucid. */
export interface Notice {
  readonly kind: "warning" | "message";
  readonly text: string;
  /** Unknown if it comes from lucid. */
  readonly line?: number;
  /** No comment in the code tells what a notice should be. */
  readonly expected?: never;
  readonly good?: never;
}

/** A line of the results. */
export type Entry = Outcome | Notice;

export type FromRunner =
  | { readonly kind: "ready" }
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  /** Logged by a statement that is still running. An outcome with the statement's whole text follows when it has ended. */
  | { readonly kind: "logged"; readonly text: string; readonly line: number }
  | { readonly kind: "notice"; readonly notice: Notice }
  | { readonly kind: "done" };

/** Results beyond this many are dropped, because a loop may print forever. */
export const MOST_ENTRIES = 500;
