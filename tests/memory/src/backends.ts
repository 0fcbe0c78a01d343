/**
 * Backends that a program drops or closes, and copies of the library that it drops.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { createWasmBackend, full, memory } from "@lucid/lucid";

type Library = Pick<typeof import("@lucid/lucid"), "createWasmBackend" | "full">;

const SIZE = 1 << 20;
const OPERATIONS = 20;
/** Memory stays below this limit unless the memory of dropped backends stays resident. */
const MOST = 250e6;

/** The number of threads of this process, if the system tells it. */
function threads(): number {
  return process.platform === "linux" ? readdirSync("/proc/self/task").length : 0;
}

/** Computes on two threads and frees no result. */
function work({ createWasmBackend, full }: Library, closes: boolean): void {
  const backend = createWasmBackend({ threads: 2 });
  let sum = full([SIZE], 1, { backend });
  for (let i = 0; i < OPERATIONS; i++) sum = sum.add(1);
  const found = sum.narrow(0, SIZE - 1, 1).item();
  if (found !== OPERATIONS + 1) throw new Error(`the sum is ${found}`);
  if (closes) backend.close();
}

async function rounds(count: number, library: () => Library, closes: boolean): Promise<string> {
  const before = threads();
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
  let most = 0;
  for (let i = 0; i < count; i++) {
    work(library(), closes);
    if (!closes && i % 5 === 4) globalThis.gc!();
    await turn();
    most = Math.max(most, threads());
  }
  const isLeft = (): boolean => threads() > before || memory().backends.length > 0 || process.memoryUsage.rss() > MOST;
  for (let i = 0; i < 50 && isLeft(); i++) {
    // Tensors that memory() has looked at stay alive until the turn ends.
    await turn();
    globalThis.gc!();
  }
  const resident = process.memoryUsage.rss();
  if (threads() > before) throw new Error(`${threads() - before} threads are left`);
  if (memory().backends.length > 0) throw new Error(`${memory().backends.length} backends are left`);
  if (resident > MOST) throw new Error(`${(resident / 1e6).toFixed(0)} MB are resident`);
  return `at most ${most} threads, at the end ${threads()}; ${(resident / 1e6).toFixed(0)} MB resident`;
}

/** Makes 40 backends, one after another. */
export function backends(closes: boolean): Promise<string> {
  return rounds(40, () => ({ createWasmBackend, full }), closes);
}

/** Loads 20 copies of the library. Test runners do this when they load every module anew for each test file. */
export function copies(bundle: string): Promise<string> {
  const text = readFileSync(bundle, "utf8");
  return rounds(20, () => new Function(`${text}; return lucid;`)() as Library, false);
}
