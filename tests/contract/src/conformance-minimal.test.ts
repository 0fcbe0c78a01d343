import { testBackend } from "@lucid/backend-conformance";
import { createMinimalBackend } from "minimal-backend";

testBackend({
  create: () => createMinimalBackend(),
});
