/**
 * Cases and levels of the suite.
 *
 * @module
 */
import type { Backend, DType } from "@lucid/backend";
import { openSession, type Session } from "./session.js";

/** One thing that a backend must do correctly. A case runs under any test runner. */
export interface ConformanceCase {
  /** A path from the general to the particular: `map › add › float32 › transposed`. */
  readonly name: string;
  /** The first part of the name. */
  readonly level: string;
  /** The element types that it needs. It is skipped if the backend's capabilities lack one. */
  readonly dtypes: readonly DType[];
  /** Throws an error that says what is wrong. */
  run(backend: Backend): void | Promise<void>;
}

/** A part of the contract, with its cases. */
export interface Level {
  readonly name: string;
  /** Makes the level's cases. */
  readonly cases: () => readonly ConformanceCase[];
}

/** Separates the parts of a case's name. */
export const SEPARATOR = " › ";

/** The body of a case. The session checks afterwards that operands are unchanged, and frees them. */
export type CaseBody = (session: Session) => void | Promise<void>;

/** Makes a case from its path, the element types it needs and its body. */
export function defineCase(path: readonly string[], dtypes: readonly DType[], body: CaseBody): ConformanceCase {
  return {
    name: path.join(SEPARATOR),
    level: path[0]!,
    dtypes: [...new Set(dtypes)],
    run: async (backend) => {
      const session = openSession(backend);
      try {
        await body(session);
        await session.checkInputs();
      } finally {
        session.close();
      }
    },
  };
}
