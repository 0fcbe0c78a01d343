/**
 * This program is bundled and copied into the folder with a README's examples. It runs one of them and fails if the
 * results differ.
 */
import type { Compiled } from "documentation/compile";
import { executable, runExample } from "documentation/run";

export async function compare(compiled: Compiled, load: (specifier: string) => Promise<unknown>): Promise<void> {
  const surroundings = { names: {}, load };
  const wrong: string[] = [];
  await runExample(compiled, await executable(compiled, surroundings), surroundings, (outcome) => {
    const { good, line, expected = "no error", text } = outcome;
    if (good === false) wrong.push(`line ${line}: expected ${expected}, got ${text}`);
  });
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
