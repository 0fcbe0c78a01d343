/**
 * Moving a module's state to another backend or element type, in place: the tensors stay the same objects, so that
 * optimizers and other modules that hold them follow.
 *
 * @module
 */
import { peekGradient } from "@lucid/autograd";
import { type Backend, type DType, DTypeError, isDType } from "@lucid/backend";
import { isFloating, replacePlacement, type Tensor, to, toAsync, unrecorded } from "@lucid/tensor/core";
import type { AnyModule } from "./module.js";
import type { Buffer, Parameter } from "./parameter.js";
import { collectState } from "./walk.js";

/** Where to move to, or what to convert into. */
export type MoveTarget = Backend | DType;

interface Move {
  readonly tensor: Parameter | Buffer;
  readonly moved: Tensor;
  readonly gradient: Tensor | undefined;
}

function stateOf(module: AnyModule): readonly (Parameter | Buffer)[] {
  return [
    ...collectState(module, "", true, (own) => own.parameters).map(([, parameter]) => parameter),
    ...collectState(module, "", true, (own) => own.buffers).map(([, buffer]) => buffer),
  ];
}

/** Whether a tensor is what was asked for already; integers and bools keep their type. */
function stays(tensor: Tensor, target: MoveTarget): boolean {
  return typeof target === "string" ? tensor.dtype === target || !isFloating(tensor.dtype) : tensor.backend === target;
}

function assertTarget(module: AnyModule, target: MoveTarget): void {
  if (typeof target !== "string") return;
  if (isDType(target) && isFloating(target)) return;
  throw new DTypeError(`${module.constructor.name}.to`, `a module cannot become ${target}`, [target], {
    rule: "parameters are float32 or float64",
  });
}

/** Everything that can fail comes before the first change. */
function commit(moves: readonly Move[]): void {
  for (const { tensor, moved, gradient } of moves) {
    const before = tensor.storage;
    moved.storage.hold();
    moved.storage.escaped = true;
    replacePlacement(tensor, moved);
    before.unhold();
    if (gradient !== undefined) tensor.grad = gradient;
  }
}

/** Moves or converts the state of a module and of everything inside it. */
export function move(module: AnyModule, target: MoveTarget): void {
  assertTarget(module, target);
  unrecorded(() => {
    const moves: Move[] = [];
    for (const tensor of stateOf(module)) {
      if (stays(tensor, target)) continue;
      const gradient = peekGradient(tensor);
      moves.push({ tensor, moved: to(tensor, target), gradient: gradient && to(gradient, target) });
    }
    commit(moves);
  });
}

/** {@link move} for backends that cannot read synchronously. */
export async function moveAsync(module: AnyModule, target: Backend): Promise<void> {
  const moves: Move[] = [];
  for (const tensor of stateOf(module)) {
    if (stays(tensor, target)) continue;
    const gradient = peekGradient(tensor);
    const moved = await toAsync(tensor.detach(), target);
    moves.push({ tensor, moved, gradient: gradient && (await toAsync(gradient.detach(), target)) });
  }
  commit(moves);
}
