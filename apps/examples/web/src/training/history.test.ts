import { describe, expect, it } from "vitest";
import { createHistory } from "./history.js";

describe("a history", () => {
  it("keeps every point while there is room", () => {
    const history = createHistory(2, 4);
    for (let i = 0; i < 4; i++) history.add([i, 10 * i]);
    expect(history.steps).toEqual([0, 1, 2, 3]);
    expect(history.curves).toEqual([
      [0, 1, 2, 3],
      [0, 10, 20, 30],
    ]);
  });

  it("keeps every second point when there is no more room, then every fourth, and so on", () => {
    const history = createHistory(1, 4);
    for (let i = 0; i < 5; i++) history.add([10 * i]);
    expect(history.steps).toEqual([0, 2, 4]);
    for (let i = 5; i < 20; i++) history.add([10 * i]);
    expect(history.steps).toEqual([0, 8, 16]);
    expect(history.curves).toEqual([[0, 80, 160]]);
  });
});
