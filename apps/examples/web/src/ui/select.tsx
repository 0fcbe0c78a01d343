import type { JSX } from "preact";
import { useId } from "preact/hooks";

export interface SelectProps<V extends string> {
  readonly label: string;
  readonly value: V;
  /** Values and what is shown for them. */
  readonly options: Readonly<Record<V, string>>;
  readonly disabled?: boolean;
  onChange(value: V): void;
}

/** A choice of one, with its label. */
export function Select<V extends string>(props: SelectProps<V>): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.value as V)}
      >
        {Object.entries<string>(props.options).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
