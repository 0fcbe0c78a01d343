/**
 * A proof that the contract fits WebGPU: every map call as a WGSL compute shader, for float32, int32, uint8 and bool.
 * (float64 does not exist there.) The special values of the scalar operations are kept although WGSL lets an
 * implementation assume that NaN and ±∞ never occur: tests for them look at bits, and their literals are made of a word
 * that is read at run time, since a constant expression must be finite.
 */
import {
  type DeviceBuffer,
  type DType,
  DTypeError,
  dtypes,
  type Expr,
  inOrder,
  type MapCall,
  type ScalarOp,
  sizeOf,
  type View,
} from "@lucid/backend";
import { helpersFor } from "./wgsl-helpers.js";

/** Types of values inside a shader. */
export type ShaderType = "f32" | "i32" | "u32" | "bool";

/** What a value is while it is computed with: uint8 is the low byte of a u32. */
const valueTypes: Readonly<Record<DType, ShaderType | undefined>> = {
  float32: "f32",
  float64: undefined,
  int32: "i32",
  uint8: "u32",
  bool: "bool",
};

type Line = (a: string, b: string, c: string) => string;

/** One line of code per kind of value. */
export type Lines = Partial<Readonly<Record<ShaderType, Line>>>;

const call =
  (name: string): Line =>
  (a) =>
    `${name}(${a})`;
const call2 =
  (name: string): Line =>
  (a, b) =>
    `${name}(${a}, ${b})`;
const infix =
  (symbol: string): Line =>
  (a, b) =>
    `${a} ${symbol} ${b}`;
/** A byte's arithmetic is a word's, cut off. */
const byte =
  (line: Line): Line =>
  (a, b, c) =>
    `(${line(a, b, c)}) & 255u`;
const select: Line = (condition, a, b) => `select(${b}, ${a}, ${condition})`;

/** Every scalar operation. */
export const lines = {
  neg: { f32: call("negative"), i32: (a) => `-${a}`, u32: byte((a) => `0u - ${a}`) },
  abs: { f32: call("abs"), i32: call("abs"), u32: (a) => a },
  sign: {
    f32: (a) => `select(select(0f, -1f, ${a} < 0f), 1f, ${a} > 0f)`,
    i32: call("sign"),
    u32: (a) => `min(${a}, 1u)`,
  },
  floor: { f32: call("floor") },
  ceil: { f32: call("ceil") },
  round: { f32: call("round") },
  trunc: { f32: call("trunc") },
  sqrt: { f32: call("sqrt") },
  exp: { f32: call("exp") },
  exp2: { f32: call("exp2") },
  expm1: { f32: call("expMinus1") },
  log: { f32: call("log") },
  log1p: { f32: call("log1Plus") },
  log2: { f32: call("log2") },
  log10: { f32: call("log10") },
  sin: { f32: call("sin") },
  cos: { f32: call("cos") },
  tan: { f32: call("tan") },
  asin: { f32: call("asin") },
  acos: { f32: call("acos") },
  atan: { f32: call("atan") },
  sinh: { f32: call("sineHyperbolic") },
  cosh: { f32: call("cosh") },
  tanh: { f32: call("tangentHyperbolic") },
  asinh: { f32: call("areaSine") },
  acosh: { f32: call("areaCosine") },
  atanh: { f32: call("areaTangent") },
  erf: { f32: call("errorFunction") },
  not: { i32: (a) => `~${a}`, u32: byte((a) => `~${a}`), bool: (a) => `!${a}` },
  add: { f32: infix("+"), i32: infix("+"), u32: byte(infix("+")) },
  sub: { f32: infix("-"), i32: infix("-"), u32: byte(infix("-")) },
  mul: { f32: infix("*"), i32: infix("*"), u32: byte(infix("*")) },
  div: { f32: infix("/"), i32: call2("divideInt"), u32: call2("divideByte") },
  rem: { f32: call2("remainderFloat"), i32: call2("remainderInt"), u32: call2("remainderByte") },
  pow: { f32: call2("powerFloat"), i32: call2("powerInt"), u32: byte(call2("powerByte")) },
  atan2: { f32: call2("angle") },
  min: { f32: call2("smaller"), i32: call2("min"), u32: call2("min"), bool: infix("&&") },
  max: { f32: call2("larger"), i32: call2("max"), u32: call2("max"), bool: infix("||") },
  eq: { f32: infix("=="), i32: infix("=="), u32: infix("=="), bool: infix("==") },
  lt: { f32: infix("<"), i32: infix("<"), u32: infix("<"), bool: (a, b) => `!${a} && ${b}` },
  le: { f32: infix("<="), i32: infix("<="), u32: infix("<="), bool: (a, b) => `!${a} || ${b}` },
  and: { i32: infix("&"), u32: infix("&"), bool: infix("&&") },
  or: { i32: infix("|"), u32: infix("|"), bool: infix("||") },
  xor: { i32: infix("^"), u32: infix("^"), bool: infix("!=") },
  shl: { i32: (a, b) => `${a} << (u32(${b}) & 31u)`, u32: byte((a, b) => `${a} << (${b} & 31u)`) },
  shr: { i32: (a, b) => `${a} >> (u32(${b}) & 31u)`, u32: (a, b) => `${a} >> (${b} & 31u)` },
  ushr: {
    i32: (a, b) => `bitcast<i32>(bitcast<u32>(${a}) >> (u32(${b}) & 31u))`,
    u32: (a, b) => `${a} >> (${b} & 31u)`,
  },
  where: { f32: select, i32: select, u32: select, bool: select },
} satisfies Record<ScalarOp, Lines>;

/** `casts[from][to]`; from u32 means from a byte. */
const casts: Readonly<Record<ShaderType, Readonly<Record<ShaderType, (a: string) => string>>>> = {
  f32: {
    f32: (a) => a,
    i32: (a) => `floatToInt(${a})`,
    u32: (a) => `floatToByte(${a})`,
    bool: (a) => `(bitcast<u32>(${a}) & 0x7fffffffu) != 0u`,
  },
  i32: { f32: (a) => `f32(${a})`, i32: (a) => a, u32: (a) => `bitcast<u32>(${a}) & 255u`, bool: (a) => `${a} != 0` },
  u32: { f32: (a) => `f32(${a})`, i32: (a) => `i32(${a})`, u32: (a) => a, bool: (a) => `${a} != 0u` },
  bool: {
    f32: (a) => `select(0f, 1f, ${a})`,
    i32: (a) => `select(0, 1, ${a})`,
    u32: (a) => `select(0u, 1u, ${a})`,
    bool: (a) => a,
  },
};

/** A value out of its 32 bits in memory. */
const decode: Readonly<Record<ShaderType, (word: string) => string>> = {
  f32: (word) => `bitcast<f32>(${word})`,
  i32: (word) => `bitcast<i32>(${word})`,
  u32: (word) => word,
  bool: (word) => `${word} != 0u`,
};

const encode: Readonly<Record<ShaderType, (value: string) => string>> = {
  f32: (value) => `bitcast<u32>(${value})`,
  i32: (value) => `bitcast<u32>(${value})`,
  u32: (value) => value,
  bool: (value) => `select(0u, 1u, ${value})`,
};

function typeOf(dtype: DType): ShaderType {
  const type = valueTypes[dtype];
  if (type === undefined) throw new DTypeError("wgsl", `${dtype} does not exist in WGSL`, [dtype]);
  return type;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The 32 bits that stand for a value in memory. */
export function wordOf(value: number, dtype: DType): number {
  const converted = dtypes[dtype].convert(value);
  if (typeOf(dtype) !== "f32") return converted >>> 0;
  float[0] = converted;
  return bits[0]!;
}

function literal(value: number, dtype: DType): string {
  switch (typeOf(dtype)) {
    case "bool":
      return value !== 0 ? "true" : "false";
    case "u32":
      return `${value}u`;
    case "i32":
      return `i32(${value})`;
    case "f32":
      if (Number.isFinite(value))
        return Object.is(value, -0) ? "bitcast<f32>(0x80000000u)" : value < 0 ? `(${value}f)` : `${value}f`;
      return `bitcast<f32>(0x${wordOf(value, dtype).toString(16)}u | zero())`;
  }
}

/** A map call made ready: the shader and what is bound to it. */
export interface Shader {
  readonly code: string;
  /** Binding 0: 0, the number of elements, the domain's shape, then offset and strides of every view. */
  readonly parameters: Int32Array;
  /** Binding 1: the call's numbers as the types that the expressions ask for. */
  readonly scalars: Uint32Array;
  /** Bindings from 2 on: one per *buffer*, since WebGPU refuses to bind a written buffer twice. */
  readonly buffers: readonly DeviceBuffer[];
}

/** The compute shader of a map call: one invocation per element. */
export function printMap(mapCall: MapCall): Shader {
  const { exprs, inputs, outputs } = mapCall;
  const { shape } = outputs[0]!;
  const rank = shape.length;
  const views: readonly View[] = [...inputs, ...outputs];
  const buffers = [...new Set(views.map((view) => view.buffer))];
  const written = new Set(outputs.map((view) => view.buffer));
  const order = inOrder(exprs);
  const scalars = order.filter((expr) => expr.kind === "scalar");
  const element = (view: number): string => {
    const start = 2 + rank + view * (rank + 1);
    const terms = shape.map((_, axis) => ` + i${axis} * parameters[${start + 1 + axis}]`);
    return `buffer${buffers.indexOf(views[view]!.buffer)}[parameters[${start}]${terms.join("")}]`;
  };

  const names = new Map<Expr, string>();
  const nameOf = (expr: Expr): string => names.get(expr)!;
  const body: string[] = [];
  let rest = "position";
  for (let axis = rank - 1; axis >= 0; axis--) {
    body.push(`let i${axis} = ${rest} % parameters[${2 + axis}];`);
    if (axis > 0) body.push(`let rest${axis} = ${rest} / parameters[${2 + axis}];`);
    rest = `rest${axis}`;
  }
  for (const expr of order) {
    const type = typeOf(expr.dtype);
    if (expr.kind === "constant") names.set(expr, literal(expr.value, expr.dtype));
    else if (expr.kind === "index") names.set(expr, `i${expr.axis}`);
    else {
      const name = `v${names.size}`;
      names.set(expr, name);
      body.push(`let ${name}: ${type} = ${value(expr, type)};`);
    }
  }
  exprs.forEach((expr, i) => {
    body.push(`${element(inputs.length + i)} = ${encode[type(expr)](nameOf(expr))};`);
  });

  function type(expr: Expr): ShaderType {
    return typeOf(expr.dtype);
  }

  function value(expr: Expr, type: ShaderType): string {
    switch (expr.kind) {
      case "input":
        return decode[type](element(expr.index));
      case "scalar":
        return decode[type](`scalars[${scalars.indexOf(expr)}]`);
      case "cast":
        return casts[typeOf(expr.operand.dtype)][type](nameOf(expr.operand));
      case "random": {
        const counter = expr.counter === undefined ? "position" : nameOf(expr.counter);
        return `philox(${nameOf(expr.key0)}, ${nameOf(expr.key1)}, ${counter})`;
      }
      case "operation": {
        // The operands' type: all rows but `where` have one, and its last operand is of the result's.
        const operands: Lines = lines[expr.op];
        const line = operands[typeOf(expr.args[expr.args.length - 1]!.dtype)]!;
        const [a, b, c] = expr.args.map((arg) => nameOf(arg));
        return line(a!, b ?? "", c ?? "");
      }
      default:
        return nameOf(expr);
    }
  }

  const bindings = buffers.map(
    (buffer, i) =>
      `@group(0) @binding(${i + 2}) var<storage, ${written.has(buffer) ? "read_write" : "read"}> buffer${i}: array<u32>;`,
  );
  const main = `@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let position = i32(id.x + id.y * groups.x * 64u);
  if (position >= parameters[1]) { return; }
${body.map((line) => `  ${line}`).join("\n")}
}
`;
  const used = scalars.length > 0 ? ["@group(0) @binding(1) var<storage, read> scalars: array<u32>;"] : [];
  const code = [
    "@group(0) @binding(0) var<storage, read> parameters: array<i32>;",
    ...used,
    ...bindings,
    ...helpersFor(main),
    main,
  ].join("\n");
  return {
    code,
    parameters: Int32Array.from([
      0,
      sizeOf(shape),
      ...shape,
      ...views.flatMap((view) => [view.offset, ...view.strides]),
    ]),
    scalars: Uint32Array.from(scalars, (expr) => wordOf(mapCall.scalars[expr.index]!, expr.dtype)),
    buffers,
  };
}
