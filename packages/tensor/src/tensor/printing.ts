/**
 * Tensors as text.
 *
 * @module
 */
import { formatShape, type View } from "@lucid/backend";
import { assertReadable } from "../dispatch/call.js";
import { withLayout } from "../primitives/layout.js";
import { identityExpr } from "../primitives/map.js";
import { readElementsSync } from "../primitives/transfer.js";
import { type ArrayData, toNested } from "./reading.js";
import { allocate, type Tensor } from "./tensor.js";

const LINE_WIDTH = 80;
const DECIMALS = 4;
/** From here on floats are written with exponents. */
const LARGE = 1e8;
/** Below this too. */
const SMALL = 1e-4;
/** Tensors of more elements are summarised: of every long axis only the ends are shown. */
const SUMMARISE_ABOVE = 1000;
const EDGE = 3;

/** An element as text, or a level of the tensor; `undefined` stands for what a summary leaves out. */
type Cells = string | readonly (Cells | undefined)[];

/**
 * A tensor as text: on one line if it fits, else a row per line with columns aligned. At most four decimals; element
 * types other than float32 and bool are named; more than 1,000 elements are summarised.
 *
 * @example
 * ```ts
 * formatTensor(tensor([[1.5, 2], [3, 4]])); // → "Tensor([[1.5, 2], [3, 4]])"
 * formatTensor(arange(3)); // → "Tensor([0, 1, 2], dtype=int32)"
 * ```
 */
export function formatTensor(x: Tensor, name = "Tensor"): string {
  const readable = isReadable(x);
  if (!readable)
    return `${name}(${x.disposed || x.storage.freed ? "disposed, " : ""}${describeType(x)}, backend=${x.backend.name})`;
  const values = cellsOf(x);
  const gradient = x.requiresGrad ? x.grad : undefined;
  const shown = gradient !== undefined && gradient !== null && isReadable(gradient) ? cellsOf(gradient) : undefined;
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
    // Disposed, or a transform works with tensors that have no values yet.
    return false;
  }
}

function describeType(x: Tensor): string {
  return `shape=${formatShape(x.shape)}, dtype=${x.dtype}`;
}

/** What the elements do not show: the shape of none, and the type where it is not the usual one. */
function notesOf(x: Tensor): readonly string[] {
  const notes: string[] = [];
  const empty = x.size === 0;
  if (empty && x.ndim > 1) notes.push(`shape=${formatShape(x.shape)}`);
  if (x.dtype !== "float32" && (x.dtype !== "bool" || empty)) notes.push(`dtype=${x.dtype}`);
  return notes;
}

function cellsOf(x: Tensor): Cells {
  if (x.size === 0) return [];
  if (x.size <= SUMMARISE_ABOVE) return format(x, toNested(x, readElementsSync("toString", x)));
  const edges = edgesOf(x);
  const nested = toNested(edges, readElementsSync("toString", edges));
  edges.storage.release();
  return withGaps(format(x, nested), x.shape, 0);
}

function format(x: Tensor, data: ArrayData): Cells {
  if (typeof data === "object") return data.map((item) => format(x, item));
  return typeof data === "boolean" ? String(data) : formatNumber(data);
}

/** A number in at most four decimals. */
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

/** Both ends of every long axis, copied together on the backend. */
function edgesOf(x: Tensor): Tensor {
  const long = x.shape.map((size) => size > 2 * EDGE);
  const shape = x.shape.map((size, axis) => (long[axis] ? 2 * EDGE : size));
  const edges = allocate(x.backend, shape, x.dtype);
  const copy = (from: View, to: View, axis: number): void => {
    if (axis === shape.length) {
      x.backend.map({ exprs: [identityExpr(x.dtype)], inputs: [from], scalars: [], outputs: [to] });
    } else if (!long[axis]) copy(from, to, axis + 1);
    else {
      copy(part(from, axis, 0), part(to, axis, 0), axis + 1);
      copy(part(from, axis, x.shape[axis]! - EDGE), part(to, axis, EDGE), axis + 1);
    }
  };
  copy(x.layout, edges.layout, 0);
  return edges;
}

function part(view: View, axis: number, start: number): View {
  const shape = view.shape.map((size, i) => (i === axis ? EDGE : size));
  return withLayout(view, shape, view.strides, view.offset + start * view.strides[axis]!);
}

/** Puts a gap between the ends of every long axis. */
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

/** One row per line, every column as wide as its widest cell. Rows that are wrapped have columns of one width. */
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
  // Matrices are set apart by an empty line for every further axis.
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
