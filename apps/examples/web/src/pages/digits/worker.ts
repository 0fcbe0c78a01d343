import { chooseBackend } from "../../training/backend.js";
import { errorText } from "../../training/protocol.js";
import { serve } from "../../training/serve.js";
import mnist from "../../../generated/mnist.bin?url";
import { type DigitImages, loadImages } from "./mnist.js";
import type { DigitsProtocol } from "./protocol.js";
import { createSession } from "./session.js";

let images: Promise<DigitImages> | undefined;

/** The digits are loaded once. After a failure they are loaded again at the next start. */
function digits(): Promise<DigitImages> {
  images ??= loadImages(mnist).catch((error: unknown) => {
    images = undefined;
    throw error;
  });
  return images;
}

serve<DigitsProtocol>(async (settings) => {
  const loading = digits();
  // It is awaited below; a failure before that is no unhandled rejection.
  loading.catch(() => {});
  let note: string | undefined;
  try {
    await chooseBackend(settings.backend);
  } catch (error) {
    // The cpu backend is slower but works everywhere.
    if (settings.backend === "cpu") throw error;
    note = errorText(error);
    await chooseBackend("cpu");
  }
  return createSession(settings, await loading, note);
});
