/**
 * The BLAS backend over the cpu backend, with every product the library's, however small. In continuous integration (CI is
 * set) a machine without a library fails; elsewhere the suite is skipped and says why.
 */
import { createBlasBackend } from "@lucid/backend-blas";
import { testBackend } from "@lucid/backend-conformance";
import { createCpuBackend } from "@lucid/backend-cpu";
import { it } from "vitest";

const create = () => createBlasBackend(createCpuBackend(), { smallest: 0 });

function whyMissing(): string | undefined {
  try {
    create();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const missing = whyMissing();
if (missing === undefined || process.env.CI) testBackend({ create });
else it.skip(`the BLAS backend needs a library: ${missing}`, () => {});
