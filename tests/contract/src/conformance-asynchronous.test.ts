/**
 * Backends that answer later than they are called. The suite passes on all of them. Those that report errors late run
 * only the levels here that depend on it, because docs/backends-in-depth.md runs all levels on such a backend.
 */
import "@lucid/autograd";
import { extendBackend } from "@lucid/backend";
import { conformanceCases, runConformance } from "@lucid/backend-conformance";
import { createCpuBackend } from "@lucid/backend-cpu";
import { expect, it } from "vitest";
import { deferringBackend } from "./deferring-backend.js";

it("a backend that throws errors at once, but cannot be read at once, passes all levels", async () => {
  const backend = extendBackend(createCpuBackend(), {
    name: "asynchronous",
    readSync: undefined,
    hostView: undefined,
    copyFrom: undefined,
  });
  expect((await runConformance(backend)).problems).toEqual([]);
});

it.each([false, true])("a backend that reports errors late passes, with readSync: %s", async (lazy) => {
  const levels = new Set(["errors", "gather-scatter", "training", "unchanged"]);
  const cases = conformanceCases().filter(({ level }) => levels.has(level));
  expect((await runConformance(deferringBackend(lazy).backend, { cases })).problems).toEqual([]);
});
