// The conformance cases' types, for someone who writes a backend and does not use vitest.
import type * as cases from "@lucid/backend-conformance/cases";

export type Cases = typeof cases;
