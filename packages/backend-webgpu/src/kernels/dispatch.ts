/**
 * What all kernels share: how positions are spread over invocations, and how views are addressed.
 *
 * @module
 */
import { remember } from "@lucid/backend/kit";
import type { KernelQueue } from "../queue.js";
import { arenaFor } from "../shader/elements.js";
import { functionsFor } from "../shader/functions.js";
import type { GpuPipeline } from "../webgpu.js";

/** Invocations of a workgroup. */
export const GROUP = 64;
/** The most workgroups along one dimension on every device. */
const MOST_GROUPS = 65535;

/** Makes a table of kernels by key. A kernel's text is written only where the table has no entry. */
export function createKernels(queue: KernelQueue): (key: string, text: () => string) => GpuPipeline {
  const kernels = new Map<string, GpuPipeline>();
  return (key, text) => kernels.get(key) ?? remember(kernels, key, queue.pipeline(text()));
}

/** Returns how many workgroups cover so many positions, in two dimensions. */
export function gridFor(positions: number, perGroup: number = GROUP): readonly [x: number, y: number] {
  const groups = Math.ceil(positions / perGroup);
  if (groups <= MOST_GROUPS) return [groups, 1];
  const y = Math.ceil(groups / MOST_GROUPS);
  return [Math.ceil(groups / y), y];
}

/** A kernel whose body may use `position`, an i32. Its last positions may not be less than `parameters[1]`. */
export function mainText(body: readonly string[], declarations = ""): string {
  const main = `${declarations}@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let position = i32(id.x + id.y * groups.x * ${GROUP}u);
${body.map((line) => `  ${line}`).join("\n")}
}
`;
  return arenaFor(main) + functionsFor(main) + main;
}

/** A kernel with one invocation for each of `parameters[1]` positions. The body may use `position`, an i32. */
export const kernelText = (body: readonly string[], declarations = ""): string =>
  mainText(["if (position >= parameters[1]) { return; }", ...body], declarations);

/**
 * Statements that split `index` into the positions of loops, `<prefix>0`, `<prefix>1` …. Sizes are parameters, from
 * `sizes` on.
 */
export function splitIndex(index: string, rank: number, sizes: number, prefix: string): readonly string[] {
  const statements: string[] = [];
  let rest = index;
  for (let loop = rank - 1; loop >= 0; loop--) {
    if (loop === 0) statements.push(`let ${prefix}0 = ${rest};`);
    else {
      statements.push(`let ${prefix}${loop} = ${rest} % parameters[${sizes + loop}];`);
      statements.push(`let ${prefix}rest${loop} = ${rest} / parameters[${sizes + loop}];`);
      rest = `${prefix}rest${loop}`;
    }
  }
  return statements;
}

/** How one operand moves along a loop: not at all, by one, or by a number that is a parameter. */
export type Move = "0" | "1" | "s";

/** The moves of an operand whose strides are all parameters, so that one kernel serves every layout. */
export const strided = (rank: number): readonly Move[] => Array.from({ length: rank }, () => "s");

/** The moves of an operand. */
export const movesOf = (strides: readonly number[]): readonly Move[] =>
  strides.map((stride) => (stride === 0 ? "0" : stride === 1 ? "1" : "s"));

/**
 * The address of an operand whose loops have these positions. `start` is the position of its first word in the
 * parameters, and its strides follow.
 */
export function address(start: number, moves: readonly Move[], positions: readonly string[]): string {
  const terms = moves.flatMap((move, loop) =>
    move === "0" ? [] : [move === "1" ? positions[loop]! : `${positions[loop]} * parameters[${start + 1 + loop}]`],
  );
  return [`parameters[${start}]`, ...terms].join(" + ");
}

/** The names of the positions of loops. */
export const positionNames = (prefix: string, rank: number): readonly string[] =>
  Array.from({ length: rank }, (_, loop) => prefix + loop);

/**
 * The kernel that runs `body` once for each of `parameters[1]` workgroups. The body may use `group` and `lane`, the
 * position in the workgroup, both i32.
 */
export function groupKernelText(body: readonly string[], declarations = ""): string {
  const main = `${declarations}@compute @workgroup_size(${GROUP})
fn main(
  @builtin(workgroup_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group = i32(id.x + id.y * groups.x);
  if (group >= parameters[1]) { return; }
  let lane = i32(invocation);
${body.map((line) => `  ${line}`).join("\n")}
}
`;
  return arenaFor(main) + functionsFor(main) + main;
}
