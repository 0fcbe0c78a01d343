import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { errorText } from "../training/protocol.js";
import { ErrorText } from "./error-text.js";

export interface SourceProps {
  readonly title: string;
  /** Loads the text when the visitor opens it: `async () => (await import("./session.ts?raw")).default`. */
  load(): Promise<string>;
}

/** Source code that the visitor can open, read and copy. */
export function Source({ title, load }: SourceProps): JSX.Element {
  const text = useSignal<string | undefined>(undefined);
  const error = useSignal<string | undefined>(undefined);
  return (
    <details
      class="source"
      onToggle={(event) => {
        if (!event.currentTarget.open || text.value !== undefined) return;
        load().then(
          (loaded) => {
            text.value = loaded;
            error.value = undefined;
          },
          (thrown: unknown) => {
            error.value = errorText(thrown);
          },
        );
      }}
    >
      <summary>{title}</summary>
      <ErrorText text={error.value} />
      {text.value !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users have to reach it to scroll it
        <section tabIndex={0} aria-label={title}>
          <pre>
            <code>{text.value}</code>
          </pre>
        </section>
      )}
    </details>
  );
}
