/** An example of the documentation, as the page shows it. */
export interface DocumentationExample {
  /** In the page's address: `tensor/matmul`. */
  readonly key: string;
  /** A package, or "Guides". */
  readonly group: string;
  /** What it is an example of: an export, or a heading. */
  readonly subject: string;
  /** Where it stands in the repository. */
  readonly file: string;
  readonly line: number;
  readonly code: string;
  /** Why it cannot run in a page. */
  readonly reason?: string;
}
