/**
 * The builder of WebAssembly modules. A module has one imported memory, functions of the host, and its own functions.
 *
 * @module
 */
import { ByteWriter, unsignedLength } from "./bytes.js";
import {
  type Callee,
  type FunctionReference,
  type HelperFunction,
  type HostFunction,
  type Signature,
  type CallSite,
  Code,
} from "./code.js";
import type { ValueType } from "./types.js";

interface Written extends Signature {
  readonly exported: string | undefined;
  readonly locals: readonly ValueType[];
  readonly constants: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly calls: readonly CallSite[];
}

/** The features of the engine on which code generators depend. */
export interface Features {
  /** Whether the engine has relaxed SIMD, such as fused multiply-add. */
  readonly relaxed: boolean;
}

/** A module that is ready to be compiled. */
export interface BuiltModule {
  readonly bytes: Uint8Array;
  /** The functions of the host that it imports from the module `h`, by name. */
  readonly host: readonly HostFunction[];
}

/** The memory in the form in which modules import it. */
export interface MemoryImport {
  readonly shared: boolean;
  /** The maximum in pages of 64 KiB, at least that of the memory. */
  readonly maximum: number;
}

const HEADER: readonly number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Room for code and for sections. All modules share it, because they are built one after another. */
const codeRoom = new ByteWriter(1 << 16);
const moduleRoom = new ByteWriter(1 << 16);
const sectionRoom = new ByteWriter(1 << 12);

/**
 * Builds one module. Equal calls give equal bytes. Only one module is built at a time, and one function in it.
 *
 * @example
 * ```ts
 * const I32 = 0x7f; // from ./types.js
 * const module = new ModuleBuilder({ memory: { shared: false, maximum: 1 }, relaxed: false });
 * module.function("add", [I32, I32], [I32], (code) => {
 *   const [a, b] = code.parameters;
 *   code.op("i32.add", a!, b!);
 * });
 * const { bytes } = module.finish();
 * ```
 */
export class ModuleBuilder {
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  readonly #memory: MemoryImport;
  readonly #written: Written[] = [];
  readonly #host: HostFunction[] = [];
  readonly #helpers: HelperFunction[] = [];
  readonly #helperPlaces = new Map<HelperFunction, number>();
  #open = false;

  constructor(options: Features & { readonly memory: MemoryImport }) {
    this.relaxed = options.relaxed;
    this.#memory = options.memory;
    codeRoom.length = 0;
  }

  /** Writes a function; exported under `name`, unless that is undefined. */
  function(
    name: string | undefined,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    body: (code: Code) => void,
  ): FunctionReference {
    if (this.#open) throw new Error("a function is written while another one is");
    this.#open = true;
    const start = codeRoom.length;
    const code = new Code(this, codeRoom, parameters);
    body(code);
    const { locals, constants } = code.prologue();
    const place = this.#written.length;
    const end = codeRoom.length;
    this.#written.push({ exported: name, parameters, results, locals, constants, start, end, calls: code.calls });
    this.#open = false;
    return { name: name ?? "", parameters, results, place };
  }

  /** Adds a function that is called to the module. @internal */
  use(callee: Callee): Callee {
    if ("run" in callee) {
      if (!this.#host.includes(callee)) this.#host.push(callee);
    } else if ("body" in callee && !this.#helpers.includes(callee)) this.#helpers.push(callee);
    return callee;
  }

  /** Returns the module's bytes, in a new array. */
  finish(): BuiltModule {
    // The list grows in this loop, because helpers may call further helpers.
    for (let i = 0; i < this.#helpers.length; i++) {
      const helper = this.#helpers[i]!;
      const { place } = this.function(undefined, helper.parameters, helper.results, helper.body);
      this.#helperPlaces.set(helper, place);
    }
    const written = this.#written;
    for (const { calls } of written) {
      for (const { at, callee } of calls) codeRoom.patch(at, this.#indexOf(callee));
    }
    const types = new Map<string, number>();
    const typeOf = ({ parameters, results }: Signature): number => {
      const key = `${parameters.join()}:${results.join()}`;
      const known = types.get(key);
      if (known !== undefined) return known;
      types.set(key, types.size);
      section.byte(0x60);
      for (const list of [parameters, results]) {
        section.unsigned(list.length);
        section.all(list);
      }
      return types.size - 1;
    };
    const out = moduleRoom;
    const section = sectionRoom;
    out.length = 0;
    out.all(HEADER);

    section.length = 0;
    const hostTypes = this.#host.map(typeOf);
    const ownTypes = written.map(typeOf);
    writeSection(out, 1, types.size);

    section.length = 0;
    section.name("e");
    section.name("m");
    section.all([2, this.#memory.shared ? 3 : 1, 0]);
    section.unsigned(this.#memory.maximum);
    this.#host.forEach((host, i) => {
      section.name("h");
      section.name(host.name);
      section.byte(0);
      section.unsigned(hostTypes[i]!);
    });
    writeSection(out, 2, 1 + this.#host.length);

    section.length = 0;
    for (const type of ownTypes) section.unsigned(type);
    writeSection(out, 3, written.length);

    section.length = 0;
    let exported = 0;
    written.forEach((own, place) => {
      if (own.exported === undefined) return;
      exported++;
      section.name(own.exported);
      section.byte(0);
      section.unsigned(this.#host.length + place);
    });
    writeSection(out, 7, exported);

    section.length = 0;
    for (const own of written) writeFunction(section, own);
    writeSection(out, 10, written.length);
    return { bytes: out.bytes.slice(0, out.length), host: this.#host };
  }

  #indexOf(callee: Callee): number {
    if ("run" in callee) return this.#host.indexOf(callee);
    return this.#host.length + ("place" in callee ? callee.place : this.#helperPlaces.get(callee)!);
  }
}

/** Writes a section: the number of its entries, and what was written into the room for sections. */
function writeSection(out: ByteWriter, id: number, entries: number): void {
  out.byte(id);
  out.unsigned(unsignedLength(entries) + sectionRoom.length);
  out.unsigned(entries);
  out.copy(sectionRoom, 0, sectionRoom.length);
}

function writeFunction(out: ByteWriter, { locals, constants, start, end }: Written): void {
  // Neighbouring locals of the same type are declared as one group.
  let groups = 0;
  let declarations = 0;
  for (let i = 0; i < locals.length; ) {
    let next = i;
    while (next < locals.length && locals[next] === locals[i]) next++;
    groups++;
    declarations += unsignedLength(next - i) + 1;
    i = next;
  }
  out.unsigned(unsignedLength(groups) + declarations + constants.length + (end - start) + 1);
  out.unsigned(groups);
  for (let i = 0; i < locals.length; ) {
    let next = i;
    while (next < locals.length && locals[next] === locals[i]) next++;
    out.unsigned(next - i);
    out.byte(locals[i]!);
    i = next;
  }
  out.all(constants);
  out.copy(codeRoom, start, end);
  out.byte(0x0b);
}
