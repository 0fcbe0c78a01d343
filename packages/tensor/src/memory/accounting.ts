/**
 * What `memory()` reports. Storages that the collector reclaims are counted in groups, because a finalizer for each
 * would cost more than many operations: a group's remaining bytes go when its last storage is gone.
 *
 * @module
 */
import type { Backend } from "@lucid/backend";

/** Storages made one after another on one backend. Every one of them keeps its group alive. */
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
  /** Storages that may still join the current group. */
  room: number;
}

const GROUP_SIZE = 256;
/** A group also ends at this many bytes, so that large storages are counted one by one. */
const GROUP_BYTES = 1 << 20;

const accounts = new Map<Backend, Account>();
let lastBackend: Backend | undefined;
let lastAccount: Account | undefined;

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
  if (backend === lastBackend) return lastAccount!;
  let account = accounts.get(backend);
  if (account === undefined) {
    account = { bytes: 0, peakBytes: 0, storages: 0, group: undefined as never, room: 0 };
    accounts.set(backend, account);
  }
  lastBackend = backend;
  lastAccount = account;
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

/** What one backend's tensors take. */
export interface BackendUsage {
  readonly backend: string;
  /** Bytes of storages that were neither freed nor, as far as the collector has told, reclaimed. */
  readonly bytes: number;
  /** The largest `bytes` so far. */
  readonly peakBytes: number;
  readonly storages: number;
  /** Bytes of live storages that the backend moved off the device to make room. */
  readonly evictedBytes: number;
  /** Bytes moved off the device so far, all told. */
  readonly totalEvictedBytes: number;
}

/** What all tensors take. */
export interface MemoryUsage extends Omit<BackendUsage, "backend"> {
  readonly backends: readonly BackendUsage[];
}

/**
 * Bytes and storages that tensors take, in all and by backend. The collector reports what it reclaimed only when the
 * program returns to the event loop, so inside a long synchronous loop the numbers are upper bounds, except for what was
 * freed by the library, `dispose()`, `using` and `scope`, which counts at once.
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
  const backends: BackendUsage[] = [];
  for (const [backend, account] of accounts) {
    const own = backend.memory?.();
    backends.push({
      backend: backend.name,
      bytes: account.bytes,
      peakBytes: account.peakBytes,
      storages: account.storages,
      evictedBytes: own?.evictedBytes ?? 0,
      totalEvictedBytes: own?.totalEvictedBytes ?? 0,
    });
  }
  const total = (field: Exclude<keyof BackendUsage, "backend">): number =>
    backends.reduce((sum, usage) => sum + usage[field], 0);
  return {
    bytes: total("bytes"),
    peakBytes: total("peakBytes"),
    storages: total("storages"),
    evictedBytes: total("evictedBytes"),
    totalEvictedBytes: total("totalEvictedBytes"),
    backends,
  };
}
