/**
 * Calls with wrong arguments. A call may return, or throw an error of lucid's or of the callback that it was given; its
 * message is short and names the operation. Afterwards lucid works as before.
 */
import { type Backend, LucidError } from "@lucid/backend";
import { isGradEnabled, setDefaultBackend, tensor } from "@lucid/lucid";
import { boundedBackend } from "./bounded-backend.js";
import { type Random, randomOf } from "./random.js";
import { allTargets, type Target } from "./targets.js";
import { type Argument, drawArgument, drawPlausible, drawWrong, type Places, Planted } from "./values.js";

/** A call that broke a promise. */
export interface Finding {
  readonly call: number;
  readonly text: string;
  readonly problem: string;
}

/** What to run. */
export interface FuzzOptions {
  readonly create: () => Backend;
  readonly other: () => Backend;
  readonly seed: number;
  /** The number of the first call, and one more than the last. */
  readonly from: number;
  readonly to: number;
  /** Told of every call before it runs: the last one is the one that hangs. */
  readonly before?: (call: number, text: string) => void;
}

const LONGEST_MESSAGE = 2000;

/** What the engine itself says before a constructor begins: it is clear, and only slower constructors could say more. */
const CALLED_WITHOUT_NEW = /^Class constructors?( \w+)? cannot be invoked without 'new'$/;

/** The problem with what was thrown, if there is one. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof Planted) return undefined;
  if (error instanceof TypeError && CALLED_WITHOUT_NEW.test(error.message)) return undefined;
  if (!(error instanceof LucidError)) {
    const text = error instanceof Error ? `${error.name}: ${error.message}\n${where(error)}` : String(error);
    return `threw ${text.slice(0, 700)}`;
  }
  if (error.message.length >= LONGEST_MESSAGE)
    return `a message of ${error.message.length} characters: ${error.message.slice(0, 200)}`;
  if (!/^\[[^\]]+\] /.test(error.message)) return `the message names no operation: ${error.message}`;
  return undefined;
}

/** The first lines of a stack that lie in lucid's packages. */
function where(error: Error): string {
  const lines = (error.stack ?? "").split("\n").filter((line) => line.includes("/packages/"));
  return lines.slice(0, 3).join("\n");
}

function drawArguments(random: Random, places: Places): readonly Argument[] {
  const count = random.below(5);
  return Array.from({ length: count }, (_, i) =>
    i === 0 && random.chance(0.5)
      ? drawPlausible(random, places)
      : random.chance(0.4)
        ? drawPlausible(random, places)
        : random.chance(0.6)
          ? drawWrong(random, places)
          : drawArgument(random, places),
  );
}

/** Runs the calls of a seed, and returns what is wrong with them. */
export async function fuzz(options: FuzzOptions): Promise<readonly Finding[]> {
  const { seed, from, to } = options;
  const bounded = boundedBackend(options.create());
  const places: Places = { backend: bounded.backend, other: boundedBackend(options.other()).backend };
  setDefaultBackend(places.backend);
  const targets = allTargets(places);
  const known = tensor([1, 2, 3, 4], { backend: places.backend });
  const findings: Finding[] = [];
  for (let call = from; call < to; call++) {
    const { text, problem } = await one(targets[call % targets.length]!, randomOf(seed, call), places, (drawn) =>
      options.before?.(call, drawn),
    );
    if (problem !== undefined) findings.push({ call, text, problem });
    const after = stateProblem(known, bounded.damaged);
    if (after !== undefined) {
      findings.push({ call, text, problem: after });
      break;
    }
    setDefaultBackend(places.backend);
  }
  return findings;
}

async function one(
  target: Target,
  random: Random,
  places: Places,
  before: (text: string) => void,
): Promise<{ readonly text: string; readonly problem: string | undefined }> {
  const { text: callee, call } = target.prepare(random, places);
  const args = drawArguments(random, places);
  const text = `${callee}(${args.map((argument) => argument.text).join(", ")})`;
  before(text);
  try {
    const result = call(...args.map(({ value }) => value));
    if (result instanceof Promise) await result;
  } catch (error) {
    return { text, problem: problemOf(error) };
  }
  return { text, problem: undefined };
}

/** Whether lucid still works. */
function stateProblem(known: ReturnType<typeof tensor>, damaged: () => readonly number[]): string | undefined {
  try {
    if (!isGradEnabled()) return "recording is off afterwards";
    const sum = known.add(1).sum().item();
    if (sum !== 14) return `the known sum is ${sum} afterwards`;
    const lengths = damaged();
    return lengths.length === 0 ? undefined : `buffers of ${lengths} elements are damaged`;
  } catch (error) {
    return `the known sum fails afterwards: ${String(error).slice(0, 200)}`;
  }
}
