/** How failures are told. */
import { join } from "node:path";
import { ArgumentError, extendBackend } from "@lucid/backend";
import { createMinimalBackend } from "minimal-backend";
import { expect, it } from "vitest";
import { stumblingScan } from "../test/stumbling.js";
import { conformanceCases, runConformance } from "./cases.js";
import { problemsText } from "./run.js";

const minimal = createMinimalBackend();
const scans = conformanceCases().filter(({ name }) => name.startsWith("scan › max › uint8"));

const messagesOf = async (scan: () => void): Promise<string[]> => {
  const report = await runConformance(extendBackend(minimal, { scan }), { cases: scans });
  return [...new Set(report.failures.map(({ message }) => message))];
};

it("the report of an exception contains its class and the line of the backend that threw it", async () => {
  const messages = await messagesOf(stumblingScan);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(/^TypeError: .*\n {2}at .*stumbling\.ts:3:\d+\)?$/);
});

it("the line is the first one outside the suite, even if the suite itself threw because of what it got", async () => {
  const messages = await messagesOf(() => {
    const error = new RangeError("strange");
    const suite = `at check (${join(import.meta.dirname, "session.ts")}:1:1)`;
    error.stack = `RangeError: strange\n    ${suite}\n    at node:internal/x:1:1\n    at mine (/mine.js:7:9)`;
    throw error;
  });
  const plain = await messagesOf(() => {
    const error = new RangeError("strange");
    error.stack = "mine@https://example.org/mine.js:7:9\n";
    throw error;
  });
  expect(messages[0]).toMatch(/at mine \(\/mine\.js:7:9\)$/);
  expect(plain).toEqual(["RangeError: strange\n  at mine@https://example.org/mine.js:7:9"]);
});

it("errors that lucid throws, and thrown values that are no errors, have no line", async () => {
  const throwing = (error: unknown) => () => {
    throw error;
  };
  expect(await messagesOf(throwing(new ArgumentError("scan", "too long")))).toEqual(["ArgumentError: [scan] too long"]);
  expect(await messagesOf(throwing("no"))).toEqual(["no"]);
});

it("equal messages are shown once, with the names of their cases", () => {
  expect(problemsText(["a › 1\n  bad\n  at x", "a › 2\n  worse", "a › 3\n  bad\n  at x"])).toBe(
    "3 conformance problems:\na › 1\n  bad\n  at x\n  and the same in\n    a › 3\na › 2\n  worse",
  );
  const many = Array.from({ length: 60 }, (_, i) => `a › ${i}\n  bad`);
  const lines = problemsText(many).split("\n");
  expect(lines.slice(0, 5)).toEqual(["60 conformance problems:", "a › 0", "  bad", "  and the same in", "    a › 1"]);
  expect(lines.at(-1)).toBe("    and 20 more");
  expect(lines).toHaveLength(44);
});

it("of different messages, the first ones are shown in full, and of the others only the names", () => {
  const many = Array.from({ length: 60 }, (_, i) => `a › ${i}\n  bad ${i}`);
  const lines = problemsText(many).split("\n");
  expect(lines.slice(15, 19)).toEqual(["a › 7", "  bad 7", "and also:", "a › 8"]);
  expect(lines.at(-1)).toBe("and 12 more");
  expect(problemsText(["no case was executed"])).toBe("1 conformance problem:\nno case was executed");
});
