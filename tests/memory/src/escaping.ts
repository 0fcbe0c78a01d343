/** Programs that free no result: kept and dropped ones, small and large ones. */
import { full, memory, ones, type Tensor, tensor } from "@lucid/lucid";
import { watchResident } from "./resident.js";

function assertEqual(found: number | undefined, expected: number, what: string): void {
  if (found !== expected) throw new Error(`${what} is ${found}, not ${expected}`);
}

/** Keeps 10,000 results among as many that it drops. Every hundredth is large. */
export function kept(): string {
  const COUNT = 10_000;
  const found: Tensor[] = [];
  const expected: number[] = [];
  const step = tensor([0, 1, 2]);
  const vast = ones([100_000]);
  let value = full([3], 1);
  let number = 1;
  for (let i = 0; i < COUNT; i++) {
    value = value.mul(0.75).add(i);
    number = Math.fround(Math.fround(number * 0.75) + i);
    found.push(i % 100 === 0 ? vast.mul(value.select(0, 0)) : value.add(step));
    expected.push(number);
    value.mul(-1);
  }
  for (let i = 0; i < COUNT; i++) {
    const large = i % 100 === 0;
    const numbers = found[i]!.dataSync();
    assertEqual(numbers.length, large ? 100_000 : 3, `the size of result ${i}`);
    assertEqual(numbers[0], expected[i]!, `result ${i}`);
    assertEqual(numbers.at(-1), large ? expected[i]! : Math.fround(expected[i]! + 2), `the end of result ${i}`);
  }
  return `${(memory().totalEvictedBytes / 1e6).toFixed(1)} MB evicted, every number right`;
}

/** Adds ten numbers five million times. */
export function small(): string {
  const ROUNDS = 50;
  const COUNT = 100_000;
  const a = full([10], 2);
  const b = full([10], 3);
  const resident = watchResident();
  let sum = a;
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < COUNT; i++) sum = a.add(b);
    best = Math.min(best, (performance.now() - start) / COUNT);
    if (round > 0) resident.sample();
  }
  assertEqual(sum.dataSync()[9], 5, "the sum");
  return `${resident.flat()}; ${(best * 1000).toFixed(2)} µs an operation in the best of ${ROUNDS} rounds`;
}

/** Memory stays below this limit unless dropped results stay resident. */
const MOST = 1.2e9;

/** Makes 2,000 sums of 4 MB each, 8 GB of results. */
export function large(disposing: boolean): string {
  const ROUNDS = 10;
  const COUNT = 200;
  const size = 1 << 20;
  const a = full([size], 2);
  const b = full([size], 3);
  let last = 0;
  let best = Infinity;
  let most = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < COUNT; i++) {
      if (disposing) {
        using sum = a.add(b);
        last = sum.numel();
      } else {
        last = a.add(b).numel();
      }
    }
    best = Math.min(best, (performance.now() - start) / COUNT);
    most = Math.max(most, process.memoryUsage.rss());
  }
  assertEqual(last, size, "the size");
  assertEqual(a.add(b).dataSync()[size - 1], 5, "the sum");
  if (most > MOST) throw new Error(`${(most / 1e6).toFixed(0)} MB were resident`);
  const evicted = memory().totalEvictedBytes / (ROUNDS * COUNT) / 1e6;
  return `${(best * 1000).toFixed(0)} µs an operation in the best of ${ROUNDS} rounds, ${evicted.toFixed(2)} MB evicted an operation, at most ${(most / 1e6).toFixed(0)} MB resident`;
}
