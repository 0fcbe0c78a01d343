/**
 * Formatting of tensors as text.
 *
 * @module
 */
import { decodeElements, formatShape, type TypedArray, type View } from "@lucid/backend";
import { assertReadable } from "../dispatch/call.js";
import { copyInto, type Elements, fillElements, readElements, readElementsSync } from "../memory/elements.js";
import { withLayout } from "../primitives/layout.js";
import { type ArrayData, toNested } from "./reading.js";
import type { Tensor } from "./tensor.js";

const LINE_WIDTH = 80;
const DECIMALS = 4;
/** Floats of at least this size are written with exponents. */
const LARGE = 1e8;
/** Floats that are smaller than this are written with exponents, too. */
const SMALL = 1e-4;
/** Tensors with more elements are summarised: only both ends of every long axis are shown. */
const SUMMARISE_ABOVE = 1000;
const EDGE = 3;

/** An element as text, or a level of nested elements; `undefined` stands for what a summary leaves out. */
type Cells = string | readonly (Cells | undefined)[];

/**
 * Formats a tensor as text: on one line if it fits, otherwise with one row on each line and aligned columns. Numbers
 * have at most four decimals. Element types other than float32 and bool are named. Of more than 1,000 elements, a
 * summary is shown.
 *
 * @example
 * ```ts
 * formatTensor(tensor([[1.5, 2], [3, 4]])); // → "Tensor([[1.5, 2], [3, 4]])"
 * formatTensor(arange(3)); // → "Tensor([0, 1, 2], dtype=int32)"
 * ```
 */
export function formatTensor(x: Tensor, name = "Tensor"): string {
  if (!isReadable(x)) {
    const disposed = x.disposed || x.storage.freed ? "disposed, " : "";
    return `${name}(${disposed}${describeType(x)}, backend=${x.backend.name})`;
  }
  const gradient = x.requiresGrad ? x.grad : undefined;
  const readable = gradient !== undefined && gradient !== null && isReadable(gradient);
  return layOutTensor(x, name, cellsOf(x), gradient, readable ? cellsOf(gradient) : undefined);
}

/** {@link formatTensor} for backends that cannot be read synchronously. */
export async function formatTensorAsync(x: Tensor, name = "Tensor"): Promise<string> {
  const cells = await cellsOfAsync(x);
  const gradient = x.requiresGrad ? x.grad : undefined;
  const shown = gradient === undefined || gradient === null ? undefined : await cellsOfAsync(gradient);
  return layOutTensor(x, name, cells, gradient, shown);
}

/**
 * Formats a tensor whose elements have been read.
 *
 * @param gradient - undefined if the tensor needs none, null if there is none yet.
 * @param shown - the elements of the gradient, if they could be read.
 */
function layOutTensor(
  x: Tensor,
  name: string,
  values: Cells,
  gradient: Tensor | null | undefined,
  shown: Cells | undefined,
): string {
  const end =
    gradient === undefined
      ? ""
      : `grad=${gradient === null ? "null" : shown === undefined ? describeType(gradient) : inline(shown)}`;
  const line = `${name}(${[inline(values), ...notesOf(x), end].filter((part) => part !== "").join(", ")})`;
  if (line.length <= LINE_WIDTH) return line;
  const margin = " ".repeat(name.length + 1);
  const lines = [`${name}(${rows(values, margin)}`, ...notesOf(x)];
  const gradientText = shown === undefined ? end : `grad=${rows(shown, `${margin}${" ".repeat("grad=".length)}`)}`;
  const text = lines.join(", ");
  return gradientText === "" ? `${text})` : `${text},\n${margin}${gradientText})`;
}

function isReadable(x: Tensor): boolean {
  if (x.backend.readSync === undefined) return false;
  try {
    assertReadable(x, "toString");
    return true;
  } catch {
    // The tensor is disposed, or a transform works with tensors that have no values yet.
    return false;
  }
}

function describeType(x: Tensor): string {
  return `shape=${formatShape(x.shape)}, dtype=${x.dtype}`;
}

/** Returns what the elements do not show: the shape of an empty tensor, and a type other than the usual one. */
function notesOf(x: Tensor): readonly string[] {
  const notes: string[] = [];
  const empty = x.numel() === 0;
  if (empty && x.ndim > 1) notes.push(`shape=${formatShape(x.shape)}`);
  if (x.dtype !== "float32" && (x.dtype !== "bool" || empty)) notes.push(`dtype=${x.dtype}`);
  return notes;
}

function cellsOf(x: Tensor): Cells {
  const part = shownPart(x);
  try {
    return arrange(x, part, readElementsSync("toString", part, "toStringAsync"));
  } finally {
    if (part !== x) part.storage.release();
  }
}

async function cellsOfAsync(x: Tensor): Promise<Cells> {
  assertReadable(x, "toStringAsync");
  const part = shownPart(x);
  try {
    return arrange(x, part, await readElements(part));
  } finally {
    if (part !== x) part.storage.release();
  }
}

/** Returns the elements to show: all of them, or a copy of both ends of every long axis. */
function shownPart(x: Tensor): Elements {
  return x.numel() <= SUMMARISE_ABOVE ? x : edgesOf(x);
}

/** Formats the elements that are shown, with gaps for those that are left out. */
function arrange(x: Tensor, part: Elements, values: TypedArray): Cells {
  if (x.numel() === 0) return [];
  const cells = format(toNested(part.layout, decodeElements(x.dtype, values)));
  return part === x ? cells : withGaps(cells, x.shape, 0);
}

function format(data: ArrayData): Cells {
  if (typeof data === "object") return data.map(format);
  return typeof data === "boolean" ? String(data) : formatNumber(data);
}

/** Formats a number with at most four decimals. */
function formatNumber(value: number): string {
  if (Object.is(value, -0)) return "-0";
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 31) return String(value);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= LARGE || size < SMALL) {
    const [digits, exponent] = value.toExponential(DECIMALS).split("e");
    return `${Number(digits)}e${exponent}`;
  }
  return String(Number(value.toFixed(DECIMALS)));
}

/** Copies both ends of every long axis on the backend. */
function edgesOf(x: Tensor): Elements {
  const long = x.shape.map((size) => size > 2 * EDGE);
  const shape = x.shape.map((size, axis) => (long[axis] ? 2 * EDGE : size));
  const copy = (from: View, to: View, axis: number): void => {
    if (axis === shape.length) {
      copyInto(to, from, x.backend);
    } else if (!long[axis]) copy(from, to, axis + 1);
    else {
      copy(part(from, axis, 0), part(to, axis, 0), axis + 1);
      copy(part(from, axis, x.shape[axis]! - EDGE), part(to, axis, EDGE), axis + 1);
    }
  };
  const edges = fillElements(x.backend, shape, x.dtype, (layout) => copy(x.layout, layout, 0));
  edges.storage.pending = x.storage.pending;
  return edges;
}

function part(view: View, axis: number, start: number): View {
  const shape = view.shape.map((size, i) => (i === axis ? EDGE : size));
  return withLayout(view, shape, view.strides, view.offset + start * view.strides[axis]!);
}

/** Puts a gap between the two ends of every long axis. */
function withGaps(cells: Cells, shape: readonly number[], axis: number): Cells {
  if (typeof cells === "string") return cells;
  const list: (Cells | undefined)[] = cells.map((cell) => withGaps(cell!, shape, axis + 1));
  if (shape[axis]! > 2 * EDGE) list.splice(EDGE, 0, undefined);
  return list;
}

function inline(cells: Cells | undefined): string {
  if (cells === undefined) return "…";
  return typeof cells === "string" ? cells : `[${cells.map(inline).join(", ")}]`;
}

/**
 * Formats one row on each line. Every column is as wide as its widest cell; if rows must be wrapped, all columns have
 * the same width.
 */
function rows(cells: Cells, margin: string): string {
  const widths: number[] = [];
  measure(cells, widths);
  const width = margin.length + depthOf(cells) + widths.reduce((sum, own) => sum + own + 2, 0);
  return layOut(cells, width <= LINE_WIDTH ? widths : widths.fill(Math.max(...widths)), `${margin} `);
}

function measure(cells: Cells | undefined, widths: number[]): void {
  if (cells === undefined || typeof cells === "string") return;
  cells.forEach((cell, column) => {
    if (typeof cell === "string") widths[column] = Math.max(widths[column] ?? 0, cell.length);
    else measure(cell, widths);
  });
}

function layOut(cells: Cells | undefined, widths: readonly number[], margin: string): string {
  if (cells === undefined) return "…";
  if (typeof cells === "string") return cells;
  if (cells.some((cell) => typeof cell === "string")) return `[${wrap(cells, widths, margin)}]`;
  // Matrices are separated by one empty line for every further axis.
  const breaks = "\n".repeat(Math.max(1, depthOf(cells) - 1));
  return `[${cells.map((cell) => layOut(cell, widths, `${margin} `)).join(`,${breaks}${margin}`)}]`;
}

function wrap(row: readonly (Cells | undefined)[], widths: readonly number[], margin: string): string {
  let text = "";
  let used = margin.length;
  row.forEach((cell, column) => {
    const word = cell === undefined ? "…" : (cell as string).padStart(widths[column]!);
    const separator = column === 0 ? "" : ",";
    if (column > 0 && used + separator.length + 1 + word.length + 1 > LINE_WIDTH) {
      text += `${separator}\n${margin}${word}`;
      used = margin.length + word.length;
    } else {
      text += column === 0 ? word : `${separator} ${word}`;
      used += word.length + (column === 0 ? 0 : 2);
    }
  });
  return text;
}

function depthOf(cells: Cells | undefined): number {
  if (cells === undefined || typeof cells === "string") return 0;
  return 1 + Math.max(0, ...cells.map(depthOf));
}
