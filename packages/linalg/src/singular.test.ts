/** What happens to matrices that are singular or not positive definite, on backends of both kinds. */
import { type Backend, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, type Tensor, Tensor as TensorClass } from "@lucid/tensor/functions";
import { beforeEach, describe, expect, it } from "vitest";
import {
  cholesky,
  choleskyEx,
  eigh,
  inv,
  invEx,
  LinAlgError,
  luFactorEx,
  matrixPower,
  qr,
  solve,
  solveEx,
  svd,
} from "./index.js";

const make = (values: readonly (readonly number[])[], backend?: Backend): Tensor =>
  new TensorClass(values, { dtype: "float64", ...(backend === undefined ? {} : { backend }) });
const singular = [
  [1, 2],
  [2, 4],
];

beforeEach(() => setDefaultBackend(createCpuBackend()));

describe("a backend that can be read synchronously", () => {
  it("names the matrix of the batch and the row in which it failed", () => {
    const batch = new TensorClass(
      [
        [
          [1, 0],
          [0, 1],
        ],
        singular,
      ],
      { dtype: "float64" },
    );
    try {
      inv(batch);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(LinAlgError);
      expect((error as LinAlgError).message).toBe("[inv] matrix 1 of the batch is singular: row 2, counted from 1");
      expect((error as LinAlgError).info).toEqual([0, 2]);
    }
  });

  it("throws in the name of the function that was called", () => {
    const a = make(singular);
    expect(() => solve(a, make([[1], [1]]))).toThrow("[solve] the matrix is singular: row 2, counted from 1");
    expect(() => invEx(a, { checkErrors: true })).toThrow("[invEx] the matrix is singular");
    expect(() => luFactorEx(a, { checkErrors: true })).toThrow("[luFactorEx] the matrix is singular");
    expect(() =>
      cholesky(
        make([
          [1, 2],
          [2, 1],
        ]),
      ),
    ).toThrow("[cholesky] the matrix is not positive definite: row 2");
    expect(() => cholesky(make([[-1]]))).toThrow("[cholesky] the matrix is not positive definite: row 1");
    expect(() => matrixPower(a, -1)).toThrow(LinAlgError);
  });

  it("has info instead of errors where it was asked for", () => {
    expect(solveEx(make(singular), make([[1], [1]])).info.dataSync()[0]).toBe(2);
    // The leading minors of order 1 and 2 are positive, that of order 3 is not.
    const a = make([
      [1, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, -1, 0],
      [0, 0, 0, 3],
    ]);
    expect(choleskyEx(a).info.dataSync()[0]).toBe(3);
  });
});

describe("a backend that cannot be read synchronously", () => {
  const create = (): Backend => {
    const { readSync: _, ...rest } = createCpuBackend();
    return rest as Backend;
  };

  it("answers with values that are no numbers, and with info", async () => {
    const backend = create();
    const solution = await solve(make(singular, backend), make([[1], [1]], backend)).data();
    expect([...solution].some((value) => Number.isFinite(value))).toBe(false);
    const factor = await cholesky(
      make(
        [
          [1, 2],
          [2, 1],
        ],
        backend,
      ),
    ).data();
    expect(factor[3]).toBeNaN();
    expect([...(await invEx(make(singular, backend)).info.data())]).toEqual([2]);
  });
});

describe("a backend that takes few views in a call", () => {
  it("computes the same decompositions", () => {
    const cpu = createCpuBackend();
    const limited = extendBackend(cpu, {
      capabilities: { ...cpu.capabilities, limits: { ...cpu.capabilities?.limits, views: 4 } },
    });
    const values = [
      [4, 1, 0.5],
      [1, 3, -1],
      [0.5, -1, 2],
    ];
    const [a, b] = [make(values), make(values, limited)];
    const all = (x: Tensor): readonly number[] =>
      [...Object.values(svd(x)), ...Object.values(qr(x)), ...Object.values(eigh(x)), inv(x), cholesky(x)].flatMap(
        (y) => [...y.dataSync()],
      );
    expect(all(b)).toEqual(all(a));
  });
});
