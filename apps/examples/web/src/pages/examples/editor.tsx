/** A text box for code: a plain `textarea` over the same text in colours, with line numbers. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useId, useMemo } from "preact/hooks";
import "./editor.css";
import { highlight } from "./highlight.js";

export interface EditorProps {
  readonly label: string;
  readonly value: string;
  /** Lines in which something went wrong, from 1. */
  readonly wrong?: ReadonlySet<number>;
  readonly disabled?: boolean;
  onInput(value: string): void;
  /** Control and Enter. */
  onRun(): void;
}

const INDENT = "  ";

/** Types text as a person would: it can be undone. */
function insert(text: string): void {
  document.execCommand("insertText", false, text);
}

/** Indents the selected lines, or takes an indent away from each. */
function indent(area: HTMLTextAreaElement, back: boolean): void {
  const { value, selectionStart, selectionEnd } = area;
  if (!back && !value.slice(selectionStart, selectionEnd).includes("\n")) {
    insert(INDENT);
    return;
  }
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const lines = value.slice(start, selectionEnd).split("\n");
  const changed = lines.map((line) => (back ? line.replace(/^ {1,2}/, "") : INDENT + line)).join("\n");
  if (changed === lines.join("\n")) return;
  area.setSelectionRange(start, selectionEnd);
  insert(changed);
  area.setSelectionRange(lines.length === 1 ? start + changed.length : start, start + changed.length);
}

export function Editor(props: EditorProps): JSX.Element {
  const id = useId();
  const lines = useMemo(() => highlight(props.value), [props.value]);
  // After Escape, Tab leaves the box, as it does elsewhere.
  const leaving = useMemo(() => ({ next: false }), []);

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    const area = event.currentTarget;
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (key === "Escape") {
      leaving.next = true;
      return;
    }
    if (key === "Enter" && (ctrlKey || metaKey)) {
      event.preventDefault();
      props.onRun();
    } else if (key === "Enter" && !shiftKey && !altKey && !event.isComposing) {
      const before = area.value.slice(0, area.selectionStart);
      const [blank] = /^ */.exec(before.slice(before.lastIndexOf("\n") + 1))!;
      event.preventDefault();
      insert(`\n${blank}${/[[({]$/.test(before) ? INDENT : ""}`);
    } else if (key === "Tab" && !leaving.next && !ctrlKey && !metaKey && !altKey) {
      event.preventDefault();
      indent(area, shiftKey);
    }
    if (key !== "Shift") leaving.next = false;
  };

  return (
    <div class="editor-field">
      <label class="visually-hidden" for={id}>
        {props.label}
      </label>
      <div class="editor">
        <pre class="editor-text" aria-hidden="true">
          {lines.map((parts, i) => (
            <span key={i} class={`editor-line ${props.wrong?.has(i + 1) === true ? "wrong" : ""}`}>
              {parts.map(({ kind, text }, k) =>
                kind === "plain" ? (
                  text
                ) : (
                  <span key={k} class={`editor-${kind}`}>
                    {text}
                  </span>
                ),
              )}
              {"\n"}
            </span>
          ))}
        </pre>
        <textarea
          id={id}
          class="editor-area"
          value={props.value}
          disabled={props.disabled}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          wrap="off"
          aria-describedby={`${id}-hint`}
          onInput={(event) => props.onInput(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <p class="hint" id={`${id}-hint`}>
        Ctrl and Enter runs it. Tab indents; Escape, then Tab, leaves the box.
      </p>
    </div>
  );
}
