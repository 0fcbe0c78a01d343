/**
 * The figures that `memory()` reports. Storages that the collector reclaims are counted in groups, because a finalizer
 * for each of them would cost more than many operations. The remaining bytes of a group are subtracted when its last
 * storage is gone.
 *
 * @module
 */
import type { Backend } from "@lucid/backend";

/** Storages that were made one after another on one backend. Each of them keeps the group alive. */
export interface AllocationGroup {
  readonly totals: GroupTotals;
}

interface GroupTotals {
  readonly account: Account;
  bytes: number;
  storages: number;
}

interface Account {
  bytes: number;
  peakBytes: number;
  storages: number;
  group: AllocationGroup;
  /** How many more storages may join the group. */
  room: number;
}

const GROUP_SIZE = 256;
/** A group is also full at this many bytes, so that large storages are counted one by one. */
const GROUP_BYTES = 1 << 20;

/** The accounts do not keep a backend alive: if a program drops it, it is collected together with its memory. */
const accounts = new WeakMap<Backend, Account>();
/** The backends that have an account, as long as they live. */
const backends = new Set<WeakRef<Backend>>();
const dropped = new FinalizationRegistry<WeakRef<Backend>>((backend) => void backends.delete(backend));

const collected = new FinalizationRegistry<GroupTotals>((totals) => {
  totals.account.bytes -= totals.bytes;
  totals.account.storages -= totals.storages;
});

function openGroup(account: Account): AllocationGroup {
  const totals: GroupTotals = { account, bytes: 0, storages: 0 };
  const group: AllocationGroup = { totals };
  collected.register(group, totals);
  account.group = group;
  account.room = GROUP_SIZE;
  return group;
}

function accountOf(backend: Backend): Account {
  let account = accounts.get(backend);
  if (account === undefined) {
    account = { bytes: 0, peakBytes: 0, storages: 0, group: undefined as never, room: 0 };
    accounts.set(backend, account);
    const reference = new WeakRef(backend);
    backends.add(reference);
    dropped.register(backend, reference);
  }
  return account;
}

/** @internal */
export function countAllocation(backend: Backend, bytes: number): AllocationGroup {
  const account = accountOf(backend);
  const group = account.room === 0 ? openGroup(account) : account.group;
  account.room = group.totals.bytes + bytes > GROUP_BYTES ? 0 : account.room - 1;
  group.totals.bytes += bytes;
  group.totals.storages++;
  account.storages++;
  account.bytes += bytes;
  if (account.bytes > account.peakBytes) account.peakBytes = account.bytes;
  return group;
}

/** @internal */
export function countRelease(group: AllocationGroup, bytes: number): void {
  const { totals } = group;
  totals.bytes -= bytes;
  totals.storages--;
  totals.account.bytes -= bytes;
  totals.account.storages--;
}

/** The memory that the tensors of one backend take. */
export interface BackendUsage {
  readonly backend: string;
  /** The bytes of all storages that were neither freed nor, as far as the collector has reported, reclaimed. */
  readonly bytes: number;
  /** The largest `bytes` so far. */
  readonly peakBytes: number;
  readonly storages: number;
  /** The bytes of live storages that the backend moved off the device to make room. */
  readonly evictedBytes: number;
  /** The bytes that were moved off the device so far, in total. */
  readonly totalEvictedBytes: number;
}

/** The memory that all tensors take. */
export interface MemoryUsage extends Omit<BackendUsage, "backend"> {
  readonly backends: readonly BackendUsage[];
}

/**
 * Returns how many bytes and storages the tensors take, in total and for each backend. What the library, `dispose()`,
 * `using` and `scope` free is subtracted at once. The collector reports what it reclaimed only when the program returns
 * to the event loop, so inside a long synchronous loop the numbers are upper bounds.
 *
 * @example
 * ```ts
 * const before = memory().bytes;
 * const x = zeros([256]);
 * memory().bytes - before; // → 1024
 * x.dispose();
 * memory().bytes - before; // → 0
 * ```
 */
export function memory(): MemoryUsage {
  const usages: BackendUsage[] = [];
  for (const reference of backends) {
    const backend = reference.deref();
    if (backend === undefined) continue;
    const account = accountOf(backend);
    const own = backend.memory?.();
    usages.push({
      backend: backend.name,
      bytes: account.bytes,
      peakBytes: account.peakBytes,
      storages: account.storages,
      evictedBytes: own?.evictedBytes ?? 0,
      totalEvictedBytes: own?.totalEvictedBytes ?? 0,
    });
  }
  const total = (field: Exclude<keyof BackendUsage, "backend">): number =>
    usages.reduce((sum, usage) => sum + usage[field], 0);
  return {
    bytes: total("bytes"),
    peakBytes: total("peakBytes"),
    storages: total("storages"),
    evictedBytes: total("evictedBytes"),
    totalEvictedBytes: total("totalEvictedBytes"),
    backends: usages,
  };
}
