/** Measures what the BLAS backend adds to calling the library's `cblas_sgemm` on the same arrays. */
import { type BlasBackend, createBlasBackend } from "@lucid/backend-blas";
import type { CpuBuffer } from "@lucid/backend-cpu";
import koffi from "koffi";
import { cpu, viewOf } from "../cpu.js";
import type { BenchmarkCase, Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";

type Gemm = (...parameters: readonly (number | Float32Array)[]) => void;

/** Loads `cblas_sgemm` of the library and returns a function that calls it for row-major matrices. */
function direct(library: string): (a: Float32Array, b: Float32Array, c: Float32Array, n: number) => void {
  const gemm = koffi
    .load(library)
    .func("cblas_sgemm", "void", [
      ...["int", "int", "int", "int64", "int64", "int64", "float", "void *", "int64", "void *", "int64", "float"],
      ...["void *", "int64"],
    ]) as Gemm;
  return (a, b, c, n) => gemm(101, 111, 111, n, n, n, 1, a, n, b, n, 0, c, n);
}

function product(blas: BlasBackend<CpuBuffer>, gemm: ReturnType<typeof direct>, n: number): Variant {
  const [a, b] = [viewOf([n, n], numbers(n * n, 1)), viewOf([n, n], numbers(n * n, 2))];
  const [c, other] = [viewOf([n, n]), viewOf([n, n])];
  const [arrayA, arrayB, arrayC] = [a, b, other].map((view) => view.buffer.values as Float32Array);
  return {
    label: `${n}³`,
    amount: 2 * n ** 3,
    unit: "FLOP",
    tolerance: 1e-6,
    peers: [
      { name: "lucid", how: "BLAS over cpu", run: () => blas.matmul(a, b, c), result: () => c.buffer.values },
      { name: "cblas_sgemm", run: () => gemm(arrayA, arrayB, arrayC, n), result: () => arrayC },
    ],
  };
}

export const blasCalls: BenchmarkCase = {
  name: "blas-calls",
  about: "what backend-blas adds to calling the library's cblas_sgemm; over the cpu backend, one thread",
  async *variants() {
    const blas = createBlasBackend(cpu, { threads: 1 });
    const gemm = direct(blas.library);
    for (const n of [1024, 256, 64, 16]) yield product(blas, gemm, n);
  },
};
