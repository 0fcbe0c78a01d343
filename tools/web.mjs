// Builds the web app and serves it. The headers isolate it from other sites, so that threads can share memory.
//   pnpm web [--port 4173] [--host]
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const turbo = createRequire(import.meta.url).resolve("turbo/bin/turbo");
const vite = fileURLToPath(new URL("../apps/examples/node_modules/vite/bin/vite.js", import.meta.url));

function run(what, args, options) {
  process.stderr.write(`Building the ${what} …\n`);
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" },
    maxBuffer: 2 ** 28,
    ...options,
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}${error ?? ""}\nThe ${what} did not build.\n`);
  process.exit(1);
}

run("packages", [turbo, "run", "build", "--filter=examples^...", "--output-logs=errors-only", "--ui=stream"]);
run("web app", [vite, "build", "apps/examples/web", "--logLevel", "warn"]);

const buildOnly = process.argv.includes("--build-only");
if (!buildOnly) {
  const preview = spawnSync(process.execPath, [vite, "preview", "apps/examples/web", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  process.exit(preview.status ?? 1);
}
