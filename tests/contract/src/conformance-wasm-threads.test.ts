/** Runs the suite on three threads, with a backend that shares even the smallest work. */
import { type Backend, contiguousStrides, input, op } from "@lucid/backend";
import { testBackend } from "@lucid/backend-conformance";
import { createWasmBackend } from "@lucid/backend-wasm";

const backend: Backend = createWasmBackend({ threads: 3, shareFrom: 0 });

/** Workers take some time to start; then the number of parts that they compute grows. */
async function helped(): Promise<void> {
  const shape = [1 << 20];
  const buffer = backend.allocate("float32", shape[0]!);
  const view = { buffer, dtype: "float32" as const, shape, strides: contiguousStrides(shape), offset: 0 };
  for (let i = 0; i < 50; i++) {
    backend.map({ exprs: [op("exp", input(0, "float32"))], inputs: [view], scalars: [], outputs: [view] });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  backend.free(buffer);
}
await helped();

testBackend({ create: () => backend });
