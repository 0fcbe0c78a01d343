/** What the page and a worker that runs code say to each other. A worker runs one text, and is ended. */
import type { Outcome } from "documentation/run";

export interface Job {
  /** The example, of whose package the names come first. */
  readonly group: string | undefined;
  /** The example that is run as it is documented … */
  readonly key?: string;
  /** … or another text. */
  readonly source?: string;
}

export type FromRunner =
  | { readonly kind: "ready" }
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "done" };
