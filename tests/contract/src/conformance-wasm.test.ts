import { testBackend } from "@lucid/backend-conformance";
import { createWasmBackend } from "@lucid/backend-wasm";

testBackend({
  create: () => createWasmBackend(),
});
