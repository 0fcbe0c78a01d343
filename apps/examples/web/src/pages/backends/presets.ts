/** Custom backends to start from. */

export type PresetName = "counting" | "listening" | "product";

export interface Preset {
  readonly title: string;
  readonly text: string;
}

const IMPORTS = `import { extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";

const base = createCpuBackend();
`;

export const presets: Readonly<Record<PresetName, Preset>> = {
  counting: {
    title: "Count the calls",
    text: `${IMPORTS}
// The page shows these while the backend runs.
export const counts = { map: 0, reduce: 0, matmul: 0 };

export const backend = extendBackend(base, {
  name: "counting",
  map(call) {
    counts.map++;
    base.map(call);
  },
  reduce(call) {
    counts.reduce++;
    base.reduce(call);
  },
  matmul(a, b, output, epilogue) {
    counts.matmul++;
    base.matmul(a, b, output, epilogue);
  },
});`,
  },
  listening: {
    title: "List the kernels",
    text: `import { extendBackend, printExpr } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";

const base = createCpuBackend();

// Every expression that is computed, and how often.
export const counts: Record<string, number> = {};

export const backend = extendBackend(base, {
  name: "listening",
  map(call) {
    for (const expr of call.exprs) {
      const text = printExpr(expr);
      counts[text] = (counts[text] ?? 0) + 1;
    }
    base.map(call);
  },
});`,
  },
  product: {
    title: "A matrix product in three loops",
    text: `${IMPORTS}
export const counts = { products: 0, multiplications: 0 };

export const backend = extendBackend(base, {
  name: "three loops",
  matmul(a, b, output, epilogue) {
    // The base backend computes batches of matrices.
    if (a.shape.length > 2) return base.matmul(a, b, output, epilogue);
    const [m, k] = a.shape;
    const n = b.shape[1];
    const [x, y, z] = [a, b, output].map(({ buffer }) => base.hostView(buffer));
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum +=
            x[a.offset + i * a.strides[0] + l * a.strides[1]] *
            y[b.offset + l * b.strides[0] + j * b.strides[1]];
        }
        z[output.offset + i * output.strides[0] + j * output.strides[1]] = sum;
      }
    }
    counts.products++;
    counts.multiplications += m * n * k;
    // The epilogue adds a bias or applies an activation to the product.
    if (epilogue === undefined) return;
    const { expr, inputs, scalars } = epilogue;
    base.map({ exprs: [expr], inputs: [output, ...inputs], scalars, outputs: [output] });
  },
});`,
  },
};
