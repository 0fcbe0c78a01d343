/**
 * A module as the files of this folder see it. The class `Module` is made of their functions, so they do not import it.
 *
 * @module
 */
import type { Parameter } from "./parameter.js";

/** A module in the tree of its submodules. The submodules of a module have the type of the module itself. */
export interface ModuleNode {
  training: boolean;
  parameters(): readonly Parameter[];
  extraRepresentation(): string;
}
