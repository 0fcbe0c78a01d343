/** The level `large` finds kernels that are right for small sizes only. Each backend here passes all other levels. */
import { type Backend, extendBackend, type View } from "@lucid/backend";
import { conformanceCases, runConformance } from "@lucid/backend-conformance/cases";
import { createCpuBackend } from "@lucid/backend-cpu";
import { describe, expect, it } from "vitest";

const cpu = createCpuBackend();
type Cpu = typeof cpu;
type CpuView = Parameters<Cpu["matmul"]>[0];

const all = conformanceCases();
const below = (prefix: string) => all.filter(({ name }) => name.startsWith(`${prefix} › `));

/** Expects that the backend fails cases of level `large` below `prefix`, and none of the level of small cases. */
async function expectFoundByLargeAlone(members: Partial<Cpu>, prefix: string, small: string): Promise<void> {
  const backend = extendBackend(cpu, members) as unknown as Backend;
  const large = await runConformance(backend, { cases: below(`large › ${prefix}`) });
  expect(large.failures.length).toBeGreaterThan(0);
  const others = await runConformance(backend, { cases: below(small) });
  expect(others.failures.map(({ name }) => name)).toEqual([]);
}

const sizeOf = (view: View): number => view.shape.reduce((size, n) => size * n, 1);

/** Restores the elements of a contiguous view from `count` on, as if a kernel had stopped there. */
function stoppingAt(count: number, view: CpuView, compute: () => void): void {
  const { values } = view.buffer;
  const before = values.slice();
  compute();
  if (sizeOf(view) <= count) return;
  for (let i = view.offset + count; i < values.length; i++) values[i] = before[i]!;
}

describe("the level large finds that", () => {
  it.each([32_768, 65_536])("map stops at element %i", (count) =>
    expectFoundByLargeAlone(
      { map: (call) => stoppingAt(count, call.outputs[0]!, () => cpu.map(call)) },
      "map",
      "map › add",
    ),
  );

  it("map reads only 16 scalars", () =>
    expectFoundByLargeAlone(
      { map: (call) => cpu.map({ ...call, scalars: call.scalars.map((value, i) => (i < 16 ? value : 0)) }) },
      "scalars",
      "map › scalar",
    ));

  it("gather handles only 1,024 elements", () =>
    expectFoundByLargeAlone(
      {
        gather: (source, index, axis, output) =>
          stoppingAt(1_024, output, () => cpu.gather(source, index, axis, output)),
      },
      "gather",
      "gather-scatter › gather",
    ));

  it("scatter handles only 1,024 elements", () =>
    expectFoundByLargeAlone(
      {
        scatter(mode, source, index, axis, output) {
          stoppingAt(1_024, output, () => cpu.scatter(mode, source, index, axis, output));
        },
      },
      "scatter set",
      "gather-scatter › scatter set",
    ));

  it("reduce computes only 1,024 results", () =>
    expectFoundByLargeAlone(
      { reduce: (call) => stoppingAt(1_024, call.output, () => cpu.reduce(call)) },
      "reduce sum",
      "reduce › sum",
    ));

  it.each([
    ["more than 256 rows", (a: View) => a.shape.at(-2)! > 256],
    ["more than 256 columns", (_: View, b: View) => b.shape.at(-1)! > 256],
    ["more than 16 batches", (a: View) => sizeOf(a) > 16 * a.shape.at(-1)! * a.shape.at(-2)! && a.shape.length > 2],
    ["a depth above 1,024", (a: View) => a.shape.at(-1)! > 1_024],
  ])("matmul is wrong for %s", (_, wrong) =>
    expectFoundByLargeAlone(
      {
        matmul(a, b, output, epilogue) {
          cpu.matmul(a, b, output, epilogue);
          if (wrong(a, b)) output.buffer.values[output.offset] = 12345.5;
        },
      },
      "matmul",
      "matmul › layouts",
    ),
  );

  it("read returns wrong elements beyond element 64 of a part", () => {
    const readSync: Cpu["readSync"] = (buffer, start, length) => {
      const got = cpu.readSync!(buffer, start, length);
      if (start > 0) got.fill(0, 64);
      return got;
    };
    return expectFoundByLargeAlone(
      { readSync: readSync!, read: async (buffer, start, length) => readSync!(buffer, start, length) },
      "read",
      "buffers › parts",
    );
  });

  it("sort and scan handle only lines of up to 65,536 elements", async () => {
    await expectFoundByLargeAlone(
      { sort: (x, axis, values, indices) => stoppingAt(65_536, indices, () => cpu.sort(x, axis, values, indices)) },
      "sort",
      "sort",
    );
    await expectFoundByLargeAlone(
      { scan: (op, x, axis, output) => stoppingAt(65_536, output, () => cpu.scan(op, x, axis, output)) },
      "scan max",
      "scan › max",
    );
  });
});
