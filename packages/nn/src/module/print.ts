/**
 * How modules print: in PyTorch's layout, one line for each submodule.
 *
 * @module
 */
import type { ModuleNode } from "./node.js";
import { ownState } from "./walk.js";

/** A module and its submodules as text. */
export function printModule(module: ModuleNode, path: readonly ModuleNode[] = []): string {
  const name = module.constructor.name;
  // A module that contains itself must be printable, because printing helps to find the mistake.
  if (path.includes(module)) return `${name}(…)`;
  const inner = [...path, module];
  const extra = module.extraRepresentation();
  const children = ownState(module).children.map(([key, child]) => `(${key}): ${indent(printModule(child, inner))}`);
  if (children.length === 0) return `${name}(${extra.includes("\n") ? `\n  ${indent(extra)}\n` : extra})`;
  const lines = extra === "" ? children : [indent(extra), ...children];
  return `${name}(\n  ${lines.join("\n  ")}\n)`;
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
