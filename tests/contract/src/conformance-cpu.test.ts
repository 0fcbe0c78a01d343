import { testBackend } from "@lucid/backend-conformance";
import { createCpuBackend } from "@lucid/backend-cpu";

testBackend({
  create: () => createCpuBackend(),
});
