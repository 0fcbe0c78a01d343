/** The results of a run, line by line. */
import type { JSX } from "preact";
import type { Entry } from "./protocol.js";

export interface OutcomesProps {
  readonly entries: readonly Entry[];
}

/** The text of a result. The class of an error stands out from its message. */
function Text({ text, kind }: Entry): JSX.Element {
  const error = kind === "error" || kind === "thrown" ? /^(\w+): ([\s\S]*)$/.exec(text) : null;
  if (error === null) return <>{text}</>;
  return (
    <>
      <strong>{error[1]}</strong>: {error[2]}
    </>
  );
}

/** How a result compares with the comment in the code, or where the text comes from. */
function noteOf(entry: Entry): string | undefined {
  if (entry.kind === "warning") return "warning";
  if (entry.kind === "message") return "console.error";
  if (entry.good === true) return "as the comment says";
  if (entry.good === undefined) return entry.kind === "text" ? "logged" : undefined;
  return entry.expected === undefined ? undefined : `the comment says: ${entry.expected}`;
}

/** Whether a result is an error or differs from the comment in the code. */
export const isWrong = (entry: Entry): boolean => entry.good === false;

export function Outcomes({ entries }: OutcomesProps): JSX.Element {
  return (
    <ol class="examples-outcomes">
      {entries.map((entry, i) => {
        const note = noteOf(entry);
        const good = entry.good === true;
        return (
          <li key={i} class={isWrong(entry) ? "wrong" : ""} role={entry.kind === "error" ? "alert" : undefined}>
            <span class="examples-where">{entry.line === undefined ? "" : `line ${entry.line}`}</span>
            <code>
              <Text {...entry} />
            </code>
            {note !== undefined && <span class={good ? "examples-good" : "quiet"}>{note}</span>}
          </li>
        );
      })}
    </ol>
  );
}
