/** What `testBackend` makes of a faulty backend: Vitest runs a file that calls it. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

async function runFixtures(): Promise<JsonReport> {
  const fixtures = join(import.meta.dirname, "../test/fixtures");
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("VITEST")));
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [vitest, "run", "--config", join(fixtures, "vitest.config.ts")],
      { cwd: fixtures, env, maxBuffer: 2 ** 26 },
      (_, stdout) => resolve(stdout),
    );
  });
  return JSON.parse(output.slice(output.indexOf('{"num'))) as JsonReport;
}

it("testBackend fails group by group, and for expected failures that pass or name no case", async () => {
  const tests = (await runFixtures()).testResults[0]!.assertionResults;
  const failed = tests.filter(({ status }) => status === "failed").map(({ title }) => title);
  expect(failed).toEqual([
    "scan › sum",
    "scan › prod",
    "scan › max",
    "scan › min",
    "sort › int32",
    "large › scan sum",
    "large › scan prod",
    "large › scan max",
    "large › scan min",
    "aliasing › scan",
    "gradients › scan",
    "expected failures are as expected",
  ]);
  const message = (title: string): string => tests.find((test) => test.title === title)!.failureMessages.join("\n");
  // Every other case is named; the expected one is not.
  expect(message("scan › sum")).toContain("scan › sum › float32 › rows\n  45 of 45 elements of float32 are wrong");
  expect(message("scan › sum")).not.toContain("scan › sum › float32 › vector");
  expect(message("sort › int32")).toContain("sort › int32 › vector\n  is expected to fail, but it passes");
  expect(message("expected failures are as expected")).toContain('"map › gelu" in expectedFailures names no case');
  const statuses = new Set(tests.map(({ status }) => status));
  expect([...statuses].sort()).toEqual(["failed", "passed", "skipped"]);
});
