/** Whether this machine has a BLAS library, for tests that need one. */
import { describe, it } from "vitest";
import { findLibrary } from "../src/library.js";

function whyMissing(): string | undefined {
  try {
    findLibrary();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/**
 * `describe` for tests that need a library. Where there is none, they are skipped and say why; in continuous integration
 * (CI is set), where there has to be one, they run and fail.
 */
export function describeWithBlas(name: string, body: () => void): void {
  const missing = whyMissing();
  if (missing === undefined || process.env.CI) describe(name, body);
  else describe(name, () => it.skip(`needs a BLAS library: ${missing}`, () => {}));
}
