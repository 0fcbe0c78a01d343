/**
 * Pages that are not isolated have no `SharedArrayBuffer`. There, the memory is not shared, and growing it detaches its
 * views.
 */
import { testBackend } from "@lucid/backend-conformance";
import { createWasmBackend } from "@lucid/backend-wasm";

testBackend({
  create: () => {
    const global = globalThis as { SharedArrayBuffer?: unknown };
    const kept = global.SharedArrayBuffer;
    try {
      global.SharedArrayBuffer = undefined;
      return createWasmBackend();
    } finally {
      global.SharedArrayBuffer = kept;
    }
  },
});
