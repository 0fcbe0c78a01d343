import { describe, expect, it } from "vitest";
import {
  ArgumentError,
  AutogradError,
  BackendError,
  DisposedError,
  DTypeError,
  formatShape,
  IndexOutOfRangeError,
  LucidError,
  OutOfMemoryError,
  ShapeError,
  StateError,
} from "./errors.js";

describe("errors", () => {
  it("say what is wrong, the rule, and the remedy", () => {
    const error = new ShapeError("matmul", "inner dimensions differ: [2, 3] · [5, 3] (3 ≠ 5)", [
      [2, 3],
      [5, 3],
    ]);
    expect(error.message).toBe("[matmul] inner dimensions differ: [2, 3] · [5, 3] (3 ≠ 5)");
    expect(error.shapes).toEqual([
      [2, 3],
      [5, 3],
    ]);
    expect(new ArgumentError("Adam", "lr is -1", { rule: "lr must be positive", remedy: "pass { lr }" }).message).toBe(
      "[Adam] lr is -1 · lr must be positive · pass { lr }",
    );
    expect(new ArgumentError("Adam", "lr is -1", { remedy: "pass { lr }" }).message).toBe(
      "[Adam] lr is -1 · pass { lr }",
    );
  });

  it("carry their values as fields", () => {
    expect(new DTypeError("exp", "is not defined for bool", ["bool"])).toMatchObject({
      operation: "exp",
      dtypes: ["bool"],
      message: "[exp] is not defined for bool",
    });
    expect(new IndexOutOfRangeError("gather", 7, 5)).toMatchObject({
      index: 7,
      size: 5,
      message: "[gather] index 7 is out of range for size 5",
    });
    expect(new IndexOutOfRangeError("sum", 2, 2, { what: "axis", rule: "-2 ≤ axis < 2" }).message).toBe(
      "[sum] axis 2 is out of range for size 2 · -2 ≤ axis < 2",
    );
    expect(new BackendError("add", "backends differ: cpu, wasm", ["cpu", "wasm"])).toMatchObject({
      backends: ["cpu", "wasm"],
      message: "[add] backends differ: cpu, wasm",
    });
    expect(new StateError("loadStateDict", "keys differ", { missing: ["a"], unexpected: ["b", "c"] })).toMatchObject({
      missing: ["a"],
      unexpected: ["b", "c"],
    });
    expect(new OutOfMemoryError("zeros", 400, 300, 500)).toMatchObject({
      requestedBytes: 400,
      usedBytes: 300,
      limitBytes: 500,
      message: "[zeros] 400 bytes asked, 300 in use, limit 500",
    });
  });

  it("have their class's name and are LucidErrors and Errors", () => {
    const errors: readonly (readonly [LucidError, string])[] = [
      [new LucidError("a", "b"), "LucidError"],
      [new ShapeError("a", "b", []), "ShapeError"],
      [new DTypeError("a", "b", []), "DTypeError"],
      [new IndexOutOfRangeError("a", 0, 0), "IndexOutOfRangeError"],
      [new ArgumentError("a", "b"), "ArgumentError"],
      [new BackendError("a", "b", []), "BackendError"],
      [new DisposedError("a", "b"), "DisposedError"],
      [new AutogradError("a", "b"), "AutogradError"],
      [new StateError("a", "b", { missing: [], unexpected: [] }), "StateError"],
      [new OutOfMemoryError("a", 1, 2, 3), "OutOfMemoryError"],
    ];
    for (const [error, name] of errors) {
      expect(error.name).toBe(name);
      expect(error).toBeInstanceOf(LucidError);
      expect(error).toBeInstanceOf(Error);
      expect(String(error).startsWith(`${name}: [a] `)).toBe(true);
      expect("cause" in error).toBe(false);
    }
  });

  it("keep their cause", () => {
    const cause = new RangeError("no");
    expect(new ArgumentError("a", "b", { cause }).cause).toBe(cause);
  });

  it("show shapes", () => {
    expect([[], [2], [2, 3]].map(formatShape)).toEqual(["[]", "[2]", "[2, 3]"]);
  });
});
