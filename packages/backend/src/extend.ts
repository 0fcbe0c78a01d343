/**
 * Making a backend from another one by replacing members.
 *
 * @module
 */
import type { Backend } from "./backend.js";
import { describeValue } from "./describe.js";
import { ArgumentError } from "./errors.js";
import type { KernelTable } from "./fused/kernel.js";
import { checkOptions, closestName } from "./options.js";
import type { DeviceBuffer } from "./view.js";

/** The base of every backend that {@link extendBackend} made. */
const bases = new WeakMap<Backend, Backend>();

/**
 * Returns the backend that owns the buffers of `backend`. Backends with the same root can compute with each other's
 * tensors.
 */
export function rootOf(backend: Backend): Backend {
  let root = backend;
  for (let base = bases.get(root); base !== undefined; base = bases.get(root)) root = base;
  return root;
}

/** Whether `backend` was made from `base` by {@link extendBackend}, in one step or several. */
export function derivesFrom(backend: Backend, base: Backend): boolean {
  let at = bases.get(backend);
  while (at !== undefined && at !== base) at = bases.get(at);
  return at === base;
}

/** How {@link extendBackend} treats the base's fused kernels. */
export interface ExtendOptions {
  /**
   * Whether the base's fused kernels are kept; default true. Pass false if the operations are faster composed of the
   * new members.
   */
  readonly keepFused?: boolean;
}

/** The names of the members that a backend may lack. */
type OptionalMember = {
  [K in keyof Backend]-?: undefined extends Backend[K] ? K : never;
}[keyof Backend];

/**
 * Members for {@link extendBackend}. An optional member that is undefined is removed. A member that is missing is the
 * base's.
 */
export type BackendMembers<B extends DeviceBuffer = DeviceBuffer> = Partial<Omit<Backend<B>, OptionalMember>> & {
  readonly [K in OptionalMember]?: Backend<B>[K] | undefined;
};

/** For every member, whether a backend must have it. */
const required: Readonly<Record<keyof Backend, boolean>> = {
  name: true,
  capabilities: true,
  allocate: true,
  free: true,
  write: true,
  read: true,
  readSync: false,
  synchronize: false,
  hostView: false,
  copyFrom: false,
  map: true,
  reduce: true,
  matmul: true,
  gather: true,
  scatter: true,
  scan: true,
  sort: true,
  fused: false,
  memory: false,
  close: false,
};
const memberNames = Object.keys(required) as readonly (keyof Backend)[];

/**
 * Makes a backend that has the members of `base`, except those in `members`. An optional member is removed if `members`
 * has undefined for it. The new backend works on the base's buffers, so tensors of both can be mixed; the new backend
 * then computes the operation. Every member is called on the object that it came from.
 *
 * @throws ArgumentError if `base` is no backend, or if `members` has a misspelt name or removes a member that every
 * backend needs.
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
 * "readSync" in extendBackend(base, { readSync: undefined }); // → false
 * ```
 */
export function extendBackend<B extends DeviceBuffer>(
  base: Backend<B>,
  members: BackendMembers<B>,
  options?: ExtendOptions,
): Backend<B> {
  checkOptions("extendBackend", options, { keepFused: true });
  checkBase(base);
  checkMembers(members);
  const derived: Record<string, unknown> = {};
  for (const name of memberNames) {
    const owner: BackendMembers<B> = name in members ? members : base;
    const member: unknown = name === "fused" ? fusedOf(base, members, options?.keepFused ?? true) : owner[name];
    if (member === undefined) continue;
    derived[name] = typeof member === "function" ? member.bind(owner) : member;
  }
  const backend = derived as unknown as Backend<B>;
  bases.set(backend, base);
  return backend;
}

/** @throws ArgumentError unless the value has the members that every backend needs. */
function checkBase(base: unknown): void {
  if (typeof base !== "object" || base === null) {
    throw new ArgumentError("extendBackend", `the base is ${describeValue(base)}`, { rule: "it is a backend" });
  }
  const missing = memberNames.filter((name) => required[name] && (base as Partial<Backend>)[name] === undefined);
  if (missing.length === 0) return;
  throw new ArgumentError("extendBackend", `the base lacks ${missing.join(", ")}`, { rule: "it is a backend" });
}

/** @throws ArgumentError unless the value has members of a backend only, and removes none that is needed. */
function checkMembers(members: unknown): void {
  if (typeof members !== "object" || members === null || Array.isArray(members)) {
    throw new ArgumentError("extendBackend", `the members are ${describeValue(members)}`, {
      rule: "they are an object with members of a backend",
    });
  }
  for (const name of memberNames) {
    if (!required[name] || !(name in members) || (members as Partial<Backend>)[name] !== undefined) continue;
    throw new ArgumentError("extendBackend", `the member ${name} is undefined`, {
      rule: "only optional members can be removed",
      remedy: "leave it out to keep the base's",
    });
  }
  // Members may use further fields of their object, so only a name that looks like a misspelt member is an error.
  for (const name of Object.keys(members)) {
    const closest = Object.hasOwn(required, name) ? undefined : closestName(name, memberNames);
    if (closest === undefined) continue;
    throw new ArgumentError("extendBackend", `there is no member ${JSON.stringify(name)}`, {
      rule: `members are ${memberNames.join(", ")}`,
      remedy: `did you mean ${JSON.stringify(closest)}?`,
    });
  }
}

/** Returns the fused kernels of the derived backend. Added kernels come before those of the base. */
function fusedOf<B extends DeviceBuffer>(
  base: Backend<B>,
  members: BackendMembers<B>,
  keepFused: boolean,
): KernelTable<B> | undefined {
  const added = members.fused;
  const kept = keepFused && !("fused" in members && added === undefined) ? base.fused : undefined;
  if (added === undefined || kept === undefined) return added ?? kept;
  return {
    find: (operation, inputs, attributes) =>
      added.find(operation, inputs, attributes) ?? kept.find(operation, inputs, attributes),
  };
}
