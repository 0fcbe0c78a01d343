/**
 * Reading the fixtures; their format is described in ../generators/common.py.
 */
import { readFileSync } from "node:fs";
import { type DType, dtypes, sizeOf, type TypedArray } from "@lucid/backend";

/** A tensor of a fixture, on the host. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: TypedArray;
}

/** One call of an operation, as PyTorch answered it. */
export interface Case {
  readonly inputs: readonly string[];
  readonly arguments?: readonly Described[];
  readonly constants?: readonly number[];
  readonly kink?: true;
  readonly outputs?: readonly string[];
  readonly error?: true;
  /** The outputs are drawn at random: only their types and shapes are compared. */
  readonly random?: true;
  readonly gradients?: readonly (string | null)[];
  readonly second?: readonly (string | null)[];
}

/** An argument as the file describes it. */
export type Described =
  | null
  | boolean
  | number
  | string
  | readonly Described[]
  | { readonly slice: readonly [number | null, number | null, number | null] }
  | { readonly [option: string]: Described };

/** The cases of a file by operation. */
export type FixtureFile = Readonly<Record<string, readonly Case[]>>;

/** A fixture file as JSON. */
export function readFixture<T = FixtureFile>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")) as T;
}

/** `"float64[2,3] 0.5 -0 NaN …"` as a tensor. */
export function parseTensor(text: string): HostTensor {
  const [, dtype, sizes, numbers] = /^(\w+)\[([\d,]*)\](?: (.*))?$/.exec(text)!;
  const shape = sizes === "" ? [] : sizes!.split(",").map(Number);
  const values = dtypes[dtypes[dtype as DType].compute].array(sizeOf(shape));
  const parts = numbers === undefined ? [] : numbers.split(" ");
  if (parts.length !== values.length) throw new Error(`${parts.length} numbers for ${text.slice(0, 60)}`);
  parts.forEach((part, i) => {
    values[i] = Number(part);
  });
  return { dtype: dtype as DType, shape, values };
}

/** The fixed, irregular sequence that outputs and gradients are weighted with. */
export function patternOf(seed: number, dtype: DType, count: number): TypedArray {
  const values = dtypes[dtypes[dtype].compute].array(count);
  for (let i = 0; i < count; i++) values[i] = (((i * i * 17 + i * 53 + seed * 31 + 29) % 127) - 63) / 32;
  return values;
}

/** Whether the result could stand in the first input. */
export function fitsInPlace(given: Case): boolean {
  if (given.error === true || given.inputs.length === 0 || given.outputs!.length !== 1) return false;
  const first = given.arguments === undefined ? "$0" : given.arguments[0];
  if (first !== "$0") return false;
  const input = parseTensor(given.inputs[0]!);
  const output = parseTensor(given.outputs![0]!);
  return input.dtype === output.dtype && input.shape.join() === output.shape.join();
}

/** The files whose operations are called by name. */
export const fixtureFiles: readonly string[] = [
  "creation",
  "elementwise",
  "special-values",
  "promotion",
  "reductions",
  "shapes",
  "indexing",
  "ordering",
  "linear-algebra",
  "fft",
  "linalg",
  "activations",
  "attention",
  "layers",
  "normalisation",
  "convolution",
  "pooling",
  "rearranging",
  "recurrent",
  "losses",
  "storage-types",
  "opinfo",
];
