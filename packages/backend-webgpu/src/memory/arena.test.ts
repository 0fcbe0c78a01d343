import { OutOfMemoryError } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.js";

const MIB = 1 << 20;

describe("the arena", () => {
  it("doubles its buffer up to the limit, and the error names the limit and what to do", () => {
    const grown: (readonly [number, number])[] = [];
    const arena = new Arena(100 * MIB, (from, to) => void grown.push([from, to]));
    const places = Array.from({ length: 24 }, () => arena.take("test", 4 * MIB));
    expect(grown.map(([from, to]) => [from / MIB, to / MIB])).toEqual([
      [0, 16],
      [16, 32],
      [32, 64],
      [64, 100],
    ]);
    expect(new Set(places.map(({ word }) => word)).size).toBe(24);
    expect(arena.usedBytes).toBe(96 * MIB);
    expect(() => arena.lease("matmul", 8 * MIB)).toThrow(OutOfMemoryError);
    expect(() => arena.lease("matmul", 8 * MIB)).toThrow(
      /^\[matmul\] 8388608 bytes asked, 100663296 in use, limit 104857600 · .*the largest that the device can bind.* · .*synchronize/,
    );
    arena.give(places[7]!);
    arena.give(places[7]!);
    expect(arena.take("test", 4 * MIB).word).toBe(places[7]!.word);
  });

  it("frees places that nobody can reach, inside a synchronous loop", () => {
    const arena = new Arena(64 * MIB, () => {});
    let kept = arena.lease("test", MIB);
    for (let i = 0; i < 2000; i++) kept = arena.lease("test", MIB);
    expect(kept.word).toBeGreaterThanOrEqual(0);
    expect(arena.usedBytes).toBeLessThanOrEqual(64 * MIB);
  });

  it("keeps places that somebody can reach", () => {
    const arena = new Arena(64 * MIB, () => {});
    const kept = Array.from({ length: 20 }, () => arena.lease("test", MIB));
    for (let i = 0; i < 500; i++) arena.lease("test", MIB);
    const words = new Set(kept.map(({ word }) => word));
    expect(words.size).toBe(20);
    const more = Array.from({ length: 20 }, () => arena.lease("test", MIB));
    for (const { word } of more) expect(words.has(word)).toBe(false);
  });
});
