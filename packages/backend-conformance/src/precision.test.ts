/** Tolerances follow what a backend says of its precision, and the report says so. */
import { type Backend, extendBackend, type MapCall, type Precision, positionsOf } from "@lucid/backend";
import { createMinimalBackend, type HostBuffer } from "minimal-backend";
import { expect, it } from "vitest";
import { conformanceCases, reportText, runConformance } from "./cases.js";

const minimal = createMinimalBackend();

/** The minimal backend, with every float32 result of `map` changed. */
function changed(
  precision: Precision | undefined,
  change: (value: number, call: MapCall<HostBuffer>) => number,
): Backend<HostBuffer> {
  return extendBackend(minimal, {
    ...(precision === undefined ? {} : { capabilities: { precision } }),
    map(call) {
      minimal.map(call);
      for (const output of call.outputs) {
        if (output.dtype !== "float32") continue;
        for (const position of positionsOf(output)) {
          output.buffer.data[position] = change(output.buffer.data[position]!, call);
        }
      }
    },
  });
}

const casesOf = (...groups: readonly string[]) =>
  conformanceCases().filter(({ name }) => groups.some((group) => name.startsWith(group)));

it("subnormal results may be 0 if the backend's precision says so, and only then", async () => {
  const flush = (value: number): number => (Math.abs(value) < 2 ** -126 ? value * 0 : value);
  const cases = casesOf("map › mul › float32", "map › neg › float32", "map › exp › float32");
  expect((await runConformance(changed(undefined, flush), { cases })).failures.length).toBeGreaterThan(0);
  const report = await runConformance(changed({ subnormals: false }, flush), { cases });
  expect(report.problems).toEqual([]);
  const wrong = (value: number): number => (value === 1 ? 0 : value);
  expect((await runConformance(changed({ subnormals: false }, wrong), { cases })).failures.length).toBeGreaterThan(0);
});

it("an operation may have the error that the backend's precision states, and no more", async () => {
  const cases = casesOf("map › tan › float32");
  const off = (ulps: number) => (value: number) => (Math.abs(value) > 1e-3 ? value * (1 + ulps * 2 ** -23) : value);
  expect((await runConformance(changed(undefined, off(6)), { cases })).failures.length).toBeGreaterThan(0);
  const report = await runConformance(changed({ ulp: { tan: 16 } }, off(6)), { cases });
  expect(report.problems).toEqual([]);
  expect(reportText("mine", report)).toMatch(/; allowed by its precision: tan within 16 ulp$/);
  expect((await runConformance(changed({ ulp: { tan: 16 } }, off(40)), { cases })).failures.length).toBeGreaterThan(0);
});

it("a product and a sum may be rounded once if the backend's precision says so", async () => {
  const cases = conformanceCases().filter(({ name }) => name.includes("a·b + c"));
  expect(cases.length).toBeGreaterThan(0);
  // What a fused multiply-add gives for the case.
  const fused = (value: number, { exprs }: MapCall<HostBuffer>): number =>
    String(exprs[0]) === "x0 * x0 + x1" && value === 0 ? 2 ** -24 : value;
  expect((await runConformance(changed(undefined, fused), { cases })).failures.length).toBeGreaterThan(0);
  const report = await runConformance(changed({ contraction: true }, fused), { cases });
  expect(report.problems).toEqual([]);
  expect(report.allowances).toEqual(["a·b + c may be rounded once"]);
});
