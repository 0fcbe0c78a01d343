/**
 * Reductions. Short lines are reduced by one invocation each, longer ones by a workgroup, and where there are few and
 * long lines, by several workgroups whose results a second kernel joins.
 *
 * @module
 */
import { type ReduceCall, type ReduceOp, sizeOf } from "@lucid/backend";
import { createReducePlans, MOST_KERNELS, mergeLoops, operandsRead, remember, stridesOf } from "@lucid/backend/kit";
import { type GpuTensorBuffer, positionOf } from "../buffer.js";
import type { ScratchMemory } from "../memory/arena.js";
import type { KernelQueue } from "../queue.js";
import { loadValue, storeValue } from "../shader/elements.js";
import { noPosition, print, scalarsOf, scalarWords } from "../shader/expressions.js";
import { decode, encode, type ShaderType, shaderType } from "../shader/types.js";
import type { GpuPipeline } from "../webgpu.js";
import { type Accumulation, accumulationOf } from "./accumulate.js";
import {
  address,
  GROUP,
  gridFor,
  groupKernelText,
  kernelText,
  type Move,
  movesOf,
  positionNames,
  splitIndex,
} from "./dispatch.js";

/** Lines up to this length are reduced by one invocation. */
const SHORT = 32;
/** If there are so many lines, longer ones are reduced by one invocation too. */
const MANY = 4096;
/** One workgroup reduces so many values of a line, if there are too few lines to keep the device busy. */
const CHUNK = 4096;
const FEW = 64;

/** Joins the results of the lanes of a workgroup in lane 0. */
function joinLanes({ join, positions }: Accumulation, type: ShaderType): readonly [string, readonly string[]] {
  const declarations = [
    `var<workgroup> values: array<${type}, ${GROUP}>;\n`,
    positions ? `var<workgroup> places: array<i32, ${GROUP}>;\n` : "",
  ].join("");
  const store = ["values[lane] = best;", ...(positions ? ["places[lane] = at;"] : [])];
  const statements = [
    ...store,
    "workgroupBarrier();",
    `for (var half = ${GROUP / 2}; half > 0; half = half >> 1u) {`,
    "  if (lane < half) {",
    "    let other = values[lane + half];",
    positions ? "    let place = places[lane + half];" : "",
    ...join("other", "place").map((line) => `    ${line}`),
    ...store.map((line) => `    ${line}`),
    "  }",
    "  workgroupBarrier();",
    "}",
    "if (lane > 0) { return; }",
  ];
  return [declarations, statements];
}

/** Makes the member `reduce`. */
export function createReduce(queue: KernelQueue, arena: ScratchMemory): (call: ReduceCall<GpuTensorBuffer>) => void {
  const plans = createReducePlans((op, value, finish) => ({
    op,
    value,
    finish,
    type: shaderType(value.dtype),
    accumulation: accumulationOf(op, shaderType(value.dtype)),
    operands: operandsRead([value]),
    scalars: scalarsOf([value]),
    finishScalars: finish === undefined ? [] : scalarsOf([finish]),
    kernels: new Map<string, GpuPipeline>(),
  }));
  type Plan = ReturnType<typeof plans.find>;

  /** Statements that store the result `best` or `at` in the output at `place`. */
  function store(plan: Plan, op: ReduceOp, place: string, scalars: number): readonly string[] {
    const isPosition = op === "argmax" || op === "argmin";
    const accumulated = isPosition ? "at" : "best";
    if (plan.finish === undefined) {
      return [storeValue(isPosition ? "int32" : plan.value.dtype, place, accumulated)];
    }
    const { statements, results } = print([plan.finish], {
      input: () => accumulated,
      position: noPosition,
      rowMajor: noPosition,
      scalars,
      prefix: "f",
    });
    return [...statements, storeValue(plan.finish.dtype, place, results[0]!)];
  }

  /** The first pass, over the values of the call. `kind` says what reduces a line. */
  function textOf(
    plan: Plan,
    kept: number,
    reduced: number,
    moves: readonly (readonly Move[])[],
    kind: string,
  ): string {
    const { op, value, operands, type, accumulation } = plan;
    // The parameters: 0, positions or workgroups, the length of a line, values of a chunk, chunks of a line, the place
    // of results of chunks, the sizes of the loops, then start and strides of each operand and of the output, scalars.
    const rank = kept + reduced;
    const startOf = (operand: number): number => 6 + rank + operand * (rank + 1);
    const names = [...positionNames("i", kept), ...positionNames("j", reduced)];
    const at = (operand: number): string => address(startOf(operand), moves[operand]!, names);
    const scalars = startOf(operands.count + 1);
    const { statements, results } = print([value], {
      input: (index) => {
        const operand = operands.inputs.indexOf(index);
        return loadValue(operands.dtypes[operand]!, at(operand));
      },
      position: (axis) => at(operands.inputs.length + operands.axes.indexOf(axis)),
      rowMajor: () => at(operands.count - 1),
      scalars,
      prefix: "v",
    });
    const finishScalars = scalars + plan.scalars.length;
    const output = address(startOf(operands.count), moves[operands.count]!, names);
    const each = [...splitIndex("j", reduced, 6 + kept, "j"), ...statements, ...accumulation.add(results[0]!, "j")].map(
      (line) => `  ${line}`,
    );
    if (kind === "invocation") {
      return kernelText([
        ...splitIndex("position", kept, 6, "i"),
        ...accumulation.declare,
        "for (var j = 0; j < parameters[2]; j++) {",
        ...each,
        "}",
        ...accumulation.finish,
        ...store(plan, op, output, finishScalars),
      ]);
    }
    const [declarations, join] = joinLanes(accumulation, type);
    const partial = accumulation.positions
      ? [`store(parameters[5] + 2 * group, ${encode[type]("best")});`, "store(parameters[5] + 2 * group + 1, u32(at));"]
      : [`store(parameters[5] + group, ${encode[type]("best")});`];
    return groupKernelText(
      [
        "let line = group / parameters[4];",
        "let begin = (group % parameters[4]) * parameters[3];",
        "let end = min(begin + parameters[3], parameters[2]);",
        ...splitIndex("line", kept, 6, "i"),
        ...accumulation.declare,
        `for (var j = begin + lane; j < end; j += ${GROUP}) {`,
        ...each,
        "}",
        ...accumulation.finish,
        ...join,
        ...(kind === "chunks" ? partial : store(plan, op, output, finishScalars)),
      ],
      declarations,
    );
  }

  /** The second pass: joins the results of the chunks of each line. */
  function joinText(plan: Plan, kept: number, output: readonly Move[]): string {
    const { op, type, accumulation } = plan;
    const names = positionNames("i", kept);
    const at = "parameters[5] + line * parameters[4] + j";
    const [declarations, join] = joinLanes(accumulation, type);
    const read = accumulation.positions
      ? [
          `let part = ${decode[type]("load(parameters[5] + 2 * (line * parameters[4] + j))")};`,
          "let place = i32(load(parameters[5] + 2 * (line * parameters[4] + j) + 1));",
        ]
      : [`let part = ${decode[type](`load(${at})`)};`];
    const added = accumulation.positions ? accumulation.join("part", "place") : accumulation.add("part", "j");
    return groupKernelText(
      [
        "let line = group;",
        ...splitIndex("line", kept, 6, "i"),
        ...accumulation.declare,
        `for (var j = lane; j < parameters[4]; j += ${GROUP}) {`,
        ...[...read, ...added].map((text) => `  ${text}`),
        "}",
        ...accumulation.finish,
        ...join,
        ...store(plan, op, address(6 + kept, output, names), 7 + 2 * kept),
      ],
      declarations,
    );
  }

  return ({ op, value, finish, shape, inputs, scalars, axes, output }) => {
    const results = sizeOf(output.shape);
    if (results === 0) return;
    const plan = plans.find(op, value, finish);
    const { operands, kernels } = plan;
    const all = stridesOf(operands, inputs, shape);
    all.push(output.strides);
    const isReduced = (axis: number): boolean => axes.includes(axis);
    const kept = mergeLoops(
      [...shape.keys()].filter((axis) => !isReduced(axis)),
      shape,
      all,
    );
    const reduced = mergeLoops(axes, shape, all.slice(0, -1));
    const length = sizeOf(axes.map((axis) => shape[axis]!));
    const outer = kept.shape.length;
    const inner = reduced.shape.length;
    const moves = all.map((_, operand) => movesOf([...kept.strides[operand]!, ...(reduced.strides[operand] ?? [])]));
    const chunks = results < FEW ? Math.max(1, Math.min(Math.ceil(length / CHUNK), 1024)) : 1;
    const chunk = Math.max(Math.ceil(length / chunks), 1);
    const kind =
      length <= SHORT || (results >= MANY && length <= CHUNK) ? "invocation" : chunks > 1 ? "chunks" : "workgroup";

    const find = (key: string, make: () => string): GpuPipeline =>
      kernels.get(key) ?? remember(kernels, key, queue.pipeline(make()), MOST_KERNELS);
    const spread = kind === "chunks" ? chunks : 1;
    const words = chunks * results * (plan.accumulation.positions ? 2 : 1);
    const scratch = kind === "chunks" ? arena.take("reduce", words * 4) : undefined;
    const outputStart = [positionOf(output), ...kept.strides[all.length - 1]!];
    const finishWords = scalarWords(plan.finishScalars, scalars);
    const key = `${kind}|${outer}|${moves.map((move) => move.join("")).join()}`;
    const kernel = find(key, () => textOf(plan, outer, inner, moves, kind));
    const parameters: number[] = [0, results * spread, length, chunk, spread, scratch?.word ?? 0];
    parameters.push(...kept.shape, ...reduced.shape);
    for (let operand = 0; operand < operands.count; operand++) {
      const read = operands.inputs[operand];
      parameters.push(read === undefined ? 0 : positionOf(inputs[read]!));
      parameters.push(...kept.strides[operand]!, ...reduced.strides[operand]!);
    }
    parameters.push(...outputStart, ...reduced.shape.map(() => 0));
    parameters.push(...scalarWords(plan.scalars, scalars), ...finishWords);
    const grid = kind === "invocation" ? gridFor(results) : gridFor(results * spread, 1);
    queue.dispatch("reduce", kernel, parameters, ...grid);
    if (scratch === undefined) return;
    const outputMoves = movesOf(kept.strides[all.length - 1]!);
    const second = find(`join|${outer}|${outputMoves.join("")}`, () => joinText(plan, outer, outputMoves));
    const joined = [0, results, length, chunk, spread, scratch.word, ...kept.shape, ...outputStart, ...finishWords];
    queue.dispatch("reduce", second, joined, ...gridFor(results, 1));
    arena.give(scratch);
  };
}
