import { testBackend } from "@lucid/backend-conformance";
import { createArrayBackend } from "./array-backend.js";

testBackend({
  create: () => createArrayBackend(),
});
