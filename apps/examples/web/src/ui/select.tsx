import type { JSX } from "preact";
import { useId } from "preact/hooks";

/** `Array.isArray` does not recognise readonly arrays. */
const isList = (options: object): options is readonly (readonly [string, string])[] => Array.isArray(options);

export interface SelectProps<V extends string> {
  readonly label: string;
  readonly value: V;
  /** The values with their texts. A list keeps its order; a record lists keys that are whole numbers first. */
  readonly options: Readonly<Record<V, string>> | readonly (readonly [value: V, text: string])[];
  readonly disabled?: boolean;
  onChange(value: V): void;
}

/** A labelled choice of one value. */
export function Select<V extends string>(props: SelectProps<V>): JSX.Element {
  const id = useId();
  const options: readonly (readonly [string, string])[] = isList(props.options)
    ? props.options
    : Object.entries<string>(props.options);
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.value as V)}
      >
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
