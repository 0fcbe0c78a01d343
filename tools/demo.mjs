// Builds the packages that the demo needs, then runs the demo in the caller's terminal.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const turbo = createRequire(import.meta.url).resolve("turbo/bin/turbo");

process.stderr.write("Building the packages …\nThe first time takes about a minute.\n");
const build = spawnSync(
  process.execPath,
  [turbo, "run", "build", "--filter=examples...", "--output-logs=errors-only", "--ui=stream"],
  {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" },
    maxBuffer: 2 ** 28,
  },
);
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}${build.error ?? ""}\nThe demo did not build.\n`);
  process.exit(1);
}

process.stderr.write("Running the demo:\n");
const demo = spawnSync(process.execPath, ["apps/examples/dist/demo.js", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(demo.status ?? 1);
