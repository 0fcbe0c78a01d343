/**
 * Errors. Each says `[operation] what is wrong: the values · the rule · what to do`, and carries the values as fields.
 *
 * @module
 */

import { describeValue } from "./describe.js";

/** The parts of an error's message beside what is wrong. */
export interface ErrorParts {
  /** The rule that was broken. */
  readonly rule?: string;
  /** What to do about it. It is given only if it would work. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** Longer facts, such as lists of what does not fit, are cut; the error's fields hold all of it. */
const LONGEST_FACT = 1500;

function shortened(fact: string): string {
  return fact.length <= LONGEST_FACT ? fact : `${fact.slice(0, LONGEST_FACT)}… (${fact.length} characters)`;
}

/** The base class of all errors that lucid throws. */
export class LucidError extends Error {
  // Written out in every class: a minifier shortens the names of classes, and the name is what a reader sees first.
  override readonly name: string = "LucidError";
  /** The operation or class that threw the error. */
  readonly operation: string;

  constructor(operation: string, fact: string, parts: ErrorParts = {}) {
    const text = [`[${operation}] ${shortened(fact)}`];
    if (parts.rule !== undefined) text.push(parts.rule);
    if (parts.remedy !== undefined) text.push(parts.remedy);
    super(text.join(" · "), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.operation = operation;
  }
}

/** Shapes that do not fit an operation. */
export class ShapeError extends LucidError {
  override readonly name: string = "ShapeError";
  readonly shapes: readonly (readonly number[])[];

  constructor(operation: string, fact: string, shapes: readonly (readonly number[])[], parts?: ErrorParts) {
    super(operation, fact, parts);
    this.shapes = shapes;
  }
}

/** Element types that do not fit an operation or that a backend lacks. */
export class DTypeError extends LucidError {
  override readonly name: string = "DTypeError";
  readonly dtypes: readonly string[];

  constructor(operation: string, fact: string, dtypes: readonly string[], parts?: ErrorParts) {
    super(operation, fact, parts);
    this.dtypes = dtypes;
  }
}

/** An index or axis outside its range. Backends throw it for index values, the framework for everything else. */
export class IndexOutOfRangeError extends LucidError {
  override readonly name: string = "IndexOutOfRangeError";
  readonly index: number;
  readonly size: number;

  constructor(operation: string, index: number, size: number, parts?: ErrorParts & { readonly what?: string }) {
    super(operation, `${parts?.what ?? "index"} ${describeValue(index)} is out of range for size ${size}`, parts);
    this.index = index;
    this.size = size;
  }
}

/** A value that an operation, a layer or an optimizer cannot take: a hyperparameter, an option, ragged data. */
export class ArgumentError extends LucidError {
  override readonly name: string = "ArgumentError";
}

/** No backend, the wrong backend, or something that this backend cannot do. */
export class BackendError extends LucidError {
  override readonly name: string = "BackendError";
  readonly backends: readonly string[];

  constructor(operation: string, fact: string, backends: readonly string[], parts?: ErrorParts) {
    super(operation, fact, parts);
    this.backends = backends;
  }
}

/** The device of a backend was lost, with all that it held. Nothing that was there can be read; make a new backend. */
export class DeviceLostError extends BackendError {
  override readonly name: string = "DeviceLostError";

  constructor(operation: string, backend: string, parts?: ErrorParts) {
    super(operation, `the device of ${backend} was lost`, [backend], parts);
  }
}

/** A tensor was used after `dispose()`, after its `scope` ended, or after its graph was freed. */
export class DisposedError extends LucidError {
  override readonly name: string = "DisposedError";
}

/** Automatic differentiation was asked for something that it cannot compute. */
export class AutogradError extends LucidError {
  override readonly name: string = "AutogradError";
}

/** A state dict does not fit. The error names every mismatch. */
export class StateError extends LucidError {
  override readonly name: string = "StateError";
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];

  constructor(
    operation: string,
    fact: string,
    fields: { readonly missing: readonly string[]; readonly unexpected: readonly string[] },
    parts?: ErrorParts,
  ) {
    super(operation, fact, parts);
    this.missing = fields.missing;
    this.unexpected = fields.unexpected;
  }
}

/** A file that breaks the rules of its format, is cut off, or holds what cannot be read. Nothing was changed. */
export class FormatError extends LucidError {
  override readonly name: string = "FormatError";
}

/** A backend has no room for a buffer. Nothing was changed, and smaller computations still work. */
export class OutOfMemoryError extends LucidError {
  override readonly name: string = "OutOfMemoryError";
  readonly requestedBytes: number;
  readonly usedBytes: number;
  readonly limitBytes: number;

  constructor(operation: string, requestedBytes: number, usedBytes: number, limitBytes: number, parts?: ErrorParts) {
    super(operation, `${requestedBytes} bytes asked, ${usedBytes} in use, limit ${limitBytes}`, parts);
    this.requestedBytes = requestedBytes;
    this.usedBytes = usedBytes;
    this.limitBytes = limitBytes;
  }
}

/** The most sizes of a shape that an error shows. */
const LONGEST_SHAPE = 16;

/** Formats a shape for an error: `[2, 3]`. If a shape has more than 16 sizes, only the first ones are shown. */
export function formatShape(shape: readonly number[]): string {
  if (shape.length <= LONGEST_SHAPE) return `[${shape.join(", ")}]`;
  return `[${shape.slice(0, LONGEST_SHAPE).join(", ")}, … (${shape.length} sizes)]`;
}
