/**
 * Errors. Each says `[operation] what is wrong: the values · the rule · what to do`, and carries the values as fields.
 *
 * @module
 */

/** What an error may say beside the fact itself. */
export interface ErrorParts {
  /** The rule that was broken. */
  readonly rule?: string;
  /** What to do about it; given only where it would work. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** The base of every error that lucid throws on purpose. */
export class LucidError extends Error {
  // Written out in every class: a minifier shortens the names of classes, and the name is what a reader sees first.
  override readonly name: string = "LucidError";
  /** The operation or class that refused. */
  readonly operation: string;

  constructor(operation: string, fact: string, parts: ErrorParts = {}) {
    const text = [`[${operation}] ${fact}`];
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
    super(operation, `${parts?.what ?? "index"} ${index} is out of range for size ${size}`, parts);
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

/** A tensor was used after `dispose()`, after its `scope` ended, or after its graph was freed. */
export class DisposedError extends LucidError {
  override readonly name: string = "DisposedError";
}

/** Automatic differentiation was asked for something that has no right answer. */
export class AutogradError extends LucidError {
  override readonly name: string = "AutogradError";
}

/** A state dict does not fit; names every mismatch. */
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

/** A backend has no room for a buffer. Nothing was changed; smaller work goes on. */
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

/** A shape as errors print it: `[2, 3]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
