/** TypeScript 7's own language server, over the language server protocol. */
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Answer, type Ask, positionsOf } from "./answers.js";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

interface Markup {
  readonly value: string;
}

const SEPARATOR = "\r\n\r\n";

/** Starts a language server. */
function start(folder: string): {
  send(message: Message): void;
  request(method: string, params: unknown): Promise<unknown>;
  stop(): void;
} {
  const tsc = fileURLToPath(new URL("../../../../node_modules/typescript/lib/tsc.js", import.meta.url));
  const server = spawn(process.execPath, [tsc, "--lsp", "--stdio"], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let last = 0;
  let received = Buffer.alloc(0);
  const send = (message: Message): void => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}${SEPARATOR}${body}`);
  };
  const take = (message: Message): void => {
    const { id, method, params } = message;
    if (id === undefined) return;
    if (method !== undefined) {
      // The server asks for settings, one answer for every item; null stands for its defaults.
      const items = (params as { readonly items?: readonly unknown[] } | undefined)?.items;
      send({ id, result: items === undefined ? null : items.map(() => null) });
      return;
    }
    const call = waiting.get(id);
    waiting.delete(id);
    if (message.error === undefined) call?.resolve(message.result);
    else call?.reject(new Error(JSON.stringify(message.error)));
  };
  server.stdout.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const end = received.indexOf(SEPARATOR);
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(received.toString("utf8", 0, end))?.[1]);
      const from = end + SEPARATOR.length;
      if (received.length < from + length) return;
      const body = received.toString("utf8", from, from + length);
      received = received.subarray(from + length);
      take(JSON.parse(body) as Message);
    }
  });
  server.on("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the language server ended with code ${code}`));
  });
  return {
    send,
    request: (method, params) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        send({ id: last, method, params });
      }),
    stop: () => void server.kill(),
  };
}

export const askTypeScript7: Ask = async ({ program, text, changed }, calls) => {
  const folder = dirname(program);
  const server = start(folder);
  try {
    await server.request("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: {
        textDocument: {
          hover: { contentFormat: ["markdown"] },
          signatureHelp: { signatureInformation: { documentationFormat: ["markdown"] } },
        },
      },
    });
    server.send({ method: "initialized", params: {} });
    for (const [file, content] of [...changed, [program, text] as const]) {
      const textDocument = { uri: pathToFileURL(file).href, languageId: "typescript", version: 1, text: content };
      server.send({ method: "textDocument/didOpen", params: { textDocument } });
    }
    const at = (offset: number): unknown => {
      const lines = text.slice(0, offset).split("\n");
      const position = { line: lines.length - 1, character: lines[lines.length - 1].length };
      return { textDocument: { uri: pathToFileURL(program).href }, position };
    };
    const answers = new Map<string, Answer>();
    for (const call of calls) {
      const { name, open } = positionsOf(text, call);
      const hover = (await server.request("textDocument/hover", at(name))) as { readonly contents: Markup } | null;
      const help = (await server.request("textDocument/signatureHelp", at(open))) as {
        readonly signatures: readonly { readonly label: string; readonly documentation?: Markup }[];
      } | null;
      answers.set(call, {
        hover: hover?.contents.value ?? "",
        signatures: (help?.signatures ?? []).map(({ label, documentation }) => ({
          label,
          documentation: documentation?.value ?? "",
        })),
      });
    }
    return answers;
  } finally {
    server.stop();
  }
};
