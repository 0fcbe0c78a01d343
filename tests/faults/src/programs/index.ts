/**
 * All programs besides those of the fixtures.
 *
 * @module
 */
import type { Backend } from "@lucid/backend";
import { graphPrograms } from "./graphs.js";
import { inPlacePrograms } from "./in-place.js";
import { modulePrograms } from "./modules.js";
import { optimizerPrograms } from "./optimizers.js";
import type { Program } from "./program.js";
import { randomPrograms } from "./random.js";
import { readingPrograms } from "./reading.js";

/** The programs by subject; `other` is a backend without faults. */
export function programsBySubject(other: Backend): Readonly<Record<string, readonly Program[]>> {
  return {
    "in place": inPlacePrograms(),
    random: randomPrograms(),
    graphs: graphPrograms(other),
    "reading and moving": readingPrograms(other),
    modules: modulePrograms(other),
    optimizers: optimizerPrograms(other),
  };
}
