import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Space } from "./space.js";

describe("Space", () => {
  it("returns disjoint blocks, and merges all of them when they are given back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ units: fc.integer({ min: 1, max: 300 }), free: fc.nat(), frees: fc.boolean() }), {
          maxLength: 100,
        }),
        (sequence) => {
          const end = 64 * 4096;
          const space = new Space<string>(640, end);
          const taken: NonNullable<ReturnType<typeof space.take>>[] = [];
          for (const { units, free, frees } of sequence) {
            const block = frees ? undefined : space.take(units * 64, "me");
            if (block !== undefined) {
              expect(block.size).toBe(units * 64);
              for (const other of taken) {
                expect(other.address + other.size <= block.address || block.address + block.size <= other.address).toBe(
                  true,
                );
              }
              taken.push(block);
            } else if (taken.length > 0) {
              space.give(taken.splice(free % taken.length, 1)[0]!);
            }
            let address = 640;
            for (let at = space.first; at !== undefined; at = at.above) {
              expect(at.address).toBe(address);
              if (at.above !== undefined) expect(at.owner === undefined && at.above.owner === undefined).toBe(false);
              address += at.size;
            }
            expect(address).toBe(end);
          }
          for (const block of taken) space.give(block);
          expect(space.first).toMatchObject({ address: 640, size: end - 640, owner: undefined, above: undefined });
        },
      ),
    );
  });

  it("finds a block whenever one is long enough", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 2, maxLength: 60 }), (units) => {
        const total = units.reduce((a, b) => a + b) * 64;
        const space = new Space<number>(0, total);
        const blocks = units.map((n, i) => space.take(n * 64, i)!);
        expect(space.take(64, -1)).toBe(undefined);
        const given = blocks.filter((_, i) => i % 2 === 0);
        for (const block of given) space.give(block);
        for (const size of given.map((block) => block.size).sort((a, b) => b - a)) {
          expect(space.take(size, 1)?.size).toBe(size);
        }
      }),
    );
  });

  it("can be truncated", () => {
    const space = new Space<number>(0, 1024);
    const low = space.take(128, 1)!;
    space.truncate(500);
    expect(space.take(384, 1)).toBe(undefined);
    expect(space.take(320, 1)?.address).toBe(128);
    space.truncate(64);
    space.give(low);
    expect(space.take(128, 1)?.address).toBe(0);
    const empty = new Space<number>(0, 1024);
    empty.truncate(0);
    expect(empty.first).toBe(undefined);
    expect(empty.take(64, 1)).toBe(undefined);
  });
});
