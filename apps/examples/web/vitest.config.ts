import { defineConfig } from "vitest/config";

// In Chromium, on what `pnpm web --build-only` has built. Not part of the root's tests, which need no browser.
export default defineConfig({
  test: {
    include: ["test/**/*.browser.ts"],
    environment: "node",
    // One browser at a time: pages measure their own speed.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
