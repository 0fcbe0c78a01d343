/**
 * What the engine's garbage collector can be told.
 *
 * @module
 */

/** The collector, as a nursery needs it. */
export interface Collector {
  /** Makes it begin a major collection soon: by itself it does not know how much memory unreachable buffers hold. */
  readonly begin: () => void;
  /** Makes it get on with one that it began; a busy program may give it no occasion. */
  readonly advance: () => void;
  /**
   * Ends what WeakRefs do for their targets: a target is kept from the making of its WeakRef, and from every look through
   * it, to the end of the job. Undefined where the engine cannot do that inside a job.
   */
  readonly forget: (() => void) | undefined;
}

/** More than V8 lets be allocated outside its heap before it begins a major collection (64 MiB). */
const PRESSURE = 68 << 20;
const NUDGE = 65536;

type ResizableBuffer = new (length: number, options: { readonly maxByteLength: number }) => ArrayBuffer;

/** Address space that the collector counts and nobody touches. A buffer that can be resized is mapped, not cleared. */
function press(bytes: number): void {
  if (!("maxByteLength" in ArrayBuffer.prototype)) return;
  try {
    new (ArrayBuffer as ResizableBuffer)(bytes, { maxByteLength: bytes });
  } catch {
    // No room for it: the collector is under pressure already.
  }
}

/** The parts of Node that are used here, where they exist. */
interface NodeProcess {
  readonly versions?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
}
interface NodeVm {
  readonly Script: new (code: string) => { runInContext(context: object): unknown };
  createContext(object: object, options: { readonly microtaskMode: "afterEvaluate" }): object;
}

/**
 * Node only: a script in a context that has a queue of microtasks of its own ends with a checkpoint, and a checkpoint lets
 * go of what WeakRefs keep. Others take the name of the module and not this meaning of it.
 */
function forgetByScript(): (() => void) | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess };
  const versions = process?.versions;
  if (versions?.node === undefined || versions.bun !== undefined || versions.deno !== undefined) return undefined;
  const vm = process!.getBuiltinModule?.("node:vm") as NodeVm | undefined;
  if (vm === undefined) return undefined;
  let run: (() => void) | undefined;
  return () => {
    if (run === undefined) {
      const script = new vm.Script("");
      const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
      run = () => void script.runInContext(context);
    }
    run();
  };
}

/** The collector of this engine. */
export function engineCollector(): Collector {
  return { begin: () => press(PRESSURE), advance: () => press(NUDGE), forget: forgetByScript() };
}
