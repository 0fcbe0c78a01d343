/** Asks TypeScript's language server what an editor shows to users of the packages. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check, timeout, tool } from "./check.js";
import { installConsumer } from "./consumers.js";
import type { Registry } from "./registry.js";

interface Location {
  readonly file: string;
  readonly start: { readonly line: number };
}

/** Returns the places where TypeScript's server finds the definitions of the names in the last line of a file. */
async function definitions(file: string, names: readonly string[]): Promise<ReadonlyMap<string, Location | undefined>> {
  const script = [tool("typescript-5.6", "lib/tsserver.js"), "--disableAutomaticTypingAcquisition"];
  const server = spawn(process.execPath, script, { timeout });
  const found = new Map<string, Location | undefined>();
  const text = readFileSync(file, "utf8");
  const line = text.split("\n").findIndex((one) => one.startsWith("export"));
  const send = (seq: number, command: string, args: unknown): void => {
    server.stdin.write(`${JSON.stringify({ seq, type: "request", command, arguments: args })}\n`);
  };
  send(1, "open", { file });
  for (const [i, name] of names.entries()) {
    send(i + 2, "definition", { file, line: line + 1, offset: text.split("\n")[line].indexOf(name) + 1 });
  }
  let received = "";
  for await (const chunk of server.stdout) {
    received += chunk;
    for (const answer of received.split("\n").filter((one) => one.startsWith("{") && one.endsWith("}"))) {
      const { type, request_seq, body } = JSON.parse(answer);
      if (type === "response" && request_seq >= 2) found.set(names[request_seq - 2], body?.[0]);
    }
    if (found.size === names.length) break;
  }
  server.kill();
  return found;
}

export async function testEditor(registry: Registry): Promise<void> {
  await check("an editor goes from a name to its TypeScript source", async () => {
    const folder = await installConsumer(
      "editor",
      ["@lucid/nn", "@lucid/optim", "@lucid/tensor"],
      ["editor.ts"],
      registry,
    );
    for (const [name, location] of await definitions(join(folder, "editor.ts"), [
      "huberLoss",
      "Linear",
      "Adam",
      "softmax",
    ])) {
      if (location === undefined) throw new Error(`${name} is defined nowhere`);
      const where = `${name} is defined in ${location.file}:${location.start.line}`;
      if (!/\/@lucid\/[a-z]+\/src\/.*\.ts$/.test(location.file)) throw new Error(where);
      const line = readFileSync(location.file, "utf8").split("\n")[location.start.line - 1];
      if (!line.includes(name)) throw new Error(`${where}, which is ${line}`);
    }
  });
}
