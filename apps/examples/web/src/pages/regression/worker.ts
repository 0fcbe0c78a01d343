import { chooseBackend } from "../../training/backend.js";
import { serve } from "../../training/serve.js";
import type { RegressionProtocol } from "./protocol.js";
import { createSession } from "./session.js";

serve<RegressionProtocol>(async (settings) => {
  await chooseBackend(settings.backend);
  return createSession(settings);
});
