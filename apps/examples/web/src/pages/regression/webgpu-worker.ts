/** Apart from `worker.ts`: who stays with the cpu backend loads nothing of this. */
import { createWebGpuBackend } from "@lucid/backend-webgpu";
import { setDefaultBackend } from "@lucid/tensor/functions";
import { serve } from "../../training/serve.js";
import type { RegressionProtocol } from "./protocol.js";
import { createSession } from "./session.js";

serve<RegressionProtocol>(async (settings) => {
  setDefaultBackend(await createWebGpuBackend());
  return createSession(settings);
});
