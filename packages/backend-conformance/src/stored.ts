/**
 * Checks that later calls compute with the elements that `read` returns. A backend may store elements in memory that is
 * wider than their type, such as an array of numbers or a u32 for every uint8. `read` copies them into a typed array,
 * which rounds and wraps them. This hides results that were stored without rounding or wrapping.
 *
 * @module
 */
import {
  type ComputeType,
  cast,
  computeTypes,
  type DType,
  dtypeNames,
  dtypes,
  heldTypes,
  input,
  op,
} from "@lucid/backend";
import { map } from "./call.js";
import { show } from "./compare.js";
import { type Expectation, type Operand, readAll, type Session } from "./session.js";

/** The last part of the names of cases that check this. */
export const STORED = "stored in its type";

/** The element types that hold every value of a type unchanged. */
const holdersOf = (dtype: DType): readonly ComputeType[] => {
  const { kind, bytes, lowest, highest } = dtypes[dtype];
  return computeTypes.filter((other) => {
    const wide = dtypes[other];
    if (other === dtype || wide.kind === "bool") return false;
    if (kind === "float") return wide.kind === "float" && wide.bytes > bytes;
    // Floats hold all integers up to 2 / ε.
    const largest = wide.kind === "float" ? 2 / wide.epsilon : wide.highest;
    return highest <= largest && lowest >= wide.lowest;
  });
};

/** The element types that may be stored in wider memory. */
export const storedTypes: readonly DType[] = dtypeNames.filter((dtype) => holdersOf(dtype).length > 0);

/** How a case checks an output. */
export type OutputCheck = (session: Session, output: Operand, expectation: Expectation) => Promise<void>;

/** Checks only the elements that `read` returns. */
export const checkRead: OutputCheck = (session, output, expectation) => session.check(output, expectation);

/**
 * Checks an output as `session.check` does, and that calls which use it see the elements that `read` returns. These
 * calls are casts into wider types, which run before anything is read, and `eq` with a new copy.
 */
export const checkStored: OutputCheck = async (session, output, expectation) => {
  const { backend } = session;
  const { dtype } = output;
  const { shape } = output.view;
  const available = new Set(heldTypes(backend.capabilities));
  const widened = holdersOf(dtype)
    .filter((type) => available.has(type))
    .map((type) => {
      const result = session.output(type, shape);
      map(session, [cast(input(0, dtype), type)], [output], [result]);
      return result;
    });
  await session.check(output, expectation);
  const all = await readAll(backend, output);
  const elements = Array.from(output.positions, (position) => dtypes[dtype].decode(all[position]!));
  const name = expectation.name === undefined ? "" : `${expectation.name}, `;
  const context = (i: number): string =>
    `read gives ${show(elements[i]!)}, but the next call sees something else: bring elements into ${dtype} before they ` +
    "are stored";
  for (const result of widened)
    await session.check(result, { expected: elements, name: `${name}cast to ${result.dtype}`, context });
  if (!available.has("bool")) return;
  const [same, equal] = [session.input(dtype, shape, elements), session.output("bool", shape)];
  map(session, [op("eq", input(0, dtype), input(1, dtype))], [output, same], [equal]);
  const expected = elements.map((value) => (value === value ? 1 : 0));
  await session.check(equal, { expected, name: `${name}eq with what was read`, context });
};
