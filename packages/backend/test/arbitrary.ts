/** Random expressions for property tests. */
import fc from "fast-check";
import { type DType, dtypeNames, dtypes, heldTypes, isStorageType } from "../src/dtype.js";
import { type ScalarOp, scalarOperations } from "../src/expr/operations.js";
import type { Tree } from "./evaluate.js";

/** Numbers at which something special happens to some type or operation. */
export const specialValues: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  2,
  -2,
  3,
  31,
  32,
  127,
  128,
  255,
  256,
  -128,
  1e-3,
  0.1,
  1e-40,
  5e-324,
  1e30,
  -1e30,
  16777217,
  2147483647,
  -2147483648,
  4294967296,
  Infinity,
  -Infinity,
  NaN,
];

const names = Object.keys(scalarOperations) as ScalarOp[];

interface Leaves {
  /** The domain's number of axes; without it no positions are used. */
  readonly rank?: number;
  /** Whether random bits may be drawn. */
  readonly random?: boolean;
}

/** Trees of every type, up to a depth, over three inputs and two scalars. */
export function trees(dtype: DType, depth: number, leaves: Leaves = {}): fc.Arbitrary<Tree> {
  const known = new Map<string, fc.Arbitrary<Tree>>();
  const make = (type: DType, level: number): fc.Arbitrary<Tree> => {
    const key = `${type} ${level}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const options: fc.WeightedArbitrary<Tree>[] = [
      { weight: 3, arbitrary: fc.nat(2).map((index): Tree => ({ kind: "input", index, dtype: type })) },
      { weight: 1, arbitrary: fc.nat(1).map((index): Tree => ({ kind: "scalar", index, dtype: type })) },
      {
        weight: 3,
        arbitrary: fc.constantFrom(...specialValues).map((value): Tree => ({ kind: "constant", value, dtype: type })),
      },
    ];
    if (type === "int32" && leaves.rank !== undefined && leaves.rank > 0) {
      const axes = fc.nat(leaves.rank - 1);
      options.push({ weight: 3, arbitrary: axes.map((axis): Tree => ({ kind: "index", axis, dtype: type })) });
    }
    if (level > 0) {
      const below = (operand: DType): fc.Arbitrary<Tree> => make(operand, level - 1);
      if (type === "int32" && leaves.random) {
        options.push({
          weight: 2,
          arbitrary: fc
            .tuple(below("int32"), below("int32"), fc.option(below("int32"), { nil: undefined }))
            .map(([key0, key1, counter]): Tree => {
              const operands = counter === undefined ? [key0, key1] : [key0, key1, counter];
              return { kind: "random", operands, dtype: type };
            }),
        });
      }
      options.push({
        weight: 2,
        arbitrary: fc
          .constantFrom(...dtypeNames)
          .chain(below)
          .map((operand): Tree => ({ kind: "cast", operands: [operand], dtype: type })),
      });
      // Formulas in storage types are rounded once, at their end, so that their parts cannot be compared.
      if (isStorageType(type)) return fc.oneof(...options);
      options.push({
        weight: 12,
        arbitrary: fc.constantFrom(...operationsInto(type)).chain(([op, of]) => {
          const { arity } = scalarOperations[op];
          const operands = Array.from({ length: arity }, (_, i) => below(arity === 3 && i === 0 ? "bool" : of));
          // Equal operands are what several simplifications look for.
          return fc.tuple(fc.tuple(...operands), fc.integer({ min: 0, max: 3 })).map(([list, twin]): Tree => {
            const equal = twin === 0 && arity > 1 ? [...list.slice(0, -1), list[arity - 2]!] : list;
            return {
              kind: "operation",
              op,
              operands: arity === 3 && twin === 0 ? [list[0]!, list[1]!, list[1]!] : equal,
              dtype: type,
            };
          });
        }),
      });
    }
    const made = fc.oneof(...options);
    known.set(key, made);
    return made;
  };
  return make(dtype, depth);
}

/** Operations whose result is of a type, with the type of their operands. */
function operationsInto(type: DType): readonly (readonly [ScalarOp, DType])[] {
  return names.flatMap((name) => {
    const row = scalarOperations[name];
    const from = row.result === "same" ? [type] : type === "bool" ? heldTypes({}) : [];
    return from.filter((of) => row[dtypes[of].kind] !== undefined).map((of) => [name, of] as const);
  });
}

/** Values for inputs and scalars. */
export const specials: fc.Arbitrary<readonly number[]> = fc.array(fc.constantFrom(...specialValues), {
  minLength: 3,
  maxLength: 3,
});
