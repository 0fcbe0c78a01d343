/** Thousands of calls with wrong arguments, the same ones in every run. `pnpm fuzz` makes other ones, and more. */
import { createCpuBackend, createWasmBackend, setDefaultBackend } from "@lucid/lucid";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fuzz } from "./fuzz.js";

const cpu = createCpuBackend;
const wasm = () => createWasmBackend({ threads: 1, memory: 64 << 20 });

afterEach(() => {
  vi.restoreAllMocks();
  setDefaultBackend(createCpuBackend());
});

describe("calls with wrong arguments throw short errors of lucid's that name the operation, and damage nothing", () => {
  it.each([
    ["cpu", cpu, wasm, 1],
    ["wasm", wasm, cpu, 2],
  ] as const)("on %s", async (_, create, other, seed) => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const findings = await fuzz({ create, other, seed, from: 0, to: 5000 });
    expect(findings.map(({ call, text, problem }) => `--seed ${seed} --call ${call}: ${text}\n${problem}`)).toEqual([]);
  });
});
