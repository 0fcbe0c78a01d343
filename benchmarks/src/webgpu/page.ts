/** Measures in a page, and reports every variant to the server as soon as it is measured. */
import { reasonOf } from "../harness/compare.js";
import type { VariantFigures } from "../harness/figures.js";
import { format } from "../harness/format.js";
import { defaultEffort, measure, quickEffort } from "../harness/measure.js";
import { loaded } from "../peers/load.js";
import { cases } from "./cases.js";
import { lucid } from "./peers.js";

/** What the page reports: a message at a time, and `end` after the last one. */
export type Report =
  | { readonly kind: "adapter" | "case"; readonly text: string }
  | { readonly kind: "figures"; readonly figures: VariantFigures }
  | { readonly kind: "failure"; readonly case: string; readonly reason: string }
  | { readonly kind: "end" };

/** The parts of the browser's API that are used. Node's types, with which the benchmarks are checked, lack them. */
declare const location: { readonly search: string };
declare const document: { readonly body: { append(...texts: readonly string[]): void } };

async function report(message: Report): Promise<void> {
  if (message.kind !== "end") {
    document.body.append(
      message.kind === "figures" ? format(message.figures) : Object.values(message).join(": "),
      "\n",
    );
  }
  await fetch("/report", { method: "POST", body: JSON.stringify(message) });
}

const parameters = new URLSearchParams(location.search);
const effort = parameters.has("quick") ? quickEffort : defaultEffort;
try {
  await report({ kind: "adapter", text: (await loaded(lucid)).adapter });
  for (const { name, about, variants } of cases) {
    if (!name.includes(parameters.get("case") ?? "")) continue;
    await report({ kind: "case", text: `${name}: ${about}` });
    try {
      for await (const variant of variants()) {
        await report({ kind: "figures", figures: await measure(name, variant, effort) });
      }
    } catch (error) {
      await report({ kind: "failure", case: name, reason: reasonOf(error) });
    }
  }
} catch (error) {
  await report({ kind: "failure", case: "webgpu", reason: reasonOf(error) });
}
await report({ kind: "end" });
