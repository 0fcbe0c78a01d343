/** Programs that use several backends at once. */
import { type Backend, BackendError, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { ones, randn } from "@lucid/tensor";
import { describe, expect, it } from "vitest";

describe("two instances of one backend", () => {
  it("have different names in errors", () => {
    const [a, b] = [createCpuBackend(), createCpuBackend()];
    const [x, y] = [ones([2], { backend: a }), ones([2], { backend: b })];
    expect(() => x.add(y)).toThrow(BackendError);
    expect(() => x.add(y)).toThrow(/different backends: cpu #(\d+) · cpu #(?!\1)\d+ · an operation needs/);
    expect(() => x.add(ones([2], { backend: createWasmBackend({ threads: 1 }) }))).toThrow("backends: cpu · wasm");
  });
});

describe("to(backend)", () => {
  const backends = (): readonly Backend[] => [createCpuBackend(), createWasmBackend({ threads: 1 })];

  it("copies memory directly if both are in host memory, whatever the layout", () => {
    for (const from of backends()) {
      for (const target of backends()) {
        let [copies, writes] = [0, 0];
        const to = extendBackend(target, {
          copyFrom(...call) {
            const done = target.copyFrom!(...call);
            if (done) copies++;
            return done;
          },
          write(...call) {
            writes++;
            target.write(...call);
          },
        });
        for (const dtype of ["float32", "float64", "int32", "bool"] as const) {
          const x = randn([4, 6], { backend: from }).mul(3).to(dtype);
          for (const view of [x, x.transpose(0, 1), x.narrow(1, 2, 3), x.flip(0), x.narrow(0, 0, 0)]) {
            expect(view.to(to).tolist()).toEqual(view.tolist());
          }
        }
        // Memory that is not shared has no host view, so it is read and written.
        expect([copies, writes].sort()).toEqual([0, 20]);
      }
    }
  });
});
