/**
 * The level `errors`: what the framework refuses on this backend and with which error, and that nothing has changed
 * afterwards.
 *
 * @module
 */
import {
  type Backend,
  BackendError,
  DisposedError,
  DTypeError,
  dtypeNames,
  dtypes,
  extendBackend,
  heldTypes,
  IndexOutOfRangeError,
  OutOfMemoryError,
  ShapeError,
} from "@lucid/backend";
import { add, cat, matmul, mul, type Tensor, tensor, zeros } from "@lucid/tensor";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { exceptionText } from "../exception.js";
import { agree, elements } from "../framework/check.js";
import { expectError, fail, isError } from "../session.js";

const define = (group: string, name: string, body: (backend: Backend) => void | Promise<void>): ConformanceCase =>
  defineCase(["errors", group, name], ["float32", "int32"], ({ backend }) => body(backend));

const matrix = (backend: Backend): Tensor =>
  tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { backend },
  );
const MATRIX = [1, 2, 3, 4, 5, 6];
const whole = (backend: Backend, values: number[] | number[][]): Tensor => tensor(values, { backend, dtype: "int32" });

/** Throws unless an error is of the class for indices and contains the index and the size. */
function assertIndexError(error: unknown, index: number, size: number, what: string): void {
  if (!isError(error, IndexOutOfRangeError))
    fail(`${what} must throw IndexOutOfRangeError, and threw ${exceptionText(error)}`);
  const found = error as IndexOutOfRangeError;
  if (found.index !== index || found.size !== size)
    fail(`${what}: the error speaks of index ${found.index} of ${found.size}, the call of index ${index} of ${size}`);
}

/**
 * Makes a call with a bad index. It must throw at once, or, if the device checks later, whenever its result is read.
 */
async function expectIndexError(
  backend: Backend,
  call: () => Tensor,
  index: number,
  size: number,
  what: string,
): Promise<void> {
  let result: Tensor;
  try {
    result = call();
  } catch (error) {
    assertIndexError(error, index, size, what);
    return;
  }
  const dependent = mul(result.to("float32"), 2).sum();
  // The result is read twice, because a failure must stay after it was reported.
  for (const affected of [result, dependent, result]) {
    let thrown: unknown;
    try {
      await affected.data();
    } catch (error) {
      thrown = error;
    }
    if (thrown === undefined) fail(`${what} must throw IndexOutOfRangeError, or reading its result must`);
    assertIndexError(thrown, index, size, what);
  }
  await elements(zeros([1], { backend }));
}

/** Calls with an index of 7 into an axis of size 3. */
const calls: Readonly<Record<string, (x: Tensor, at: (values: number[] | number[][]) => Tensor) => Tensor>> = {
  gather: (x, at) =>
    x.gather(
      1,
      at([
        [0, 7, 1],
        [2, 1, 0],
      ]),
    ),
  indexSelect: (x, at) => x.indexSelect(1, at([1, 7])),
  "at a list": (x, at) => x.at(0, at([0, 7])),
  scatter: (x, at) =>
    x.scatter(
      1,
      at([
        [0, 7],
        [1, 2],
      ]),
      9,
    ),
  scatterAdd: (x, at) =>
    x.scatterAdd(
      1,
      at([
        [0, 7, 0],
        [1, 2, 0],
      ]),
      x,
    ),
  indexAdd: (x, at) => x.indexAdd(1, at([0, 7, 1]), x),
};

const inPlace: typeof calls = {
  scatter_: (x, at) =>
    x.scatter_(
      1,
      at([
        [0, 7],
        [1, 2],
      ]),
      9,
    ),
  scatterAdd_: (x, at) =>
    x.scatterAdd_(
      1,
      at([
        [0, 1, 0],
        [1, 7, 0],
      ]),
      mul(x, 2),
    ),
  indexAdd_: (x, at) => x.indexAdd_(1, at([0, 1, 7]), mul(x, 2)),
  indexPut_: (x, at) => x.indexPut_([0, at([0, 7])], 9),
};

function indexCases(): ConformanceCase[] {
  return [
    ...Object.entries(calls).map(([name, call]) =>
      define("index out of range", name, async (backend) => {
        const x = matrix(backend);
        await expectIndexError(backend, () => call(x, (values) => whole(backend, values)), 7, 3, name);
        agree("the operand afterwards", await elements(x), MATRIX, [2, 3], 0);
        // The backend still works.
        agree("the next call", await elements(x.indexSelect(1, whole(backend, [2]))), [3, 6], [2, 1], 0);
        x.dispose();
      }),
    ),
    ...Object.entries(inPlace).map(([name, call]) =>
      define("index out of range", name, async (backend) => {
        const x = matrix(backend);
        await expectIndexError(backend, () => call(x, (values) => whole(backend, values)), 7, 3, name);
        // A device that finds the bad index late may have written the other elements.
        if (x.storage.pending.length === 0)
          agree("the target of the failed call", await elements(x), MATRIX, [2, 3], 0);
        agree(
          "the next call",
          await elements(x.fill_(5)),
          MATRIX.map(() => 5),
          [2, 3],
          0,
        );
        x.dispose();
      }),
    ),
  ];
}

/** Wraps the backend. After `shut` is called, every use of the backend fails the case. */
function guarded(backend: Backend): { readonly backend: Backend; shut(value: boolean): void } {
  let closed = false;
  const guard = <A extends readonly unknown[], R>(member: (...args: A) => R): ((...args: A) => R) => {
    return (...args) => {
      if (closed) fail("the backend was called for an operation that has to be refused");
      return member.apply(backend, args as never);
    };
  };
  const { allocate, map, reduce, matmul, gather, scatter, scan, sort } = backend;
  return {
    backend: extendBackend(backend, {
      allocate: guard(allocate),
      map: guard(map),
      reduce: guard(reduce),
      matmul: guard(matmul),
      gather: guard(gather),
      scatter: guard(scatter),
      scan: guard(scan),
      sort: guard(sort),
    }),
    shut(value) {
      closed = value;
    },
  };
}

/** Calls that must be refused, with a matrix of two by three and a vector of one. */
const refused: Readonly<Record<string, (x: Tensor, y: Tensor) => unknown>> = {
  "shapes that do not broadcast": (x, y) => add(x, y.expand(4)),
  "shapes that do not multiply": (x) => matmul(x, x),
  "lengths that differ beside the joined axis": (x, y) => cat([x, y.expand(2, 4)], 0),
  "a result that does not fit in place": (x, y) => y.add_(x),
};

function shapeCases(): ConformanceCase[] {
  return Object.entries(refused).map(([name, call]) =>
    define("refused before the backend is asked", name, async (base) => {
      const { backend, shut } = guarded(base);
      const [x, y] = [matrix(backend), tensor([8], { backend })];
      shut(true);
      expectError(() => call(x, y), ShapeError, name);
      shut(false);
      agree("an operand afterwards", await elements(x), MATRIX, [2, 3], 0);
      agree("an operand afterwards", await elements(y), [8], [1], 0);
      for (const t of [x, y]) t.dispose();
    }),
  );
}

function otherCases(): ConformanceCase[] {
  return [
    ...dtypeNames.map((dtype) =>
      define("element types", dtype, async (backend) => {
        const held = heldTypes(backend.capabilities);
        if (held.includes(dtype)) {
          const x = tensor([0, 1], { backend, dtype });
          agree(dtype, await elements(x), [0, 1], [2], 0);
          x.dispose();
          return;
        }
        expectError(() => tensor([0, 1], { backend, dtype }), DTypeError, `making a tensor of ${dtype}`);
        const x = matrix(backend);
        expectError(() => x.to(dtype), DTypeError, `casting to ${dtype}`);
        agree("the operand afterwards", await elements(x), MATRIX, [2, 3], 0);
        x.dispose();
      }),
    ),
    define("reading", "at once", async (backend) => {
      const x = matrix(backend);
      if (backend.readSync !== undefined) {
        agree("dataSync", x.dataSync(), MATRIX, [2, 3], 0);
        x.dispose();
        return;
      }
      for (const [read, name] of [
        [() => x.dataSync(), "data()"],
        [() => x.arraySync(), "array()"],
        [() => x.sum().item(), "itemAsync()"],
      ] as const) {
        try {
          read();
        } catch (error) {
          if (!isError(error, BackendError) || !String(error).includes(name))
            fail(`the error of a synchronous read must be a BackendError that names ${name}: ${error}`);
          continue;
        }
        fail("a backend without readSync answered a synchronous read");
      }
      x.dispose();
    }),
    define("out of memory", "a tensor too large", async (backend) => {
      const x = matrix(backend);
      // The framework itself refuses shapes of 2^31 elements. The backend must refuse the shape to which a sum
      // broadcasts.
      const one = tensor([[3]], { backend });
      expectError(() => add(one.expand(2 ** 23, 1), one.expand(1, 2 ** 22)), OutOfMemoryError, "2^45 sums");
      agree(
        "the next call",
        await elements(mul(x, 2)),
        MATRIX.map((v) => 2 * v),
        [2, 3],
        0,
      );
      x.dispose();
      one.dispose();
    }),
    define("out of memory", "a product too large", async (backend) => {
      const x = tensor([[3]], { backend });
      expectError(() => matmul(x.expand(2 ** 23, 1), x.expand(1, 2 ** 22)), OutOfMemoryError, "2^45 products");
      agree("the next call", await elements(matmul(x, x)), [9], [1, 1], 0);
      x.dispose();
    }),
    define("after dispose", "operations and reads", async (backend) => {
      const [x, y] = [matrix(backend), matrix(backend)];
      const view = x.transpose(0, 1);
      x.dispose();
      x.dispose();
      expectError(() => add(x, y), DisposedError, "adding a disposed tensor");
      expectError(() => y.copy_(x), DisposedError, "copying a disposed tensor");
      expectError(() => mul(view, 2), DisposedError, "a view of a disposed tensor");
      if (backend.readSync !== undefined) expectError(() => x.dataSync(), DisposedError, "reading a disposed tensor");
      agree("the other operand", await elements(y), MATRIX, [2, 3], 0);
      y.dispose();
    }),
    define("after dispose", "a graph keeps what it saved", async (backend) => {
      const x = tensor([1, 2, 3], { backend, requiresGrad: true });
      const y = mul(x, 3);
      const loss = mul(y, y).sum();
      y.dispose();
      // New buffers may use the memory that y had.
      const others = [1, 2, 3].map((k) => tensor([k, k, k], { backend }));
      loss.backward();
      // (3x)² has the derivative 18x.
      agree("gradient", await elements(x.grad!), [18, 36, 54], [3], 0);
      for (const t of [x, loss, ...others]) t.dispose();
    }),
    define("bytes", "are what the element type says", (backend) => {
      for (const dtype of heldTypes(backend.capabilities)) {
        const x = zeros([3], { backend, dtype });
        if (x.storage.bytes !== 3 * dtypes[dtype].bytes)
          fail(`three elements of ${dtype} take ${x.storage.bytes} bytes`);
        x.dispose();
      }
    }),
  ];
}

/** The level `errors`. */
export const errorsLevel: Level = {
  name: "errors",
  cases: () => [...indexCases(), ...shapeCases(), ...otherCases()],
};
