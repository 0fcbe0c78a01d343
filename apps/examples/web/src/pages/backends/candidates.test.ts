import { describe, expect, it } from "vitest";
import type { Ability } from "./ability.js";
import { candidates } from "./candidates.js";

const all: Ability = {
  isolated: true,
  evalDirective: undefined,
  webAssembly: true,
  wasmDirective: undefined,
  vectors: "relaxed",
  cores: 4,
  webGpu: true,
};

const reasons = (ability: Partial<Ability>): Record<string, string | undefined> =>
  Object.fromEntries(candidates({ ...all, ...ability }).map(({ key, reason }) => [key, reason]));

describe("candidates", () => {
  it("are all available except blas", () => {
    const found = candidates(all);
    expect(found.filter(({ choice }) => choice !== undefined).map(({ key }) => key)).toEqual([
      "wasm-threads",
      "wasm",
      "webgpu",
      "cpu",
      "interpreted",
    ]);
    expect(found[0]!.choice).toEqual({ kind: "wasm", threads: 4 });
    expect(found[0]!.detail).toBe("4 threads · relaxed SIMD");
    expect(found.at(-1)!.reason).toMatch(/can’t run in a browser/);
  });

  it("say which headers, directives or features are missing", () => {
    const plain = reasons({ isolated: false });
    expect(plain["wasm-threads"]).toMatch(/Cross-Origin-Opener-Policy: same-origin .*Embedder-Policy: require-corp/);
    expect(plain.wasm).toBeUndefined();
    const strict = reasons({
      evalDirective: "script-src 'unsafe-eval'",
      wasmDirective: "script-src 'wasm-unsafe-eval'",
    });
    expect(strict["wasm-threads"]).toMatch(/'wasm-unsafe-eval'/);
    expect(strict.wasm).toMatch(/'wasm-unsafe-eval'/);
    expect(strict.cpu).toMatch(/'unsafe-eval'/);
    expect(strict.interpreted).toBeUndefined();
    expect(reasons({ webGpu: false }).webgpu).toMatch(/no WebGPU/);
    expect(reasons({ vectors: "none" }).wasm).toMatch(/SIMD/);
    expect(reasons({ webAssembly: false, vectors: "none" }).wasm).toMatch(/no WebAssembly/);
  });
});
