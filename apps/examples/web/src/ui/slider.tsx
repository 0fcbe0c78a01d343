import type { JSX } from "preact";
import { useId } from "preact/hooks";

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** The step between two values; on a logarithmic scale, in powers of ten. */
  readonly step: number;
  readonly scale?: "linear" | "logarithmic";
  readonly format?: (value: number) => string;
  /** One line that explains the setting. */
  readonly hint?: string;
  readonly disabled?: boolean;
  onInput(value: number): void;
}

/** A slider with its label and its value. */
export function Slider(props: SliderProps): JSX.Element {
  const id = useId();
  const logarithmic = props.scale === "logarithmic";
  const toSlider = (value: number): number => (logarithmic ? Math.log10(value) : value);
  const text = (props.format ?? String)(props.value);
  return (
    <div class="field">
      <div class="field-label">
        <label for={id}>{props.label}</label>
        <output for={id}>{text}</output>
      </div>
      <input
        id={id}
        type="range"
        min={toSlider(props.min)}
        max={toSlider(props.max)}
        step={props.step}
        value={toSlider(props.value)}
        aria-valuetext={text}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        disabled={props.disabled}
        onInput={(event) => {
          const value = event.currentTarget.valueAsNumber;
          props.onInput(logarithmic ? 10 ** value : value);
        }}
      />
      {props.hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}
