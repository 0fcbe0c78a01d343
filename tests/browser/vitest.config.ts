/** The tests that need Chromium: `pnpm test:browser`. `pnpm test` leaves them out. */
import { mergeConfig } from "vitest/config";
import base from "../../vitest.config.js";

const { test, ...rest } = base;

export default mergeConfig(rest, {
  root: import.meta.dirname,
  test: {
    ...test,
    include: ["src/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // One page at a time: pages compute on all cores.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
