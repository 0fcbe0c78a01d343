/**
 * Moving a module's state to another backend or element type, in place: the tensors stay the same objects, so that
 * optimizers and other modules that hold them follow.
 *
 * @module
 */
import { noGrad, peekGradient } from "@lucid/autograd";
import { ArgumentError, type Backend, type DType, DTypeError, describeValue, isDType } from "@lucid/backend";
import { adopt, isFloating, markEscaped, owned, ownedAsync, replacePlacement } from "@lucid/tensor/extend";
import { type Tensor, to, toAsync } from "@lucid/tensor/functions";
import type { ModuleNode } from "./node.js";
import type { Buffer, Parameter } from "./parameter.js";
import { collectState } from "./walk.js";

/** The backend to move to, or the type to convert to. */
export type MoveTarget = Backend | DType;

interface Move {
  readonly tensor: Parameter | Buffer;
  readonly moved: Tensor;
  readonly gradient: Tensor | undefined;
}

function stateOf(module: ModuleNode): readonly (Parameter | Buffer)[] {
  return [
    ...collectState(module, "", true, (own) => own.parameters).map(([, parameter]) => parameter),
    ...collectState(module, "", true, (own) => own.buffers).map(([, buffer]) => buffer),
  ];
}

/** Whether a tensor already is on the backend or of the type. Integers and bools keep their type. */
function stays(tensor: Tensor, target: MoveTarget): boolean {
  return typeof target === "string" ? tensor.dtype === target || !isFloating(tensor.dtype) : tensor.backend === target;
}

function assertTarget(operation: string, target: MoveTarget): void {
  if (typeof target === "string") {
    if (isDType(target) && isFloating(target)) return;
    throw new DTypeError(operation, `a module cannot become ${describeValue(target)}`, [describeValue(target)], {
      rule: "parameters have a floating type",
    });
  }
  if (typeof target === "object" && target !== null && typeof target.allocate === "function") return;
  throw new ArgumentError(operation, `cannot move to ${describeValue(target)}`, {
    rule: 'a module moves to a backend, or to a floating type such as "float32"',
  });
}

/** Replaces the memory of all tensors. Everything that can fail was done before. */
function commit(moves: readonly Move[]): void {
  for (const { tensor, moved, gradient } of moves) {
    const before = tensor.storage;
    markEscaped(moved).storage.hold();
    replacePlacement(tensor, moved);
    before.unhold();
    if (gradient !== undefined) tensor.grad = gradient;
  }
}

/** Moves or converts the state of a module and of everything inside it; on an error nothing has changed. */
export function move(module: ModuleNode, target: MoveTarget): void {
  assertTarget(`${module.constructor.name}.to`, target);
  noGrad(() =>
    owned(() => {
      const moves: Move[] = [];
      for (const tensor of stateOf(module)) {
        if (stays(tensor, target)) continue;
        const gradient = peekGradient(tensor);
        moves.push({ tensor, moved: to(tensor, target), gradient: gradient && to(gradient, target) });
      }
      commit(moves);
    }),
  );
}

/** {@link move} that waits, for backends that cannot be read synchronously. */
export async function moveAsync(module: ModuleNode, target: MoveTarget): Promise<void> {
  assertTarget(`${module.constructor.name}.toAsync`, target);
  await ownedAsync(async (step) => {
    const arrive = async (tensor: Tensor): Promise<Tensor> => {
      const arrived = await toAsync(tensor.detach(), target);
      if (arrived.storage !== tensor.storage) step(() => adopt(arrived));
      return arrived;
    };
    const moves: Move[] = [];
    for (const tensor of stateOf(module)) {
      if (stays(tensor, target)) continue;
      const gradient = peekGradient(tensor);
      moves.push({ tensor, moved: await arrive(tensor), gradient: gradient && (await arrive(gradient)) });
    }
    commit(moves);
  });
}
