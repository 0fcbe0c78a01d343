import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { errorText } from "../training/protocol.js";
import { ErrorText } from "./error-text.js";

export interface SourceProps {
  readonly title: string;
  /** `async () => (await import("./session.ts?raw")).default`: fetched when it is opened. */
  load(): Promise<string>;
}

/** Code to read and to copy from, folded until it is asked for. */
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
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys has to reach it
        <section tabIndex={0} aria-label={title}>
          <pre>
            <code>{text.value}</code>
          </pre>
        </section>
      )}
    </details>
  );
}
