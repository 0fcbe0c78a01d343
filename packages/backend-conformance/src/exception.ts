/**
 * What ends a case early, and how reports tell it.
 *
 * @module
 */

/** Ends a case: the backend is wrong, and the message says how. */
export class CaseError extends Error {}

/** The file of a line of a stack, in V8's form or in that of the other engines. */
const fileOf = (line: string): string | undefined => /([^\s(@]+):\d+:\d+\)?$/.exec(line)?.[1];

/** The lines of an error's stack that name a file of their own, not the engine's. */
function linesOf(error: Error): readonly string[] {
  const lines = (error.stack ?? "").split("\n").map((line) => line.trim());
  // V8 puts the message first, which may look like anything.
  const first = lines.findIndex((line) => line.startsWith("at "));
  return lines.slice(Math.max(first, 0)).filter((line) => {
    const file = fileOf(line);
    return file !== undefined && !file.startsWith("node:");
  });
}

/** The folder of this file, as stacks name it. */
function ownFolder(): string | undefined {
  const own = linesOf(new Error()).map(fileOf)[0];
  return own?.slice(0, Math.max(own.lastIndexOf("/"), own.lastIndexOf("\\")) + 1);
}

/** The first line of the stack outside the suite; the first of all where there is none, as in a bundle. */
function place(error: Error): string | undefined {
  const lines = linesOf(error);
  const own = ownFolder();
  return lines.find((line) => own === undefined || !fileOf(line)!.startsWith(own)) ?? lines[0];
}

/**
 * What was thrown, as text: what a case found, an error that lucid throws on purpose, and of anything else also where it
 * came from.
 */
export function exceptionText(error: unknown): string {
  if (error instanceof CaseError) return error.message;
  // A second copy of `@lucid/backend` has a `LucidError` of its own, known by its field.
  if (!(error instanceof Error) || "operation" in error) return String(error);
  const where = place(error);
  return where === undefined ? String(error) : `${error}\n  ${where.startsWith("at ") ? where : `at ${where}`}`;
}
