/**
 * Whether later calls compute with what `read` gives. A backend may keep elements in something wider than their type (an
 * array of numbers, a u32 for every uint8); `read` puts them into a typed array, which rounds and wraps, and so hides a
 * result that was stored as it came out of the arithmetic.
 *
 * @module
 */
import { cast, type DType, dtypeNames, input, op } from "@lucid/backend";
import { map } from "./call.js";
import { show } from "./compare.js";
import { type Expectation, type Operand, readAll, type Session } from "./session.js";

/** The last part of the names of cases that check this. */
export const STORED = "stored in its type";

/** The element types that hold every value of a type unchanged. */
const holders: Readonly<Record<DType, readonly DType[]>> = {
  float32: ["float64"],
  float64: [],
  int32: ["float64"],
  uint8: ["int32", "float32", "float64"],
  bool: ["uint8", "int32", "float32", "float64"],
};

/** The element types that something wider may stand for. */
export const storedTypes: readonly DType[] = dtypeNames.filter((dtype) => holders[dtype].length > 0);

/** How a case looks at an output. */
export type OutputCheck = (session: Session, output: Operand, expectation: Expectation) => Promise<void>;

/** Looks at what `read` gives, and no further. */
export const checkRead: OutputCheck = (session, output, expectation) => session.check(output, expectation);

/**
 * Checks an output as `session.check` does, and that calls which read it see the elements that `read` gives: casts into
 * wider types, asked for before anything is read, and `eq` with a fresh copy.
 */
export const checkStored: OutputCheck = async (session, output, expectation) => {
  const { backend } = session;
  const { dtype } = output;
  const { shape } = output.view;
  const available = new Set(backend.capabilities.dtypes ?? dtypeNames);
  const widened = holders[dtype]
    .filter((type) => available.has(type))
    .map((type) => {
      const result = session.output(type, shape);
      map(session, [cast(input(0, dtype), type)], [output], [result]);
      return result;
    });
  await session.check(output, expectation);
  const all = await readAll(backend, output);
  const elements = Array.from(output.positions, (position) => all[position]!);
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
