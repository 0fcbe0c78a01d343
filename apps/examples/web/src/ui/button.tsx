import type { ComponentChildren, JSX } from "preact";

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** "primary" marks the main action of a panel. */
  readonly kind?: "primary" | "plain";
  readonly disabled?: boolean;
  /** Whether a toggle button is on. */
  readonly pressed?: boolean;
  onClick(): void;
}

export function Button(props: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button ${props.kind ?? "plain"}`}
      disabled={props.disabled}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
