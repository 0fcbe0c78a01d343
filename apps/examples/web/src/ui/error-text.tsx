import type { JSX } from "preact";

/** An error, where it happened. Nothing where there is none. */
export function ErrorText({ text }: { readonly text: string | undefined }): JSX.Element | null {
  if (text === undefined || text === "") return null;
  return (
    <p class="error" role="alert">
      {text}
    </p>
  );
}
