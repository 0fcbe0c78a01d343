/** Prints values as examples show them, and compares them. */

/** Prints a value as it stands behind `// → ` in examples. */
export function print(value: unknown): string {
  return printWithin(value, new Set());
}

function printWithin(value: unknown, outer: ReadonlySet<object>): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return String(value);
  if (outer.has(value)) return "[circular]";
  const inside = new Set(outer).add(value);
  const list = (values: Iterable<unknown>): string => [...values].map((one) => printWithin(one, inside)).join(", ");
  if (Array.isArray(value)) return `[${list(value)}]`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return `${value.constructor.name} [${list(value as unknown as Iterable<unknown>)}]`;
  }
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Set) return `Set {${list(value)}}`;
  if (value instanceof Map) {
    return `Map {${[...value].map(([key, one]) => `${printWithin(key, inside)} => ${printWithin(one, inside)}`).join(", ")}}`;
  }
  // Tensors, expressions and modules have their own text.
  const text: unknown = (value as { readonly toString?: unknown }).toString;
  if (typeof text === "function" && text !== Object.prototype.toString && text !== Function.prototype.toString) {
    return String(value);
  }
  if (typeof value === "function") return `[Function ${value.name}]`;
  const entries = Object.entries(value).map(([key, one]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${name}: ${printWithin(one, inside)}`;
  });
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Removes spaces, which are not compared: printed tensors are aligned, and those in examples often are not. */
function squeeze(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/([[({]) /g, "$1")
    .replace(/ ([\])}])/g, "$1")
    .replace(/,([\])}])/g, "$1")
    .trim();
}

/**
 * Whether `expected` matches the value: it is the value's text, the text with a remark behind it, or another notation
 * of the same number.
 */
export function matches(value: unknown, expected: string): boolean {
  const texts = typeof value === "string" && expected.includes("\n") ? [value] : [print(value)];
  return (
    texts.some((text) => matchesText(text, expected)) || (typeof value === "number" && matchesNumber(value, expected))
  );
}

/** Whether printed text matches the expected text. */
export function matchesText(text: string, expected: string): boolean {
  const got = squeeze(text);
  const wanted = squeeze(expected);
  if (got === wanted) return true;
  if (wanted.endsWith("…") && got.startsWith(wanted.slice(0, -1))) return true;
  // A remark may follow: `undefined: not defined for integers`, `3 (a copy)`.
  return wanted.startsWith(got) && /^(: | \(| · | — |; )/.test(wanted.slice(got.length));
}

function matchesNumber(value: number, expected: string): boolean {
  const text = expected.replace(/_/g, "").trim();
  const rounded = /^≈ ?(-?\d+(?:\.(\d+))?(?:e([-+]?\d+))?)$/.exec(text);
  if (rounded !== null) {
    const unit = 10 ** (Number(rounded[3] ?? 0) - (rounded[2]?.length ?? 0));
    return Math.abs(value - Number(rounded[1])) <= 0.5000001 * unit;
  }
  return text !== "" && Object.is(Number(text), value);
}
