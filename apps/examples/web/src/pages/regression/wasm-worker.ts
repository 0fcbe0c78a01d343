/** Apart from `worker.ts`: who stays with the cpu backend loads nothing of this. */
import { createWasmBackend } from "@lucid/backend-wasm";
import { setDefaultBackend } from "@lucid/tensor/functions";
import { serve } from "../../training/serve.js";
import type { RegressionProtocol } from "./protocol.js";
import { createSession } from "./session.js";

serve<RegressionProtocol>((settings) => {
  // Here rather than above: where the page may not compile WebAssembly, the reason is shown.
  setDefaultBackend(createWasmBackend());
  return createSession(settings);
});
