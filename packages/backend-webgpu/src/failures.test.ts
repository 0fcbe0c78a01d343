import { IndexOutOfRangeError } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { Failures } from "./failures.js";

describe("failures", () => {
  it("are known when a read that was asked for later is answered", () => {
    const failures = new Failures();
    const [, good] = failures.expect("gather", 3);
    const [, bad] = failures.expect("scatter", 5);
    const calls = failures.pending();
    const [, late] = failures.expect("gather", 7);
    expect([good.failure(), bad.failure(), late.failure()]).toEqual([undefined, undefined, undefined]);
    expect(failures.resolve(calls, Uint32Array.of(0, 0, 1, -2 >>> 0))).toEqual([calls[1]!.slot]);
    expect(good.failure()).toBe(null);
    expect(bad.failure()).toBeInstanceOf(IndexOutOfRangeError);
    expect(bad.failure()?.message).toBe("[scatter] index -2 is out of range for size 5");
    expect(late.failure()).toBe(undefined);
  });

  it("of a call are not those of a later call in the same slot, where two reads are in flight", () => {
    const failures = new Failures();
    const [, first] = failures.expect("gather", 3);
    const [one, other] = [failures.pending(), failures.pending()];
    const words = Uint32Array.of(1, 9);
    failures.resolve(one, words);
    // Slots are given out in turn, so the first one comes again after all others.
    let later = first;
    for (let i = 0; i < 8192; i++) {
      later = failures.expect("gather", 3)[1];
      if (i < 8191) failures.resolve(failures.pending(), new Uint32Array(2 * 8192));
    }
    expect(failures.pending()[0]!.slot).toBe(one[0]!.slot);
    expect(failures.resolve(other, words)).toEqual([]);
    expect(first.failure()).toBeInstanceOf(IndexOutOfRangeError);
    expect(later.failure()).toBe(undefined);
  });

  it("have a limit, and the error says what to do", () => {
    const failures = new Failures();
    for (let i = 0; i < 8192; i++) failures.expect("gather", 3);
    expect(() => failures.expect("gather", 3)).toThrow("await a result or synchronize() in the loop");
  });
});
