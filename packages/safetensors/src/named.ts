/**
 * Tensors that are read by name.
 *
 * @module
 */
import { ArgumentError, closestName, describeValue } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";

/** Makes the error for a name that no tensor has. */
export function noSuchTensor(operation: string, name: unknown, names: readonly string[]): ArgumentError {
  const closest = typeof name === "string" ? closestName(name, names) : undefined;
  return new ArgumentError(operation, `there is no tensor ${describeValue(name)}`, {
    ...(closest !== undefined && { remedy: `did you mean ${JSON.stringify(closest)}?` }),
  });
}

/** Reads tensors one after another. If one cannot be read, those before it are disposed of. */
export async function readAll(
  names: readonly string[],
  read: (name: string) => Tensor | Promise<Tensor>,
): Promise<Record<string, Tensor>> {
  const all: Record<string, Tensor> = {};
  try {
    for (const name of names) all[name] = await read(name);
  } catch (error) {
    for (const made of Object.values(all)) made.dispose();
    throw error;
  }
  return all;
}
