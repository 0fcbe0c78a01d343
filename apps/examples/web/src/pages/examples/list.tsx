/** The list of all examples, by package. */
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import type { DocumentationExample } from "./example.js";

/** Whether an example gave the documented results when it last ran unchanged. */
export type Verdict = "good" | "wrong";

export interface ExampleListProps {
  readonly examples: readonly DocumentationExample[];
  readonly selected: ReadonlySignal<string>;
  readonly verdicts: ReadonlySignal<ReadonlyMap<string, Verdict>>;
  onSelect(key: string): void;
}

const marks: Readonly<Record<Verdict, readonly [sign: string, text: string]>> = {
  good: ["✓", "gives the documented results"],
  wrong: ["✕", "gives other results"],
};

/** The examples that contain all of the words, in the subject, the group or the code. The best matches come first. */
function found(examples: readonly DocumentationExample[], words: string): readonly DocumentationExample[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return examples;
  const score = ({ subject, group, code }: DocumentationExample): number => {
    const name = subject.toLowerCase();
    const text = `${group} ${name} ${code}`.toLowerCase();
    if (!wanted.every((word) => text.includes(word))) return -1;
    return wanted.every((word) => name.startsWith(word)) ? 2 : wanted.every((word) => name.includes(word)) ? 1 : 0;
  };
  return examples
    .map((example) => ({ example, rank: score(example) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ example }) => example);
}

export function ExampleList({ examples, selected, verdicts, onSelect }: ExampleListProps): JSX.Element {
  const id = useId();
  const words = useSignal("");
  const shown = useMemo(() => found(examples, words.value), [examples, words.value]);
  const groups = useMemo(() => [...new Set(shown.map(({ group }) => group))], [shown]);
  const searching = words.value.trim() !== "";
  const opened = useComputed(() => examples.find(({ key }) => key === selected.value)?.group);
  const groupsElement = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = groupsElement.current!;
    const item = box.querySelector<HTMLElement>("[aria-current]");
    if (item !== null) box.scrollTop += item.getBoundingClientRect().top - box.getBoundingClientRect().top - 80;
  }, []);
  return (
    <div class="examples-list">
      <div class="field">
        <label for={id}>Search</label>
        <input
          id={id}
          type="search"
          placeholder="matmul, dropout, using …"
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
          }}
        />
        <p class="hint" role="status">
          {searching ? `${shown.length} of ${examples.length} examples` : `${examples.length} examples`}
        </p>
      </div>
      <div class="examples-groups" ref={groupsElement}>
        {groups.map((group) => (
          <Group
            key={`${group}${searching}`}
            group={group}
            own={shown.filter((example) => example.group === group)}
            open={searching || group === opened.value}
            selected={selected}
            verdicts={verdicts}
            onSelect={onSelect}
          />
        ))}
        {shown.length === 0 && <p class="quiet">No example has all of these words.</p>}
      </div>
    </div>
  );
}

interface GroupProps extends Pick<ExampleListProps, "selected" | "verdicts" | "onSelect"> {
  readonly group: string;
  readonly own: readonly DocumentationExample[];
  readonly open: boolean;
}

/** A package's examples. They are rendered when the group is opened. */
function Group({ group, own, open, selected, verdicts, onSelect }: GroupProps): JSX.Element {
  const opened = useSignal(open);
  return (
    <details
      open={opened.value}
      onToggle={(event) => {
        opened.value = event.currentTarget.open;
      }}
    >
      <summary>
        {group} <span class="quiet number">{own.length}</span>
      </summary>
      {opened.value && (
        <ul>
          {own.map((example) => (
            <Item key={example.key} example={example} selected={selected} verdicts={verdicts} onSelect={onSelect} />
          ))}
        </ul>
      )}
    </details>
  );
}

interface ItemProps extends Pick<ExampleListProps, "selected" | "verdicts" | "onSelect"> {
  readonly example: DocumentationExample;
}

/** One example. It renders again only when its own state changes. */
function Item({ example: { key, subject, reason }, selected, verdicts, onSelect }: ItemProps): JSX.Element {
  const current = useComputed(() => selected.value === key);
  const verdict = useComputed(() => verdicts.value.get(key));
  return (
    <li>
      <button type="button" aria-current={current.value ? "true" : undefined} onClick={() => onSelect(key)}>
        <span class="examples-subject">{subject}</span>
        {reason !== undefined ? (
          <span class="examples-mark">can’t run in a browser</span>
        ) : (
          verdict.value !== undefined && <Mark verdict={verdict.value} />
        )}
      </button>
    </li>
  );
}

function Mark({ verdict }: { readonly verdict: Verdict }): JSX.Element {
  const [sign, text] = marks[verdict];
  return (
    <span class={`examples-mark ${verdict}`}>
      <span aria-hidden="true">{sign}</span>
      <span class="visually-hidden">{text}</span>
    </span>
  );
}
