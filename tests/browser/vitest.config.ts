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
    // One page runs at a time, because pages compute on all cores.
    fileParallelism: false,
    // Only to end what hangs: on a busy machine a suite in a page takes several times as long.
    testTimeout: 3_600_000,
    hookTimeout: 900_000,
  },
});
