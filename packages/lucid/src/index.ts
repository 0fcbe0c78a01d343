/**
 * `@lucid/lucid`: everything, with a backend made on first use.
 *
 * @packageDocumentation
 */
import { createCpuBackend } from "@lucid/backend-cpu";
import { offerDefaultBackend } from "@lucid/tensor";

offerDefaultBackend(createCpuBackend);

export * from "@lucid/autograd";
export { createCpuBackend } from "@lucid/backend-cpu";
export * as nn from "@lucid/nn";
export * as optim from "@lucid/optim";
export * from "@lucid/tensor";
