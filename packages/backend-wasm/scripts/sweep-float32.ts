/** Worst errors over float32: `npx tsx --conditions=@lucid/source packages/backend-wasm/scripts/sweep-float32.ts [every] [names…]`. */
import { scalarOperations } from "@lucid/backend";
import { type Transcendental, transcendental } from "../src/math/transcendental/index.ts";
import { ulpError, vectorKernel } from "../src/math/transcendental/kernel.testing.ts";

const every = Number(process.argv[2] ?? 65537);
const names = process.argv.slice(3);
for (const [name, { float32 }] of Object.entries(transcendental)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const { arity, float } = scalarOperations[name as Transcendental];
  const CHUNK = 1 << 18;
  const apply = vectorKernel(float32, arity === 1 ? 1 : 2, CHUNK);
  let worst = 0;
  let where = "";
  const a = new Float32Array(CHUNK);
  const bits = new Uint32Array(a.buffer);
  const b = new Float32Array(CHUNK);
  const bitsB = new Uint32Array(b.buffer);
  const total = Math.floor(2 ** 32 / every);
  for (let start = 0; start < total; start += CHUNK) {
    const size = Math.min(CHUNK, total - start);
    for (let i = 0; i < size; i++) bits[i] = (start + i) * every;
    if (arity === 2)
      for (let i = 0; i < size; i++) {
        if (i % 2) bitsB[i] = Math.imul(start + i, 0x9e3779b1);
        else
          b[i] =
            name === "pow"
              ? (Math.random() * 260) / Math.log2(Math.abs(a[i]!)) - 130 / Math.log2(Math.abs(a[i]!))
              : a[i]! * 2 ** (Math.random() * 8 - 4);
      }
    const results = apply(a, b);
    for (let i = 0; i < size; i++) {
      const error = ulpError(results[i]!, float!(a[i]!, b[i]!, 0), "float32");
      if (error > worst) {
        worst = error;
        where = `${a[i]}${arity === 2 ? `, ${b[i]}` : ""} → ${results[i]}, not ${float!(a[i]!, b[i]!, 0)}`;
      }
    }
  }
  console.log(name.padEnd(6), worst.toFixed(3), where);
}
