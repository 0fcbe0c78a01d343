/**
 * Element-wise operations: kernels that backend-cpu generates, compared with handwritten loops over the same arrays.
 */
import { type Expr, input, op, scalar } from "@lucid/backend";
import { cpu, viewOf } from "../cpu.js";
import type { BenchmarkCase, Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";

type Loop = (a: Float32Array, b: Float32Array, c: Float32Array, s: number) => void;

const x = input(0, "float32");
const y = input(1, "float32");
const s = scalar(0, "float32");

const works: readonly { readonly label: string; readonly expr: Expr; readonly loop: Loop }[] = [
  {
    label: "a + b",
    expr: op("add", x, y),
    loop: (a, b, c) => {
      for (let i = 0; i < c.length; i++) c[i] = a[i] + b[i];
    },
  },
  {
    label: "a·s + b",
    expr: op("add", op("mul", x, s), y),
    loop: (a, b, c, s) => {
      for (let i = 0; i < c.length; i++) c[i] = a[i] * s + b[i];
    },
  },
  {
    label: "exp a",
    expr: op("exp", x),
    loop: (a, _, c) => {
      for (let i = 0; i < c.length; i++) c[i] = Math.exp(a[i]);
    },
  },
];

function variant(work: (typeof works)[number], length: number): Variant {
  const shape = [length];
  const [a, b] = [viewOf(shape, numbers(length, 1)), viewOf(shape, numbers(length, 2))];
  const [c, other] = [viewOf(shape), viewOf(shape)];
  const call = { exprs: [work.expr], inputs: [a, b], scalars: [0.5], outputs: [c] };
  const arrays = [a, b, other].map((view) => view.buffer.values as Float32Array);
  return {
    label: `${work.label}, ${length}`,
    amount: length,
    unit: "element",
    tolerance: 1e-6,
    peers: [
      { name: "lucid cpu", run: () => cpu.map(call), result: () => c.buffer.values },
      { name: "by hand", run: () => work.loop(arrays[0], arrays[1], arrays[2], 0.5), result: () => arrays[2] },
    ],
  };
}

export const cpuElementwise: BenchmarkCase = {
  name: "cpu-elementwise",
  about: "element-wise float32 work in plain JavaScript, against loops written by hand",
  async *variants() {
    for (const work of works) for (const length of [1 << 20, 1000, 100, 10]) yield variant(work, length);
  },
};
