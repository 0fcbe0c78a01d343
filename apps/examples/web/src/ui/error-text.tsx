import type { JSX } from "preact";

/** Shows an error; shows nothing if there is none. */
export function ErrorText({ text }: { readonly text: string | undefined }): JSX.Element | null {
  if (text === undefined || text === "") return null;
  return (
    <p class="error" role="alert">
      {text}
    </p>
  );
}
