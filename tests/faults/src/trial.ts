/**
 * Work under faults: it fails at its first call, its second, and so on until it gets through. Each time everything is as
 * before and nothing has leaked; at the end the result is that of the same work without a fault.
 */
import { isGradEnabled, peekGradient } from "@lucid/autograd";
import { getRandomState, type RandomState, setRandomState, Tensor } from "@lucid/tensor";
import { type FaultKind, type FaultyBackend, faultKinds } from "./faulty-backend.js";

/** Work, and what exists before it. */
export interface Trial {
  /** The work. It may return a promise. */
  readonly work: () => unknown;
  /** The tensors that exist before. A failure must leave their values, versions and gradients as they are. */
  readonly tensors: readonly Tensor[];
  /** Other state that a failure must leave as it is, as plain data. */
  readonly state?: () => unknown;
  /** What is compared when the work gets through; by default what it returned. Tensors in it are read. */
  readonly outcome?: (result: unknown) => unknown;
  /**
   * How many buffers a failed attempt may keep; default 0. Only for work that consists of several calls of user code, which
   * has names for the results of those that succeeded: their graphs hold tensors, and they may have drawn random numbers.
   */
  readonly mayKeep?: number;
  /** Whether tensors may have changed when the device is lost half-way. The same work again then has to finish it. */
  readonly interruptible?: boolean;
}

/** Makes the work anew, in the same state every time. */
export type Prepare = () => Trial;

/** What was found of one piece of work. */
export interface Findings {
  readonly problems: readonly string[];
  /** How many faults were met. */
  readonly faults: number;
}

type Bytes = { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly byteLength: number };

const bytesOf = ({ buffer, byteOffset, byteLength }: Bytes): Buffer => Buffer.from(buffer, byteOffset, byteLength);

/** What can be seen of a tensor: all elements of its storage, its version, how often it is held, its gradient. */
interface Seen {
  readonly bytes: Buffer;
  readonly version: number;
  readonly holds: number;
  readonly requiresGrad: boolean;
  readonly type: string;
  readonly gradient: Tensor | undefined;
  readonly gradientSeen: Seen | undefined;
}

function look(tensor: Tensor): Seen {
  const { storage, dtype, shape } = tensor;
  const values = storage.backend.readSync!(storage.buffer, 0, storage.length);
  const gradient = peekGradient(tensor);
  return {
    bytes: bytesOf(values),
    version: storage.version,
    holds: storage.holds,
    requiresGrad: tensor.requiresGrad,
    type: `${dtype}[${shape}]`,
    gradient,
    gradientSeen: gradient && look(gradient),
  };
}

/** What differs between two looks at a tensor, in words. */
function differenceOf(before: Seen, after: Seen, several: boolean): string | undefined {
  if (before.type !== after.type) return `is ${after.type}, was ${before.type}`;
  if (!before.bytes.equals(after.bytes)) return "has other values";
  if (before.version !== after.version) return `has version ${after.version}, had ${before.version}`;
  if (!several && before.holds !== after.holds) return `is held ${after.holds} times, was held ${before.holds} times`;
  if (before.requiresGrad !== after.requiresGrad) return `has requiresGrad ${after.requiresGrad}`;
  if (before.gradient !== after.gradient) return "has another gradient";
  if (before.gradientSeen === undefined) return undefined;
  const found = differenceOf(before.gradientSeen, after.gradientSeen!, several);
  return found && `has a gradient that ${found}`;
}

/** A result as data that can be compared bit for bit. */
function plain(value: unknown): unknown {
  if (value instanceof Tensor) {
    return [value.dtype, value.shape, value.requiresGrad, bytesOf(value.detach().dataSync()).toString("base64")];
  }
  if (ArrayBuffer.isView(value)) return bytesOf(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return typeof value === "number" ? String(value) : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

const textOf = (value: unknown): string => JSON.stringify(plain(value)) ?? "undefined";

/** Whether an error is the one that was injected, or carries it. */
function carries(error: unknown, injected: Error): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at === injected) return true;
  return false;
}

const MOST_CALLS = 5000;

/**
 * Runs the work of a trial with a fault at every call in turn, for each kind of fault. After the first `every` calls, ever
 * more of them are left out between two faults: work of thousands of calls, such as a decomposition, repeats itself.
 */
export async function findProblems(
  faulty: FaultyBackend,
  prepare: Prepare,
  kinds: readonly FaultKind[] = faultKinds,
  every: number = MOST_CALLS,
): Promise<Findings> {
  const random = getRandomState();
  const made = (): Trial => {
    setRandomState(random);
    return prepare();
  };
  const clean = made();
  const result = await clean.work();
  const expected = textOf(clean.outcome === undefined ? result : clean.outcome(result));
  const randomAfter = getRandomState();
  let faults = 0;
  const problems: string[] = [];
  for (const kind of kinds) {
    const found = await tryKind(faulty, made, kind, expected, randomAfter, every);
    faults += found.faults;
    problems.push(...found.problems);
  }
  if (!isGradEnabled()) problems.push("recording stayed off");
  if (!new Tensor([0]).storage.escaped) problems.push("the library thinks that it is still at work");
  setRandomState(random);
  return { problems, faults };
}

async function tryKind(
  faulty: FaultyBackend,
  prepare: Prepare,
  kind: FaultKind,
  expected: string,
  randomAfter: RandomState,
  every: number,
): Promise<Findings> {
  const problems: string[] = [];
  let trial: Trial | undefined;
  let before: readonly Seen[] = [];
  let stateBefore = "";
  let randomBefore = getRandomState();
  let kept = 0;
  for (let n = 1; n <= MOST_CALLS; n += 1 + Math.max(0, Math.floor((n - every) / 8))) {
    const where = `${kind} ${n}`;
    if (trial === undefined) {
      trial = prepare();
      before = trial.tensors.map(look);
      stateBefore = textOf(trial.state?.());
      randomBefore = getRandomState();
      kept = trial.mayKeep ?? 0;
    }
    const { work, outcome, interruptible = false } = trial;
    const live = faulty.live();
    faulty.arm(kind, n);
    let result: unknown;
    let error: unknown;
    let failed = false;
    try {
      result = await work();
    } catch (caught) {
      failed = true;
      error = caught;
    }
    const injected = faulty.disarm();
    if (!failed) {
      const found = textOf(outcome === undefined ? result : outcome(result));
      if (found !== expected) problems.push(`${where}: the work got through with another result`);
      if (kept === 0 && textOf(getRandomState()) !== textOf(randomAfter))
        problems.push(`${where}: other random numbers come next`);
      if (injected === undefined) return { problems, faults: n - 1 };
      // The library has met the fault and gone on.
      trial = undefined;
      continue;
    }
    if (injected === undefined) throw error;
    if (!carries(error, injected)) problems.push(`${where}: another error was thrown: ${String(error)}`);
    const leaked = faulty.live() - live;
    if (leaked > kept) problems.push(`${where}: ${leaked} buffers leaked`);
    if (leaked < 0) problems.push(`${where}: ${-leaked} buffers were freed that existed before`);
    if (interruptible && kind === "lost") continue;
    trial.tensors.forEach((tensor, i) => {
      if (tensor.storage.freed) problems.push(`${where}: tensor ${i} was freed`);
      else {
        const found = differenceOf(before[i]!, look(tensor), kept > 0);
        if (found !== undefined) problems.push(`${where}: tensor ${i} ${found}`);
      }
    });
    if (textOf(trial.state?.()) !== stateBefore) problems.push(`${where}: the state has changed`);
    if (kept === 0 && textOf(getRandomState()) !== textOf(randomBefore))
      problems.push(`${where}: the random state has changed`);
    if (problems.length > 20) return { problems, faults: n };
  }
  throw new Error(`the work makes more than ${MOST_CALLS} calls`);
}
