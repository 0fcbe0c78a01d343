/**
 * Writes docs/accuracy.md: `npx tsx --conditions=@lucid/source packages/backend-webgpu/scripts/accuracy.ts [every]`, at every
 * `every`-th float32 (default 997). In Node, VK_ICD_FILENAMES names the driver, such as
 * /usr/lib/chromium/vk_swiftshader_icd.json of Debian's Chromium.
 */
import { writeFileSync } from "node:fs";
import { input, op, type ScalarOp, scalarOperations } from "@lucid/backend";
import { createWebGpuBackend } from "../src/index.js";

/** Functions that IEEE 754 does not define, and those for which WGSL allows errors. */
const functions: readonly ScalarOp[] = [
  ...(["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan"] as const),
  ...(["sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "pow", "atan2", "div", "sqrt"] as const),
];
const LEAST = 2 ** -126;
const LARGEST = 3.4028234663852886e38;
const CHUNK = 1 << 18;

const every = Number(process.argv[2] ?? 997);
const backend = await createWebGpuBackend();

const isSubnormal = (value: number): boolean => value !== 0 && Math.abs(value) < LEAST;

/** The error in units in the last place. NaN for NaN, and equal infinities, are no error. */
function errorOf(actual: number, expected: number): number {
  if (Object.is(actual, expected) || (actual !== actual && expected !== expected)) return 0;
  const size = Math.abs(expected);
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.min(size, LARGEST))), -126) - 23);
  // Beyond the largest number, results may already be infinite.
  const got = Math.abs(actual) === Infinity ? Math.sign(actual) * 2 ** 128 : actual;
  const want = size > 2 ** 128 ? Math.sign(expected) * 2 ** 128 : expected;
  return got === got && want === want ? Math.abs(got - want) / unit : Infinity;
}

/** Second operands are drawn so that results are finite. */
function secondOperand(name: ScalarOp, x: number, i: number): number {
  const part = Math.imul(i + 1, 0x9e3779b1) / 2 ** 32;
  if (name !== "pow") return Math.fround(x * 2 ** (part * 16));
  const power = (part * 280) / Math.log2(Math.abs(x));
  return Math.fround(x < 0 ? Math.round(power) : power);
}

async function rowOf(name: ScalarOp): Promise<string> {
  const { arity, float } = scalarOperations[name];
  const [x, y] = [input(0, "float32"), input(1, "float32")];
  const expr = arity === 1 ? op(name, x) : op(name, x, y);
  const [left, right, output] = [0, 1, 2].map(() => {
    const buffer = backend.allocate("float32", CHUNK);
    return { buffer, dtype: "float32" as const, shape: [CHUNK], strides: [1], offset: 0 };
  });
  const [a, b] = [new Float32Array(CHUNK), new Float32Array(CHUNK)];
  const bits = new Uint32Array(a.buffer);
  const worst = { ulps: 0, where: "" };
  const total = Math.floor(2 ** 32 / every);
  for (let start = 0; start < total; start += CHUNK) {
    for (let i = 0; i < CHUNK; i++) {
      bits[i] = Math.min(start + i, total - 1) * every;
      b[i] = arity === 1 ? 0 : secondOperand(name, a[i]!, start + i);
    }
    backend.write(left!.buffer, 0, a);
    backend.write(right!.buffer, 0, b);
    backend.map({ exprs: [expr], inputs: [left!, right!], scalars: [], outputs: [output!] });
    const results = await backend.read(output!.buffer, 0, CHUNK);
    for (let i = 0; i < CHUNK; i++) {
      const [p, q] = [a[i]!, b[i]!];
      const expected = float!(p, q, 0);
      if (isSubnormal(p) || isSubnormal(q) || isSubnormal(expected)) continue;
      const ulps = errorOf(results[i]!, expected);
      if (ulps > worst.ulps) {
        worst.ulps = ulps;
        worst.where = `${p}${arity === 1 ? "" : `, ${q}`} → ${results[i]}`;
      }
    }
  }
  for (const { buffer } of [left!, right!, output!]) backend.free(buffer);
  const row = `| ${name} | ${worst.ulps.toFixed(2)} | ${worst.where} |`;
  console.log(row);
  return row;
}

const rows: string[] = [];
for (const name of functions) rows.push(await rowOf(name));
const text = `# Accuracy of the scalar functions

Largest errors in float32, in units in the last place of the true value; 0.5 is what rounding alone does. One number in ${every} (\`pow\`, \`atan2\`
and \`div\`: second operands drawn), against JavaScript's functions in float64, without operands and results that are subnormal, which may
count as 0. Measured on: ${backend.adapter}. Functions are lucid's own, so other devices differ only in so far as their additions, products,
divisions and square roots do. WGSL promises division within 2.5 units, and the square root as the reciprocal of the inverse square root.

Written by scripts/accuracy.ts.

| function | float32 | at |
|---|---|---|
${rows.join("\n")}
`;
writeFileSync(new URL("../docs/accuracy.md", import.meta.url), text);
backend.close();
