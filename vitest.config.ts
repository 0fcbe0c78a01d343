import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// "@lucid/source" makes the workspace packages resolve to their TypeScript sources: no build before a test.
const source = "@lucid/source";

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "apps/*/**/*.test.ts",
      "tools/**/*.test.ts",
      "benchmarks/src/**/*.test.ts",
      "tests/**/*.test.ts",
    ],
    // tests/browser needs Chromium, and has a configuration of its own: `pnpm test:browser`.
    exclude: ["**/node_modules/**", "**/dist/**", "tests/browser/**"],
    environment: "node",
    // Processes, not threads: a test of memory may call globalThis.gc().
    pool: "forks",
    execArgv: ["--expose-gc"],
    maxWorkers: 2,
    // Only to end a test that hangs. No test judges how long something takes, so a busy machine makes them slow and no more.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    passWithNoTests: false,
  },
});
