import type { JSX } from "preact";
export function FormulaPanel(_: { readonly directive: string | undefined }): JSX.Element | null {
  return null;
}
