import { defineConfig } from "vitest/config";

// Tests the app that `pnpm web --build-only` has built, in Chromium and Firefox. The root's tests need no browser.
export default defineConfig({
  test: {
    include: ["test/**/*.browser.ts"],
    environment: "node",
    // One browser at a time, because pages measure their own speed.
    maxWorkers: 1,
    fileParallelism: false,
    // Only a hang should exceed this, on a busy machine too.
    testTimeout: 3_600_000,
    hookTimeout: 1_800_000,
    passWithNoTests: false,
  },
});
