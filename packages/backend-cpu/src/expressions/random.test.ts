import { philox } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { numbers } from "../../test/helpers.js";
import { randomWord } from "./random.js";

describe("randomWord", () => {
  it("returns the known answers of Philox-4×32-10", () => {
    // The published test vector for counter 0 and key 0.
    const block = [0, 1, 2, 3].map((counter) => randomWord(0, 0, counter) >>> 0);
    expect(block).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  it("returns the words of philox, in any order and under any key", () => {
    const any = (i: number): number => Math.floor(values[i % values.length]! * 2147483648);
    const values = numbers(3001);
    for (let i = 0; i < 20000; i++) {
      const [key0, key1] = [any(i >> 3), any((i >> 3) + 1)];
      const counter = i % 5 === 0 ? any(i + 7) : i;
      expect(randomWord(key0, key1, counter)).toBe(philox(key0, key1, counter));
    }
    for (const extreme of [-1, -2147483648, 2147483647, 1, 0]) {
      for (const counter of [0, 3, 4, -1, -4, 2147483647, -2147483648]) {
        expect(randomWord(extreme, -extreme | 0, counter)).toBe(philox(extreme, -extreme | 0, counter));
      }
    }
  });
});
