/** What a run gave, line by line. */
import type { Outcome } from "documentation/run";
import type { JSX } from "preact";

export interface OutcomesProps {
  readonly outcomes: readonly Outcome[];
  /** Whether what the comments say is told apart from what came; not for an edited text, whose comments are the old ones. */
  readonly compare: boolean;
}

/** The error's class stands out from what it says. */
function Text({ text, kind }: Outcome): JSX.Element {
  const error = kind === "error" || kind === "thrown" ? /^(\w+): ([\s\S]*)$/.exec(text) : null;
  if (error === null) return <>{text}</>;
  return (
    <>
      <strong>{error[1]}</strong>: {error[2]}
    </>
  );
}

function note({ kind, good, expected }: Outcome): string | undefined {
  if (good === true) return "as documented";
  if (good === undefined) return kind === "text" ? "logged" : undefined;
  return expected === undefined ? undefined : `documented: ${expected}`;
}

export function Outcomes({ outcomes, compare }: OutcomesProps): JSX.Element {
  return (
    <ol class="examples-outcomes">
      {outcomes.map((outcome, i) => {
        const wrong = outcome.kind === "error" || outcome.kind === "missing" || (compare && outcome.good === false);
        const said = compare ? note(outcome) : outcome.kind === "text" ? "logged" : undefined;
        return (
          <li key={i} class={wrong ? "wrong" : ""} role={outcome.kind === "error" ? "alert" : undefined}>
            <span class="examples-where">line {outcome.line}</span>
            <code>
              <Text {...outcome} />
            </code>
            {said !== undefined && <span class={outcome.good === true ? "examples-good" : "quiet"}>{said}</span>}
          </li>
        );
      })}
    </ol>
  );
}
