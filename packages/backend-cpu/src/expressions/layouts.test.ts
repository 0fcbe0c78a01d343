/** Random layouts, against the definition: one position after another, with the reference evaluations. */
import { cast, constant, index, input, op, philox, positionsOf, random, sizeOf } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { backends, numbers, viewOf } from "../../test/helpers.js";
import type { CpuView } from "../buffer.js";

const source = numbers(100_000, 7);
let drawn = 0;
/** An integer in 0 … below − 1. */
const pick = (below: number): number => Math.floor(((source[drawn++ % source.length]! + 1) / 2) * below);

function randomShape(): number[] {
  return Array.from({ length: pick(5) }, () => [1, 2, 3, 5, 9, 17][pick(6)]!);
}

/** A view of this shape with axes stored in any order, backwards, spread out or (for inputs) repeated. */
function randomView(shape: readonly number[], mayRepeat: boolean): CpuView {
  const order = shape.map((_, axis) => axis);
  if (pick(2) === 0) for (let i = order.length - 1; i > 0; i--) swap(order, i, pick(i + 1));
  const strides = new Array<number>(shape.length).fill(0);
  let step = pick(4) === 0 ? 2 : 1;
  let offset = pick(3);
  for (const axis of order.reverse()) {
    if (mayRepeat && pick(5) === 0) continue;
    const backwards = pick(4) === 0;
    strides[axis] = backwards ? -step : step;
    if (backwards) offset += step * (shape[axis]! - 1);
    step *= shape[axis]!;
  }
  const length = step + offset + 3;
  const values = Array.from({ length }, () => pick(2000) - 1000);
  return { ...viewOf("int32", [length], values), shape, strides, offset };
}

function swap(values: number[], a: number, b: number): void {
  [values[a], values[b]] = [values[b]!, values[a]!];
}

/** The position along every axis of the element with this row-major index. */
function coordinates(shape: readonly number[], at: number): number[] {
  return shape.map((size, axis) => Math.floor(at / sizeOf(shape.slice(axis + 1))) % size);
}

describe.each(backends)("random layouts, $how", ({ backend }) => {
  it("give the results of the definition in map", () => {
    for (let round = 0; round < 300; round++) {
      const shape = randomShape();
      const inputs = [randomView(shape, true), randomView(shape, true)];
      const outputs = [randomView(shape, false), randomView(shape, false)];
      const axis = pick(Math.max(shape.length, 1));
      const [a, b] = [input(0, "int32"), input(1, "int32")];
      const position = shape.length > 0 && pick(2) === 0 ? index(axis) : constant(0, "int32");
      const bits = pick(2) === 0 ? random(constant(1, "int32"), constant(2, "int32")) : constant(0, "int32");
      const exprs = [op("add", op("mul", a, b), position), op("xor", op("sub", a, position), bits)];
      const before = outputs.map((output) => Int32Array.from(output.buffer.values));
      const [atA, atB] = inputs.map(positionsOf);
      const expected = outputs.map((output, o) => {
        const result = before[o]!;
        positionsOf(output).forEach((place, at) => {
          const x = inputs[0]!.buffer.values[atA![at]!]!;
          const y = inputs[1]!.buffer.values[atB![at]!]!;
          const where = position.kind === "index" ? coordinates(shape, at)[axis]! : 0;
          result[place] = o === 0 ? x * y + where : (x - where) ^ (bits.kind === "random" ? philox(1, 2, at) : 0);
        });
        return result;
      });
      backend.map({ exprs, inputs, scalars: [], outputs });
      outputs.forEach((output, o) => {
        expect(output.buffer.values).toEqual(expected[o]);
      });
    }
  });

  it("give the results of the definition in reduce", () => {
    for (let round = 0; round < 300; round++) {
      const shape = randomShape();
      const axes = shape.map((_, axis) => axis).filter(() => pick(2) === 0);
      const inputs = [randomView(shape, true), randomView(shape, true)];
      const output = randomView(
        shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
        false,
      );
      const [a, b] = [input(0, "int32"), input(1, "int32")];
      const way = (["sum", "max", "argmin"] as const)[pick(3)]!;
      const axis = pick(Math.max(shape.length, 1));
      const position = shape.length > 0 && pick(2) === 0 ? index(axis) : constant(0, "int32");
      const value = op("add", op("sub", a, b), position);
      const finish = pick(2) === 0 ? op("neg", cast(input(0, "int32"), "int32")) : undefined;

      const groups = new Map<number, number[]>();
      const [atA, atB] = inputs.map(positionsOf);
      for (let at = 0; at < sizeOf(shape); at++) {
        const along = coordinates(shape, at);
        const key = along.reduce((sum, i, other) => (axes.includes(other) ? sum : sum * shape[other]! + i), 0);
        const x = inputs[0]!.buffer.values[atA![at]!]! - inputs[1]!.buffer.values[atB![at]!]!;
        groups.set(key, [...(groups.get(key) ?? []), x + (position.kind === "index" ? along[axis]! : 0)]);
      }
      const expected = Int32Array.from(output.buffer.values);
      positionsOf(output).forEach((place, key) => {
        const group = groups.get(key)!;
        const least = group.indexOf(Math.min(...group));
        const result = way === "sum" ? group.reduce((p, q) => p + q) : way === "max" ? Math.max(...group) : least;
        expected[place] = finish === undefined ? result : -result;
      });
      backend.reduce({ op: way, value, finish, shape, inputs, scalars: [], axes, output });
      expect(output.buffer.values, `${way} of [${shape}] over [${axes}]`).toEqual(expected);
    }
  });
});
