/** A code editor: CodeMirror with the app's colours and with marks on the lines where something went wrong. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Annotation, EditorState, type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import "./editor.css";

export interface EditorProps {
  readonly label: string;
  readonly value: string;
  /** The numbers of the lines in which something went wrong, from 1. */
  readonly wrong?: ReadonlySet<number>;
  onInput(value: string): void;
  /** Called for Ctrl+Enter. */
  onRun(): void;
}

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.string, tags.regexp], color: "var(--series-1)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--series-3)" },
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--series-2)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--accent)" },
  { tag: tags.typeName, color: "var(--series-4)" },
]);

const look = EditorView.theme({
  "&": { maxHeight: "min(34rem, 75vh)", background: "var(--surface)", color: "var(--ink)", fontSize: "0.85rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overscrollBehaviorX: "contain" },
  ".cm-content": { padding: "0.7rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 1rem 0 0.6rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { border: "none", background: "var(--surface)", color: "var(--quiet)", fontSize: "0.75rem" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2rem", padding: "0 0.3rem 0 0.6rem", lineHeight: "1.75" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in oklab, var(--accent) 30%, transparent) !important",
  },
  ".cm-matchingBracket": { background: "var(--sunken)", outline: "1px solid var(--line)" },
  ".cm-result, .cm-result *": { color: "var(--series-4) !important", fontStyle: "normal !important" },
  ".cm-line.wrong": { background: "var(--danger-ground)", boxShadow: "inset 3px 0 0 var(--danger)" },
  ".cm-line.wrong, .cm-line.wrong *": { color: "var(--ink) !important" },
});

/** Comments with an expected result, `// → value` and `// throws Error`, have a colour of their own. */
const resultMarks = new MatchDecorator({
  regexp: /\/\/ (?:→|throws).*/g,
  decoration: Decoration.mark({ class: "cm-result" }),
});
const results = ViewPlugin.define<{
  marks: DecorationSet;
  update(update: Parameters<typeof resultMarks.updateDeco>[0]): void;
}>(
  (view) => ({
    marks: resultMarks.createDeco(view),
    update(update) {
      this.marks = resultMarks.updateDeco(update, this.marks);
    },
  }),
  { decorations: ({ marks }) => marks },
);

const setWrong = StateEffect.define<ReadonlySet<number>>();
const wrongLine = Decoration.line({ class: "wrong" });
const wrongLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, changes, state }) {
    let next = marks.map(changes);
    for (const effect of effects) {
      if (!effect.is(setWrong)) continue;
      const lines = [...effect.value].filter((line) => line >= 1 && line <= state.doc.lines).sort((a, b) => a - b);
      next = Decoration.set(lines.map((line) => wrongLine.range(state.doc.line(line).from)));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const basics: Extension = [
  lineNumbers(),
  history(),
  drawSelection(),
  bracketMatching(),
  indentUnit.of("  "),
  EditorState.tabSize.of(2),
  javascript({ typescript: true }),
  syntaxHighlighting(colours),
  results,
  wrongLines,
  look,
  keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
];

/** Marks a change that comes from the `value` property and not from the visitor. */
const fromProperty = Annotation.define<true>();

const none: ReadonlySet<number> = new Set();

export function Editor(props: EditorProps): JSX.Element {
  const { label, value, wrong = none } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  /** The texts that the visitor has typed and that have not come back as the `value` property yet. */
  const typed = useRef<string[]>([]);

  useLayoutEffect(() => {
    const run = (): boolean => {
      latest.current.onRun();
      return true;
    };
    // In a shadow root CodeMirror adopts its style sheets, which a content security policy without 'unsafe-inline' allows.
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const made = new EditorView({
      parent: root,
      root,
      doc: latest.current.value,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        basics,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of(({ docChanged, state, transactions }) => {
          if (!docChanged || transactions.some((one) => one.annotation(fromProperty) === true)) return;
          const text = state.doc.toString();
          typed.current.push(text);
          latest.current.onInput(text);
        }),
      ],
    });
    view.current = made;
    return () => made.destroy();
  }, [label]);

  useEffect(() => {
    // A text that the visitor has typed comes back as the property, perhaps when the visitor has already typed more.
    const place = typed.current.indexOf(value);
    typed.current.splice(0, place + 1);
    const { state } = view.current!;
    if (place >= 0 || state.doc.toString() === value) return;
    const changes = { from: 0, to: state.doc.length, insert: value };
    view.current!.dispatch({ changes, annotations: fromProperty.of(true) });
  }, [value]);

  const lines = [...wrong].join();
  useEffect(() => view.current!.dispatch({ effects: setWrong.of(wrong) }), [lines, label]);

  return (
    <div class="editor-field">
      <div ref={host} class="editor" />
      <p class="hint">Ctrl+Enter runs the code. Tab indents; press Escape and then Tab to leave the editor.</p>
    </div>
  );
}
