/**
 * What a nursery asks of the engine's garbage collector.
 *
 * @module
 */
import { inspectKey, Lease, visitLeases } from "./lease.js";

/** The garbage collector, as a nursery needs it. */
export interface Collector {
  /**
   * Calls `visit` for every lease in the set that has not been collected. Returns false if it cannot promise that none
   * was left out. Undefined where the engine offers no way to list a WeakSet.
   */
  readonly list: ((leases: WeakSet<Lease>, visit: (lease: Lease) => void) => boolean) | undefined;
  /** Fills about a megabyte of the young generation with garbage, which brings its next collection nearer. */
  readonly fill: () => void;
  /**
   * Makes the engine begin a major collection, or work on the one that it has begun. By itself it does not know how
   * much memory the buffers hold.
   */
  readonly press: () => void;
  /** Ends what {@link press} does to the engine. */
  readonly relax: () => void;
}

/** V8 begins a major collection when 64 MiB have been allocated outside its heap. */
const PRESSURE = 68 << 20;
const NUDGE = 65536;

/** Elements of an array that V8 still puts into the young generation (128 KiB), and how many make a megabyte. */
const FILLER_LENGTH = 1000;
const FILLERS = 128;

type ResizableBuffer = new (length: number, options: { readonly maxByteLength: number }) => ArrayBuffer;

/** Reserves address space, which V8 counts as allocated. Nothing touches it, so it takes no memory. */
function reserve(bytes: number): ArrayBuffer | undefined {
  if (!("maxByteLength" in ArrayBuffer.prototype)) return undefined;
  try {
    return new (ArrayBuffer as ResizableBuffer)(bytes, { maxByteLength: bytes });
  } catch {
    // There is no address space left: the collector is under pressure without our help.
    return undefined;
  }
}

/** The last fillers. V8 does not optimise stores to the elements of an array away. */
const fillers: unknown[] = new Array(8).fill(undefined);

function fill(): void {
  for (let i = 0; i < FILLERS; i++) fillers[i & 7] = new Array(FILLER_LENGTH);
  fillers.fill(undefined);
}

/** The parts of Node that are used here. */
interface NodeProcess {
  readonly versions?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
}
interface NodeUtil {
  inspect(value: object, options: object): string;
}

/**
 * `showHidden` is documented to include the entries of a WeakSet; the other options make the listing complete and
 * cheap.
 */
const LISTING = {
  showHidden: true,
  maxArrayLength: Number.POSITIVE_INFINITY,
  customInspect: true,
  depth: 0,
  colors: false,
  compact: true,
  sorted: true,
  breakLength: Number.POSITIVE_INFINITY,
  getters: false,
};

/** How many leases the trial of {@link listByInspection} uses. More than any default limit of `util.inspect`. */
const TRIAL = 256;

/**
 * Lists a WeakSet by `util.inspect`. Only Node documents that this shows the entries. A listing neither keeps an entry
 * alive after it returns nor changes what the program's WeakRefs show.
 */
function listByInspection(): Collector["list"] {
  const { process } = globalThis as { readonly process?: NodeProcess };
  const versions = process?.versions;
  if (versions?.node === undefined || versions.bun !== undefined || versions.deno !== undefined) return undefined;
  const util = process!.getBuiltinModule?.("node:util") as NodeUtil | undefined;
  if (util === undefined) return undefined;
  const list: Collector["list"] = (leases, visit) => {
    try {
      // Where the stack overflows, `inspect` returns another text instead of throwing.
      return visitLeases(visit, () => util.inspect(leases, LISTING)).startsWith("WeakSet {");
    } catch {
      return false;
    }
  };
  let tried: boolean | undefined;
  return (leases, visit) => {
    tried ??= listsEverything(list);
    return tried && list(leases, visit);
  };
}

function listsEverything(list: NonNullable<Collector["list"]>): boolean {
  const leases = Array.from({ length: TRIAL }, () => new Lease(undefined));
  const found = new Set<Lease>();
  return (
    inspectKey in Lease.prototype &&
    list(new WeakSet(leases), (lease) => found.add(lease)) &&
    found.size === leases.length
  );
}

/** The collector of this engine. */
export function engineCollector(): Collector {
  let reserved: ArrayBuffer | undefined;
  return {
    list: listByInspection(),
    fill,
    press: () => {
      // While this much is reserved, V8 works on the collection at every further reservation.
      if (reserved === undefined) reserved = reserve(PRESSURE);
      else reserve(NUDGE);
    },
    relax: () => {
      reserved = undefined;
    },
  };
}
