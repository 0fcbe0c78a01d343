import type { JSX } from "preact";

export interface ProgressBarProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  /** Replaces the text "value of max". */
  readonly text?: string;
}

export function ProgressBar(props: ProgressBarProps): JSX.Element {
  const text = props.text ?? `${props.value.toLocaleString("en")} of ${props.max.toLocaleString("en")}`;
  return (
    <div class="progress">
      <div class="field-label">
        <span>{props.label}</span>
        <span class="number">{text}</span>
      </div>
      <progress aria-label={props.label} value={props.value} max={props.max}>
        {text}
      </progress>
    </div>
  );
}
