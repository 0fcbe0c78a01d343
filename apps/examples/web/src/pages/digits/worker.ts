import { chooseBackend } from "../../training/backend.js";
import { errorText } from "../../training/protocol.js";
import { serve } from "../../training/serve.js";
import type { DigitsProtocol } from "./protocol.js";
import { createSession } from "./session.js";

serve<DigitsProtocol>(async (settings) => {
  let note: string | undefined;
  try {
    await chooseBackend(settings.backend);
  } catch (error) {
    // Slower, but everywhere.
    if (settings.backend === "cpu") throw error;
    note = errorText(error);
    await chooseBackend("cpu");
  }
  return createSession(settings, note);
});
