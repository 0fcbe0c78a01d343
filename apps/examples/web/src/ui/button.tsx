import type { ComponentChildren, JSX } from "preact";

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** "primary": the one thing to do here. */
  readonly kind?: "primary" | "plain";
  readonly disabled?: boolean;
  /** For buttons that are on or off. */
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
