/**
 * Microseconds per storage that escapes: allocated, written by somebody, never freed. Run with
 * `tsx tests/contract/src/nursery-measure.ts` on an idle machine; the figures belong into ARCHITECTURE.md.
 */
import { type GrowableMemory, memoryHeap, Nursery, type NurserySlot } from "@lucid/backend/nursery";

// TypeScript keeps WebAssembly's types with the DOM's, which these tests do without.
type MemoryClass = new (type: { initial: number; maximum: number; shared?: boolean }) => GrowableMemory;
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryClass } }).WebAssembly;

const LIMIT = 1 << 30;

function makeNursery(shared: boolean): Nursery {
  const memory = new Memory({ initial: 16, maximum: LIMIT / 65536, shared });
  return new Nursery({ heap: memoryHeap(memory, LIMIT) });
}

/** The best of five measurements, in microseconds per repetition. */
function time(repetitions: number, run: (repetitions: number) => void): number {
  run(repetitions);
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    run(repetitions);
    best = Math.min(best, ((performance.now() - start) * 1000) / repetitions);
  }
  return best;
}

function report(label: string, microseconds: number): void {
  console.log(`${label.padEnd(64)} ${microseconds.toFixed(3).padStart(10)} µs`);
}

const sizes: readonly (readonly [label: string, bytes: number, repetitions: number])[] = [
  ["68 B", 68, 500_000],
  ["1 KB", 1024, 200_000],
  ["4 KB", 4096, 50_000],
  ["64 KB", 65_536, 5_000],
  ["4 MB", 4 << 20, 300],
];

for (const shared of [false, true]) {
  console.log(shared ? "\nshared memory" : "unshared memory");
  for (const [label, bytes, repetitions] of sizes) {
    const escaping = makeNursery(shared);
    report(
      `${label}: escapes (allocated, used, evicted in the end)`,
      time(repetitions, (n) => {
        for (let i = 0; i < n; i++) {
          escaping.begin();
          escaping.address(escaping.allocate(bytes));
        }
      }),
    );
    const freeing = makeNursery(shared);
    report(
      `${label}: freed at once`,
      time(repetitions, (n) => {
        for (let i = 0; i < n; i++) {
          freeing.begin();
          const slot = freeing.allocate(bytes);
          freeing.address(slot);
          freeing.free(slot);
        }
      }),
    );
    // Every use brings an evicted slot back and evicts another one.
    const returning = makeNursery(shared);
    const count = bytes > 4096 ? Math.ceil(LIMIT / bytes) : 20_000;
    const slots: NurserySlot[] = [];
    for (let i = 0; i < count; i++) {
      returning.begin();
      slots.push(returning.allocate(bytes));
    }
    let next = 0;
    report(
      `${label}: brought back, and another evicted`,
      time(Math.min(repetitions, count), (n) => {
        for (let i = 0; i < n; i++) {
          returning.begin();
          returning.address(slots[next]!);
          next = (next + 1) % count;
        }
      }),
    );
  }
}

const hot = makeNursery(true);
const slots = Array.from({ length: 16 }, () => hot.allocate(68));
console.log();
let sum = 0;
report(
  "address of a slot in the heap",
  time(5_000_000, (n) => {
    for (let i = 0; i < n; i++) sum += hot.address(slots[i & 15]!);
  }),
);
report(
  "for comparison: new Float32Array(17)",
  time(500_000, (n) => {
    for (let i = 0; i < n; i++) sum += new Float32Array(17).length;
  }),
);
report(
  "for comparison: new Float32Array(1 << 20)",
  time(300, (n) => {
    for (let i = 0; i < n; i++) sum += new Float32Array(1 << 20).length;
  }),
);
if (!(sum > 0)) console.log(sum);
