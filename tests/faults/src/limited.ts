/**
 * A backend with small limits, so that most calls are split.
 */
import type { Backend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { limitedBackend } from "../../contract/src/limited-backend.js";
import { type FaultKind, faultKinds } from "./faulty-backend.js";
import type { Program } from "./programs/program.js";

/** Makes the backend. */
export function createLimitedBackend(): Backend {
  return limitedBackend(createCpuBackend(), {
    views: 4,
    outputs: 1,
    bufferElements: 1 << 20,
    callElements: 4,
  });
}

/**
 * The kinds of faults of a program on a backend. A call that writes in place and is split is finished if one of its parts
 * fails once, but not if the device is lost between them.
 */
export function kindsOn(backendName: string, { kinds = faultKinds }: Program): readonly FaultKind[] {
  return backendName === "limited" ? kinds.filter((kind) => kind !== "lost") : kinds;
}
