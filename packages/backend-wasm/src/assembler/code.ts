/**
 * Writing the code of a function.
 *
 * Operands are locals and results are new locals, so that code reads like three-address code: `value("f32x4.add", a,
 * b)`. Engines turn locals into registers, so they cost nothing. Where stack code reads better, `get`, `op` and `set`
 * write it.
 *
 * @module
 */
import type { ByteWriter } from "./bytes.js";
import {
  type AtomicName,
  type Instruction,
  type InstructionName,
  instruction,
  type LaneLoadName,
  type LaneName,
  type LaneStoreName,
  type LoadName,
  type PlainName,
  type StoreName,
} from "./instructions.js";
import { F32, F64, I32, I64, type Local, V128, type ValueType } from "./types.js";

/** The types of a function. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  /** The types of the results, of which there is at most one. */
  readonly results: readonly ValueType[];
}

/** A function that is written into a module if something in the module calls it. */
export interface HelperFunction extends Signature {
  readonly name: string;
  readonly body: (code: Code) => void;
}

/** A function of the host, for code that is long and rarely needed. It must depend on nothing but its arguments. */
export interface HostFunction extends Signature {
  readonly name: string;
  readonly run: (...values: number[]) => number;
}

/** A function that can be called: a helper, a function of the host, or a function that the module already has. */
export type Callee = HelperFunction | HostFunction | FunctionReference;

/** A function of the module that is being built. */
export interface FunctionReference extends Signature {
  readonly name: string;
  /** Its position among the module's own functions. */
  readonly place: number;
}

/** The part of a module under construction that the code of its functions needs. */
export interface ModuleUnderConstruction {
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  /** Adds a function that is called to the module. */
  use(callee: Callee): Callee;
}

/** The target of a branch: the end of a block, or the start of a loop. */
export type Label = number;

/** A call whose target has no index yet. @internal */
export interface CallSite {
  readonly at: number;
  readonly callee: Callee;
}

const VOID = 0x40;

/** The code of a function that is being written. `ModuleBuilder.function` makes it. */
export class Code {
  readonly module: ModuleUnderConstruction;
  /** The function's parameters, as locals. */
  readonly parameters: readonly Local[];
  readonly #out: ByteWriter;
  readonly #types: ValueType[] = [];
  readonly #parameterCount: number;
  readonly #constants = new Map<string, Local>();
  /** The locals of int32 constants, and of vectors with four equal words, by number. */
  readonly #integers = new Map<number, Local>();
  readonly #splats = new Map<number, Local>();
  readonly #constantBytes: number[] = [];
  /** Locals that can be used again, by type. */
  readonly #free: Partial<Record<ValueType, Local[]>> = {};
  /** The locals of the innermost open scope. */
  #scope: Local[] | undefined;
  #depth = 0;
  /** @internal */
  readonly calls: CallSite[] = [];

  /** @internal */
  constructor(module: ModuleUnderConstruction, out: ByteWriter, parameters: readonly ValueType[]) {
    this.module = module;
    this.#out = out;
    this.#parameterCount = parameters.length;
    this.parameters = parameters.map((_, i) => i);
  }

  /** Makes a new local. It must be set before it is read. */
  local(type: ValueType): Local {
    const local = this.#free[type]?.pop() ?? this.#newLocal(type);
    this.#scope?.push(local);
    return local;
  }

  #newLocal(type: ValueType): Local {
    return this.#parameterCount + this.#types.push(type) - 1;
  }

  /** Writes code whose locals are not used afterwards, so that later code can use them again. Constants stay. */
  scope(body: () => void): void {
    const outer = this.#scope;
    const own: Local[] = [];
    this.#scope = own;
    body();
    this.#scope = outer;
    for (let i = own.length - 1; i >= 0; i--) {
      const type = this.#types[own[i]! - this.#parameterCount]!;
      (this.#free[type] ??= []).push(own[i]!);
    }
  }

  /** Pushes a local. */
  get(local: Local): void {
    this.#out.indexed(0x20, local);
  }

  /** Pops a value into a local. */
  set(local: Local): void {
    this.#out.indexed(0x21, local);
  }

  /** Copies the top of the stack into a local. */
  tee(local: Local): void {
    this.#out.indexed(0x22, local);
  }

  /** Writes `target = source`. */
  copy(target: Local, source: Local): void {
    this.get(source);
    this.set(target);
  }

  /** Pops a value into a new local of this type. */
  keep(type: ValueType): Local {
    const local = this.local(type);
    this.set(local);
    return local;
  }

  /** Pushes a constant. */
  i32(value: number): void {
    this.#out.byte(0x41);
    this.#out.signed(value);
  }

  i64(value: bigint): void {
    this.#out.byte(0x42);
    this.#out.signed64(value);
  }

  f32(value: number): void {
    this.#out.byte(0x43);
    this.#out.float32(value);
  }

  f64(value: number): void {
    this.#out.byte(0x44);
    this.#out.float64(value);
  }

  /** Returns a local with an int32 constant, which is set once at the start of the function. */
  constantI32(value: number): Local {
    return this.#integers.get(value | 0) ?? this.#enter(this.#integers, value | 0, I32, () => this.i32(value));
  }

  constantI64(value: bigint): Local {
    return this.#constant(`l${value}`, I64, () => this.i64(value));
  }

  constantF32(value: number): Local {
    return this.#constant(`f${Object.is(value, -0) ? "-0" : Math.fround(value)}`, F32, () => this.f32(value));
  }

  constantF64(value: number): Local {
    return this.#constant(`d${Object.is(value, -0) ? "-0" : value}`, F64, () => this.f64(value));
  }

  /** Returns a local with one float32 in every lane, which is set once at the start of the function. */
  f32x4(value: number): Local {
    lanes.float32[0] = value;
    return this.i32x4(lanes.int32[0]!);
  }

  f64x2(value: number): Local {
    lanes.float64[0] = value;
    return this.#words(lanes.int32[0]!, lanes.int32[1]!, lanes.int32[0]!, lanes.int32[1]!);
  }

  i8x16(value: number): Local {
    return this.i32x4((value & 255) * 0x01010101);
  }

  i16x8(value: number): Local {
    return this.i32x4((value & 65535) * 0x00010001);
  }

  i32x4(value: number): Local {
    const word = value | 0;
    return this.#splats.get(word) ?? this.#enter(this.#splats, word, V128, () => this.#lanes(word, word, word, word));
  }

  i64x2(value: bigint): Local {
    const [low, high] = [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
    return this.#words(low, high, low, high);
  }

  /** Returns a local with a vector of these lanes, which is set once at the start of the function. */
  vector(values: Float32Array | Float64Array | Int32Array | Uint8Array): Local {
    lanes.uint8.set(new Uint8Array(values.buffer, values.byteOffset, 16));
    const { int32 } = lanes;
    return this.#words(int32[0]!, int32[1]!, int32[2]!, int32[3]!);
  }

  /** Pushes the operands, then writes the instruction. Its result stays on the stack. */
  op(name: PlainName, ...operands: readonly Local[]): void {
    this.#push(operands);
    this.#write(name);
  }

  /** Returns the result of an instruction in a new local. Operands that are left out are taken from the stack. */
  value(name: PlainName, ...operands: readonly Local[]): Local {
    this.#push(operands);
    return this.keep(this.#write(name).result!);
  }

  /** Writes `target = instruction(operands)`. */
  assign(target: Local, name: PlainName, ...operands: readonly Local[]): void {
    this.#push(operands);
    this.#write(name);
    this.set(target);
  }

  /** Writes `target += value` for int32. */
  increase(target: Local, value: number): void {
    this.get(target);
    this.i32(value);
    this.op("i32.add");
    this.set(target);
  }

  /** Loads from `address + offset` into a new local. */
  load(name: LoadName, address: Local, offset = 0): Local {
    this.get(address);
    const { result } = this.#write(name);
    this.#memory(offset);
    return this.keep(result!);
  }

  /** Stores a local at `address + offset`. */
  store(name: StoreName, address: Local, value: Local, offset = 0): void {
    this.get(address);
    this.get(value);
    this.#write(name);
    this.#memory(offset);
  }

  /** Accesses the word at `address` atomically. Returns a new local with the word's previous value. */
  atomic(name: AtomicName, address: Local, ...values: readonly Local[]): Local {
    this.get(address);
    this.#push(values);
    this.#write(name);
    // The alignment, as an exponent, must be that of the type. The offset follows.
    this.#out.byte(3);
    this.#out.byte(0);
    return this.keep(instruction(name).result!);
  }

  /** Reads a lane of a vector, or replaces a lane, into a new local. */
  lane(name: LaneName, lane: number, ...operands: readonly Local[]): Local {
    this.#push(operands);
    const { result } = this.#write(name);
    this.#out.byte(lane);
    return this.keep(result!);
  }

  /** Loads one lane from `address + offset`. Returns the vector with that lane in a new local. */
  loadLane(name: LaneLoadName, lane: number, address: Local, vector: Local, offset = 0): Local {
    this.get(address);
    this.get(vector);
    this.#write(name);
    this.#memory(offset);
    this.#out.byte(lane);
    return this.keep(V128);
  }

  /** Stores one lane of a vector at `address + offset`. */
  storeLane(name: LaneStoreName, lane: number, address: Local, vector: Local, offset = 0): void {
    this.get(address);
    this.get(vector);
    this.#write(name);
    this.#memory(offset);
    this.#out.byte(lane);
  }

  /** Chooses sixteen bytes from the 32 of two vectors, into a new local. */
  shuffle(a: Local, b: Local, bytes: readonly number[]): Local {
    this.get(a);
    this.get(b);
    this.#out.all(SHUFFLE);
    this.#out.all(bytes);
    return this.keep(V128);
  }

  /** Chooses four 32-bit lanes from the eight of two vectors, into a new local. */
  shuffle32(a: Local, b: Local, lanes: readonly [number, number, number, number]): Local {
    const bytes: number[] = [];
    for (const lane of lanes) for (let byte = 0; byte < 4; byte++) bytes.push(lane * 4 + byte);
    return this.shuffle(a, b, bytes);
  }

  /** Writes `condition ≠ 0 ? a : b` for values that are not vectors, into a new local of `type`. */
  select(type: ValueType, a: Local, b: Local, condition: Local): Local {
    this.#push([a, b, condition]);
    this.#out.byte(0x1b);
    return this.keep(type);
  }

  /** Computes a·b + c in every lane. It is rounded once if the engine has relaxed SIMD, otherwise twice. */
  multiplyAdd(shape: "f32x4" | "f64x2", a: Local, b: Local, c: Local): Local {
    if (this.module.relaxed) return this.value(`${shape}.relaxed_madd`, a, b, c);
    this.op(`${shape}.mul`, a, b);
    return this.value(`${shape}.add`, c);
  }

  /** Computes c − a·b in every lane. It is rounded once if the engine has relaxed SIMD, otherwise twice. */
  negativeMultiplyAdd(shape: "f32x4" | "f64x2", a: Local, b: Local, c: Local): Local {
    if (this.module.relaxed) return this.value(`${shape}.relaxed_nmadd`, a, b, c);
    const product = this.value(`${shape}.mul`, a, b);
    return this.value(`${shape}.sub`, c, product);
  }

  /** Writes a block. Branches to its label leave it. */
  block(body: (exit: Label) => void): void {
    this.#structure(0x02, body);
  }

  /** Writes a loop. Branches to its label begin it again; without a branch, it ends. */
  loop(body: (again: Label) => void): void {
    this.#structure(0x03, body);
  }

  /** Pops a condition and writes an `if`. A branch to the label leaves it. */
  if(then: (exit: Label) => void, otherwise?: () => void): void {
    this.#out.byte(0x04);
    this.#out.byte(VOID);
    this.#depth++;
    then(this.#depth);
    if (otherwise !== undefined) {
      this.#out.byte(0x05);
      otherwise();
    }
    this.#depth--;
    this.#out.byte(0x0b);
  }

  /** Branches to a label. */
  br(label: Label): void {
    this.#out.byte(0x0c);
    this.#out.unsigned(this.#depth - label);
  }

  /** Pops a condition, and branches to the label if it is not 0. */
  brIf(label: Label): void {
    this.#out.byte(0x0d);
    this.#out.unsigned(this.#depth - label);
  }

  /** Leaves the function with the values on the stack. */
  return(): void {
    this.#out.byte(0x0f);
  }

  /** Removes the top of the stack. */
  drop(): void {
    this.#out.byte(0x1a);
  }

  /** Traps. */
  unreachable(): void {
    this.#out.byte(0x00);
  }

  /** Copies `count` bytes from address `source` to address `target`. They may overlap. */
  copyMemory(target: Local, source: Local, count: Local): void {
    this.#push([target, source, count]);
    this.#out.all([0xfc, 0x0a, 0, 0]);
  }

  /** Fills `count` bytes from address `target` on. */
  fillMemory(target: Local, byte: Local, count: Local): void {
    this.#push([target, byte, count]);
    this.#out.all([0xfc, 0x0b, 0]);
  }

  /** Calls a function of this module or of the host. Its result stays on the stack. */
  call(callee: Callee, ...operands: readonly Local[]): void {
    this.#push(operands);
    this.#out.byte(0x10);
    this.calls.push({ at: this.#out.length, callee: this.module.use(callee) });
    this.#out.placeholder();
  }

  /** Returns the result of a call in a new local. */
  callValue(callee: Callee, ...operands: readonly Local[]): Local {
    this.call(callee, ...operands);
    return this.keep(callee.results[0]!);
  }

  /** Returns the types of the locals, and the code that sets the constants. @internal */
  prologue(): { readonly locals: readonly ValueType[]; readonly constants: readonly number[] } {
    return { locals: this.#types, constants: this.#constantBytes };
  }

  #push(locals: readonly Local[]): void {
    for (let i = 0; i < locals.length; i++) this.get(locals[i]!);
  }

  #write(name: InstructionName): Instruction {
    const written = instruction(name);
    this.#out.all(written.bytes);
    return written;
  }

  /** Writes alignment and offset. Alignment is a hint that engines ignore, and 1 is always correct. */
  #memory(offset: number): void {
    this.#out.byte(0);
    this.#out.unsigned(offset);
  }

  #structure(opcode: number, body: (label: Label) => void): void {
    this.#out.byte(opcode);
    this.#out.byte(VOID);
    body(++this.#depth);
    this.#depth--;
    this.#out.byte(0x0b);
  }

  /** Returns a vector of four words. */
  #words(a: number, b: number, c: number, d: number): Local {
    if (a === b && b === c && c === d) return this.i32x4(a);
    return this.#constant(`v${a},${b},${c},${d}`, V128, () => this.#lanes(a, b, c, d));
  }

  /** Pushes a vector of four words. */
  #lanes(a: number, b: number, c: number, d: number): void {
    this.#out.all(V128_CONST);
    const { int32, uint8 } = lanes;
    int32[0] = a;
    int32[1] = b;
    int32[2] = c;
    int32[3] = d;
    this.#out.all(uint8);
  }

  #constant(key: string, type: ValueType, push: () => void): Local {
    return this.#constants.get(key) ?? this.#enter(this.#constants, key, type, push);
  }

  /** Returns the local of a constant. Its code is written apart, so that it can be placed before all other code. */
  #enter<K>(table: Map<K, Local>, key: K, type: ValueType, push: () => void): Local {
    // The local is always a new one, because constants are set before all other code.
    const local = this.#newLocal(type);
    const start = this.#out.length;
    push();
    this.set(local);
    for (let i = start; i < this.#out.length; i++) this.#constantBytes.push(this.#out.bytes[i]!);
    this.#out.length = start;
    table.set(key, local);
    return local;
  }
}

/**
 * The sixteen bytes of a vector, with which numbers are converted to words. WebAssembly and all machines that run it
 * are little-endian.
 */
const bytes = /* @__PURE__ */ new ArrayBuffer(16);
const lanes = {
  float32: /* @__PURE__ */ new Float32Array(bytes),
  float64: /* @__PURE__ */ new Float64Array(bytes),
  int32: /* @__PURE__ */ new Int32Array(bytes),
  uint8: /* @__PURE__ */ new Uint8Array(bytes),
};

const SHUFFLE: readonly number[] = [0xfd, 13];
const V128_CONST: readonly number[] = [0xfd, 12];
