/**
 * Backends out of backends.
 *
 * @module
 */
import type { Backend } from "./backend.js";
import type { FusedOperation, Kernel } from "./fused.js";
import type { DeviceBuffer } from "./view.js";

/** What an extended backend extends; a backend that stands alone has no entry. */
const bases = new WeakMap<Backend, Backend>();

/** The backend that owns the buffers of `backend`: backends of one root can work on each other's tensors. */
export function rootOf(backend: Backend): Backend {
  let root = backend;
  for (let base = bases.get(root); base !== undefined; base = bases.get(root)) root = base;
  return root;
}

/** Whether `backend` was made of `base` by {@link extendBackend}, in one step or several. */
export function derivesFrom(backend: Backend, base: Backend): boolean {
  let at = bases.get(backend);
  while (at !== undefined && at !== base) at = bases.get(at);
  return at === base;
}

/** How {@link extendBackend} treats the base's fused kernels. */
export interface ExtendOptions {
  /** Whether the base's fused kernels stay; default true. Turn it off where the new members would be faster composed. */
  readonly keepFused?: boolean;
}

/**
 * A backend that is `base` with some members replaced. It works on the base's buffers, so tensors of both mix, and an
 * operation on a mixture is computed by the derived one. Members are called on the object they came from.
 *
 * @example
 * ```ts
 * const base = createCpuBackend();
 * let products = 0;
 * const counting = extendBackend(base, {
 *   name: "counting",
 *   matmul(a, b, output, epilogue) {
 *     products++;
 *     base.matmul(a, b, output, epilogue);
 *   },
 * });
 * eye(2, { backend: counting }).matmul(eye(2, { backend: base })); // → Tensor([[1, 0], [0, 1]])
 * products; // → 1
 * ```
 */
export function extendBackend<B extends DeviceBuffer>(
  base: Backend<B>,
  members: Partial<Backend<B>>,
  options: ExtendOptions = {},
): Backend<B> {
  const from = <K extends keyof Backend<B>>(name: K): Backend<B>[K] => {
    const owner = members[name] === undefined ? base : members;
    const member = owner[name];
    return (typeof member === "function" ? member.bind(owner) : member) as Backend<B>[K];
  };
  const readSync = from("readSync");
  const hostView = from("hostView");
  const memory = from("memory");
  const fused = fusedOf(base, members, options);
  const derived: Backend<B> = {
    name: from("name"),
    capabilities: from("capabilities"),
    allocate: from("allocate"),
    free: from("free"),
    write: from("write"),
    read: from("read"),
    map: from("map"),
    reduce: from("reduce"),
    matmul: from("matmul"),
    gather: from("gather"),
    scatter: from("scatter"),
    scan: from("scan"),
    sort: from("sort"),
    ...(readSync === undefined ? {} : { readSync }),
    ...(hostView === undefined ? {} : { hostView }),
    ...(memory === undefined ? {} : { memory }),
    ...(fused === undefined ? {} : { fused }),
  };
  bases.set(derived, base);
  return derived;
}

function fusedOf<B extends DeviceBuffer>(
  base: Backend<B>,
  members: Partial<Backend<B>>,
  { keepFused = true }: ExtendOptions,
): Backend<B>["fused"] {
  const kept = keepFused ? base.fused : undefined;
  const added = members.fused;
  if (added === undefined || kept === undefined) return added ?? kept;
  return { get: (operation: FusedOperation): Kernel<B> | undefined => added.get(operation) ?? kept.get(operation) };
}
