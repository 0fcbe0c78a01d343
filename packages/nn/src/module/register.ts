/**
 * Registration of state by name, and finding what was registered by its path.
 *
 * @module
 */
import { ArgumentError, checkOptions, closestName, describeValue } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";
import { isModule } from "./call-state.js";
import type { ModuleNode } from "./node.js";
import { Buffer, type BufferOptions, Parameter } from "./parameter.js";
import { joinNames, type OwnState, walk } from "./walk.js";

/** A kind of state: its name in errors, and how it is recognized. */
interface Kind {
  readonly article: string;
  readonly holds: (value: unknown) => boolean;
}

/** The kinds of state that have names. */
const kinds: Readonly<Record<"parameter" | "buffer" | "module", Kind>> = {
  parameter: { article: "a parameter", holds: (value) => value instanceof Parameter },
  buffer: { article: "a buffer", holds: (value) => value instanceof Buffer },
  module: { article: "a module", holds: isModule },
};

/**
 * Sets a field of a module to a parameter, a buffer, a module, or null.
 *
 * @throws ArgumentError for a name that cannot be a field, or that another kind of field has.
 */
export function register(
  module: ModuleNode,
  operation: string,
  kind: keyof typeof kinds,
  name: string,
  make: () => Parameter | Buffer | ModuleNode | null,
): void {
  const where = `${module.constructor.name}.${operation}`;
  const { article, holds } = kinds[kind];
  if (typeof name !== "string" || name === "" || name.includes(".")) {
    throw new ArgumentError(where, `the name is ${describeValue(name)}`, {
      rule: "a name is a string that is not empty and has no dots, which separate the parts of a path",
    });
  }
  const fields = module as unknown as Record<string, unknown>;
  const before = Object.hasOwn(module, name) ? fields[name] : undefined;
  const isFree = !(name in module) || (Object.hasOwn(module, name) && (before === undefined || before === null));
  if (!isFree && !holds(before)) {
    throw new ArgumentError(where, `the name ${JSON.stringify(name)} is taken`, {
      rule: `${article} replaces ${article} or null, no other member of the module`,
    });
  }
  fields[name] = make();
}

/** @throws ArgumentError unless `value` is a tensor or null, and the options those of a buffer. */
export function assertBufferData(module: ModuleNode, value: unknown, options: BufferOptions | undefined): void {
  checkOptions(`${module.constructor.name}.registerBuffer`, options, { persistent: true });
  if (value === null || value instanceof Tensor) return;
  throw new ArgumentError(`${module.constructor.name}.registerBuffer`, `the buffer is ${describeValue(value)}`, {
    rule: "a buffer is a tensor, or null for none",
  });
}

/** @throws ArgumentError unless `value` is a parameter or null. */
export function assertParameter(module: ModuleNode, value: unknown): void {
  if (value === null || value instanceof Parameter) return;
  const isTensor = value instanceof Tensor;
  throw new ArgumentError(
    `${module.constructor.name}.registerParameter`,
    `the parameter is ${isTensor ? "a tensor" : describeValue(value)}`,
    {
      rule: "it is a Parameter, or null for none",
      ...(isTensor && { remedy: "wrap it: new Parameter(tensor)" }),
    },
  );
}

/** @throws ArgumentError unless `value` is a module or null. */
export function assertModuleOrNull(module: ModuleNode, operation: string, value: unknown): void {
  if (value === null || isModule(value)) return;
  throw new ArgumentError(`${module.constructor.name}.${operation}`, `the module is ${describeValue(value)}`, {
    rule: "it is a module, or null for none",
  });
}

/**
 * Returns what a path such as `layers.0.weight` names inside a module.
 *
 * @throws ArgumentError if there is nothing of that name. The error names the closest one.
 */
export function findByName<T, M extends ModuleNode>(
  root: M,
  operation: string,
  path: string,
  pick: (own: OwnState<M>) => readonly (readonly [name: string, value: T])[],
): T {
  const all = new Map<string, T>();
  walk(root, "", true, (prefix, _, own) => {
    for (const [name, value] of pick(own)) all.set(joinNames(prefix, name), value);
  });
  const found = all.get(path);
  if (found !== undefined) return found;
  const closest = typeof path === "string" ? closestName(path, [...all.keys()]) : undefined;
  throw new ArgumentError(`${root.constructor.name}.${operation}`, `there is no ${describeValue(path)}`, {
    rule: "a path is names joined by dots, as in state dicts",
    ...(closest !== undefined && { remedy: `did you mean ${JSON.stringify(closest)}?` }),
  });
}
