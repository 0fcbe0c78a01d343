/**
 * The exceptions that end a case, and their texts in reports.
 *
 * @module
 */

/** Ends a case because the backend is wrong. The message says what is wrong. */
export class CaseError extends Error {}

/** The file in a line of a stack trace, in the format of V8 or of other engines. */
const fileOf = (line: string): string | undefined => /([^\s(@]+):\d+:\d+\)?$/.exec(line)?.[1];

/** The lines of an error's stack trace that name a file outside the engine. */
function linesOf(error: Error): readonly string[] {
  const lines = (error.stack ?? "").split("\n").map((line) => line.trim());
  // In V8 the stack begins with the message, which is any text.
  const first = lines.findIndex((line) => line.startsWith("at "));
  return lines.slice(Math.max(first, 0)).filter((line) => {
    const file = fileOf(line);
    return file !== undefined && !file.startsWith("node:");
  });
}

/** The folder of this file, as stack traces name it. */
function ownFolder(): string | undefined {
  const own = linesOf(new Error()).map(fileOf)[0];
  return own?.slice(0, Math.max(own.lastIndexOf("/"), own.lastIndexOf("\\")) + 1);
}

/** The first line of a stack trace outside the suite, or the first of all lines if there is none, as in a bundle. */
function place(error: Error): string | undefined {
  const lines = linesOf(error);
  const own = ownFolder();
  return lines.find((line) => own === undefined || !fileOf(line)!.startsWith(own)) ?? lines[0];
}

/**
 * The text of what was thrown. For errors other than those of the suite and of lucid, it also has the line that threw
 * it.
 */
export function exceptionText(error: unknown): string {
  if (error instanceof CaseError) return error.message;
  // A second copy of `@lucid/backend` has another `LucidError`, which its field identifies.
  if (!(error instanceof Error) || "operation" in error) return String(error);
  const where = place(error);
  return where === undefined ? String(error) : `${error}\n  ${where.startsWith("at ") ? where : `at ${where}`}`;
}
