/**
 * The warning about modules that a `forward` runs although they are not in its module's tree, because a `#private`
 * field or a variable holds them: `parameters()` does not contain theirs, so that an optimizer would not train them.
 *
 * @module
 */
import { isModule } from "./call-state.js";
import type { ModuleNode } from "./node.js";
import { ownState } from "./walk.js";

declare const console: undefined | { warn?(message: string): void };

/**
 * The modules whose `forward`, written by the user, is running, the outermost one first, and the arguments of each.
 */
const running: ModuleNode[] = [];
const runningArgs: (readonly unknown[])[] = [];
/** Everything inside the running modules; undefined until it is needed. */
let inside: Set<ModuleNode> | undefined;
/** Classes about which the warning has appeared. */
const warned = new WeakSet<object>();

/** Notes that a user-written `forward` begins. */
export function beginForward(module: object, args: readonly unknown[]): void {
  running.push(module as ModuleNode);
  runningArgs.push(args);
}

/** Notes that the innermost user-written `forward` has ended. */
export function endForward(): void {
  running.pop();
  runningArgs.pop();
  if (running.length === 0) inside = undefined;
}

/**
 * Whether it is known where a module that is called now belongs: it is inside a running module, or a warning has
 * appeared, or it has nothing to train. It is not known outside of training, and outside of the `forward` of every
 * other module.
 */
export function settlesPlace(called: object): boolean {
  const module = called as ModuleNode;
  const caller = running.at(-1);
  if (caller === undefined || !caller.training || !module.training) return false;
  try {
    if (isInside(module) || !module.parameters().some((parameter) => parameter.requiresGrad)) return true;
  } catch {
    // The state of this module cannot be listed. The error appears when the user asks for its parameters.
    return true;
  }
  warn(caller, module);
  return true;
}

function isInside(module: ModuleNode): boolean {
  if (inside?.has(module)) return true;
  // This is the first question during this call, or the module has been made since.
  inside = new Set();
  for (const outer of running) addTree(outer, inside);
  for (const value of runningArgs.flat(2)) if (isModule(value)) addTree(value, inside);
  return inside.has(module);
}

function addTree(module: ModuleNode, all: Set<ModuleNode>): void {
  if (all.has(module)) return;
  all.add(module);
  for (const [, child] of ownState(module).children) addTree(child, all);
}

function warn(caller: ModuleNode, module: ModuleNode): void {
  // Without this, there would be a warning for each module inside it, too.
  if (inside !== undefined) addTree(module, inside);
  if (warned.has(caller.constructor)) return;
  warned.add(caller.constructor);
  const [outer, inner] = [caller.constructor.name, module.constructor.name];
  console?.warn?.(
    `[${outer}] the forward of ${outer} runs a ${inner} whose parameters are not in ${outer}.parameters(), so that an ` +
      "optimizer does not train them. Modules are found in the fields of a module, also in arrays, records, Maps and Sets " +
      `there, but not in #private fields or variables: keep the ${inner} in a public field. ` +
      "(This warning appears once.)",
  );
}
