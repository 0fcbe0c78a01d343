/** Checks that continue after a failure, and the commands that they run. */
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * A folder that exists while the tests run. It is outside the repository, so that tools find nothing in parent folders.
 */
export const temporary: string = mkdtempSync(join(tmpdir(), "lucid-packages-"));

let failures = 0;
export const failureCount = (): number => failures;

/** Runs one check. A failure is printed, and later checks still run. Returns true if the check passed. */
export async function check(label: string, body: () => unknown): Promise<boolean> {
  try {
    await body();
    console.log(`ok    ${label}`);
    return true;
  } catch (error) {
    failures++;
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    const output = `${stdout}\n${stderr}`.trim();
    // The message of a failed command repeats its output.
    const text = output === "" ? message : `${message.split("\n")[0]}\n${output}`;
    console.log(`FAIL  ${label}\n${text.replace(/^/gm, "      ")}`);
    return false;
  }
}

const execute = promisify(execFile);

/** Ends what hangs, after so many milliseconds. Even on a busy machine, nothing takes this long. */
export const timeout: number = 900_000;

/**
 * The environment at the start of the tests. Vite later sets NODE_ENV, with which npm would leave out devDependencies.
 */
const env = {
  // The README of backend-webgpu runs without a graphics card, on the driver that Debian's Chromium brings.
  VK_ICD_FILENAMES: "/usr/lib/chromium/vk_swiftshader_icd.json",
  ...process.env,
  NO_COLOR: "1",
  npm_config_update_notifier: "false",
};

/** Runs a command and returns its output. It does not block, because the registry has to answer meanwhile. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await execute(command, args, { cwd, env, encoding: "utf8", maxBuffer: 2 ** 28, timeout });
  return stdout;
}

export const node = (args: readonly string[], cwd: string): Promise<string> => run(process.execPath, args, cwd);

/** The command-line script of a tool that this folder's package.json names. */
export const tool = (name: string, path: string): string =>
  fileURLToPath(new URL(`../node_modules/${name}/${path}`, import.meta.url));
