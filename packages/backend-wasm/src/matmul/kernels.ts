/**
 * The tables of kernels for products.
 *
 * @module
 */
import { MOST_KERNELS, remember } from "@lucid/backend/kit";
import type { HelperFunction } from "../assembler/code.js";
import { moveOf, STRIDED, UNIT } from "../expression/nest.js";
import type { Kernel, Platform } from "../kernel.js";
import { writeDots } from "./dot.js";
import { type Element, elements } from "./element.js";
import { type EpiloguePlan, epilogueFunction } from "./epilogue.js";
import { writeFlat } from "./flat.js";
import { writeProduct } from "./module.js";
import { FIRST_FLAT, ROW, tileSet } from "./plan.js";
import { writeRow } from "./row.js";

type Host = Pick<Platform, "newModule" | "kernel">;

/** Kernels of products without epilogues. */
export interface PlainKernels {
  readonly float32: Map<number, Kernel>;
  readonly float64: Map<number, Kernel>;
}

/** The kernel for a number that `planProduct` returns. There are few such numbers. */
export function plainKernel(host: Host, kernels: PlainKernels, dtype: "float32" | "float64", key: number): Kernel {
  return kernels[dtype].get(key) ?? remember(kernels[dtype], key, build(host, elements[dtype], key, undefined));
}

/** With more operands than this, keys are strings. */
const MOST_COUNTED = 20;

/** The kernel of a product with an epilogue, whose operands have been entered. */
export function kernelWithEpilogue(
  host: Host,
  work: EpiloguePlan,
  dtype: "float32" | "float64",
  key: number,
  vectorAxis: number,
  across: boolean,
  isApart: boolean,
): Kernel {
  const kernels = work.kernels[dtype];
  const layout = movesKey(work, vectorAxis, key * 4 + (across ? 2 : 0) + (isApart ? 1 : 0));
  const known = kernels.get(layout);
  if (known !== undefined) return known;
  const moves: number[] = [];
  for (let operand = 0; operand <= work.operands.count; operand++) {
    moves.push(moveOf(work.strides[operand]![vectorAxis]!));
  }
  // A product that is stored apart from the output is stored by rows.
  if (isApart && work.readsProduct) moves[0] = across ? STRIDED : UNIT;
  const made = build(host, elements[dtype], key, epilogueFunction(work, moves, across));
  return remember(kernels, layout, made, MOST_KERNELS);
}

function movesKey({ operands, strides }: EpiloguePlan, vectorAxis: number, key: number): number | string {
  if (operands.count >= MOST_COUNTED) {
    const moves = strides.slice(0, operands.count + 1).map((along) => moveOf(along[vectorAxis]!));
    return `${key}:${moves.join("")}`;
  }
  let moves = 0;
  for (let operand = 0; operand <= operands.count; operand++) {
    moves = moves * 3 + moveOf(strides[operand]![vectorAxis]!);
  }
  return moves * 65536 + key;
}

function build(host: Host, element: Element, key: number, epilogue: HelperFunction | undefined): Kernel {
  const module = host.newModule();
  if (key < FIRST_FLAT) writeDots(module, element, key, epilogue);
  else if (key < ROW) writeFlat(module, element, key - FIRST_FLAT + 1, epilogue);
  else if (key === ROW) writeRow(module, element, epilogue);
  else writeProduct(module, element, tileSet(key), epilogue);
  return host.kernel(module);
}
