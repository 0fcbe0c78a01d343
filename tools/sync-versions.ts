/** Writes the version of every package's package.json into its src/version.ts, where it has one. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../packages", import.meta.url));

for (const name of readdirSync(packages)) {
  const source = `${packages}/${name}/src/version.ts`;
  if (!existsSync(source)) continue;
  const { version } = JSON.parse(readFileSync(`${packages}/${name}/package.json`, "utf8")) as { version: string };
  const text = readFileSync(source, "utf8");
  writeFileSync(source, text.replace(/"[^"]*"/, JSON.stringify(version)));
}
