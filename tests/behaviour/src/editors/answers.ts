/**
 * What an editor shows for a call: the text on hovering over the name, and the signatures after the bracket.
 *
 * @module
 */
export interface Answer {
  /** The declaration and the documentation. */
  readonly hover: string;
  readonly signatures: readonly Signature[];
}

export interface Signature {
  readonly label: string;
  readonly documentation: string;
}

/** Asks about calls in a program: `calls` are texts such as `x.sum(`, each of which occurs in it once. */
export type Ask = (files: EditedFiles, calls: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;

export interface EditedFiles {
  /** The path of the program; it lies in a folder with a tsconfig.json. */
  readonly program: string;
  readonly text: string;
  /** Files whose text in the editor is not what is on disk. */
  readonly changed: ReadonlyMap<string, string>;
}

/** Where the name in a call stands, and where its arguments begin. */
export function positionsOf(text: string, call: string): { readonly name: number; readonly open: number } {
  const at = text.indexOf(call);
  if (at < 0) throw new Error(`the program has no ${call}`);
  return { name: at + call.length - 2, open: at + call.length };
}
