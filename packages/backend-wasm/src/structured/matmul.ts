/**
 * The `matmul` member: products of matrices, and the work on them afterwards.
 *
 * @module
 */
import { contiguousStrides, type DType, dtypes, type Epilogue, sizeOf } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { F64, I32, type Local } from "../assembler/types.js";
import type { Buffers, WasmBuffer, WasmView } from "../buffer.js";
import type { MapMember } from "../expression/map.js";
import type { Platform } from "../kernel.js";
import { linesAlong, type Strided } from "./lines.js";

/** The `matmul` member of a backend. */
export type MatmulMember = (a: WasmView, b: WasmView, output: WasmView, epilogue?: Epilogue<WasmBuffer>) => void;

/** Where the matrices are, their strides in bytes, and their sizes. */
type Product = (
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  c: number,
  cRow: number,
  cColumn: number,
  m: number,
  n: number,
  k: number,
) => void;

/** Makes the `matmul` member. */
export function createMatmul(platform: Platform, buffers: Buffers, map: MapMember): MatmulMember {
  const kernels = new Map<DType, Product>();
  const multiply = (a: WasmView, b: WasmView, output: WasmView): void => {
    let kernel = kernels.get(a.dtype);
    if (kernel === undefined) {
      kernel = compileProduct(platform, a.dtype as "float32" | "float64");
      kernels.set(a.dtype, kernel);
    }
    buffers.begin();
    runProduct(buffers, kernel, a, b, output);
  };
  return (a, b, output, epilogue) => {
    if (sizeOf(output.shape) === 0) return;
    if (epilogue === undefined) {
      multiply(a, b, output);
      return;
    }
    const { expr, inputs, scalars } = epilogue;
    if (output.dtype === a.dtype) {
      // In the place of the result, which no input overlaps.
      multiply(a, b, output);
      map({ exprs: [expr], inputs: [output, ...inputs], scalars, outputs: [output] });
      return;
    }
    const { shape } = output;
    const buffer = buffers.allocate(a.dtype, sizeOf(shape));
    try {
      const product: WasmView = { buffer, dtype: a.dtype, shape, strides: contiguousStrides(shape), offset: 0 };
      multiply(a, b, product);
      map({ exprs: [expr], inputs: [product, ...inputs], scalars, outputs: [output] });
    } finally {
      buffers.free(buffer);
    }
  };
}

function runProduct(buffers: Buffers, kernel: Product, a: WasmView, b: WasmView, output: WasmView): void {
  const rank = output.shape.length;
  const { bytes } = dtypes[a.dtype];
  const views = [a, b, output];
  const addresses = views.map((view) => buffers.address({ ...view, offset: 0 }));
  const [aRow, bRow, cRow] = views.map((view) => view.strides[rank - 2]! * bytes) as [number, number, number];
  const [aColumn, bColumn, cColumn] = views.map((view) => view.strides[rank - 1]! * bytes) as [number, number, number];
  const [m, n, k] = [output.shape[rank - 2]!, output.shape[rank - 1]!, a.shape[rank - 1]!];
  // The lines along the columns of a stack of 1×1 matrices: their starts are where the real matrices begin.
  const batches = [...output.shape.slice(0, rank - 2), 1];
  const starts = ({ strides, offset }: WasmView): Strided => ({ strides: [...strides.slice(0, rank - 2), 0], offset });
  const lines = linesAlong(batches, rank - 2, views.map(starts));
  do {
    const [atA, atB, atC] = lines.starts.map((start, i) => addresses[i]! + start * bytes) as [number, number, number];
    kernel(atA, aRow, aColumn, atB, bRow, bColumn, atC, cRow, cColumn, m, n, k);
  } while (lines.next());
}

/** One dot product after another, accumulated in float64. */
function compileProduct(platform: Platform, dtype: "float32" | "float64"): Product {
  const float = dtype === "float32" ? "f32" : "f64";
  const wide = (code: Code, x: Local): Local => (float === "f32" ? code.value("f64.promote_f32", x) : x);
  const module = platform.newModule();
  module.function("run", new Array<typeof I32>(12).fill(I32), [], (code) => {
    const [a, aRow, aColumn, b, bRow, bColumn, c, cRow, cColumn, m, n, k] = code.parameters as Local[];
    const repeat = (count: Local, body: () => void): void => {
      const left = code.local(I32);
      code.copy(left, count);
      code.block((done) => {
        code.loop((again) => {
          code.get(left);
          code.op("i32.eqz");
          code.brIf(done);
          body();
          code.increase(left, -1);
          code.br(again);
        });
      });
    };
    const [x, y, column, target] = [code.local(I32), code.local(I32), code.local(I32), code.local(I32)];
    const total = code.local(F64);
    repeat(m!, () => {
      code.copy(column, b!);
      code.copy(target, c!);
      repeat(n!, () => {
        code.copy(x, a!);
        code.copy(y, column);
        code.copy(total, code.constantF64(0));
        repeat(k!, () => {
          const [left, right] = [code.load(`${float}.load`, x), code.load(`${float}.load`, y)];
          code.assign(total, "f64.add", total, code.value("f64.mul", wide(code, left), wide(code, right)));
          code.assign(x, "i32.add", x, aColumn!);
          code.assign(y, "i32.add", y, bRow!);
        });
        code.store(`${float}.store`, target, float === "f32" ? code.value("f32.demote_f64", total) : total);
        code.assign(target, "i32.add", target, cColumn!);
        code.assign(column, "i32.add", column, bColumn!);
      });
      code.assign(a!, "i32.add", a!, aRow!);
      code.assign(c!, "i32.add", c!, cRow!);
    });
  });
  return platform.compile(module).run as unknown as Product;
}
