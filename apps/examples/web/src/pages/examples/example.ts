/** An example of the documentation, as the page shows it. */
export interface DocumentationExample {
  /** Identifies the example in the page's address: `tensor/matmul`. */
  readonly key: string;
  /** The name of a package, or "Guides". */
  readonly group: string;
  /** The export or the heading that the example belongs to. */
  readonly subject: string;
  /** The file's path in the repository. */
  readonly file: string;
  readonly line: number;
  readonly code: string;
  /** Why the example can't run in a browser; undefined if it can. */
  readonly reason?: string;
}
