/**
 * Registration of hooks.
 *
 * @module
 */
import type { RemoveHook } from "@lucid/tensor/functions";
import { assertFunction } from "../internal/checks.js";
import { callStateOf } from "./call-state.js";
import type { Hooks } from "./hook-types.js";

const NO_HOOKS: Hooks = { pre: [], forward: [], backward: [] };

/**
 * Adds a hook to a module, and returns a function that removes it.
 *
 * @throws ArgumentError unless the hook is a function.
 */
export function addHook<K extends keyof Hooks>(
  module: object,
  operation: string,
  kind: K,
  hook: Hooks[K][number],
): RemoveHook {
  assertFunction(`${module.constructor.name}.${operation}`, "hook", hook);
  const state = callStateOf(module);
  const change = (list: readonly Hooks[K][number][]): void => {
    const hooks = { ...(state.hooks ?? NO_HOOKS), [kind]: list };
    state.hooks = hooks.pre.length + hooks.forward.length + hooks.backward.length === 0 ? undefined : hooks;
  };
  // Each registration has its own function, so that of a hook that is registered twice, one is removed.
  const entry = ((...args: readonly never[]) => Reflect.apply(hook, undefined, args)) as Hooks[K][number];
  change([...(state.hooks ?? NO_HOOKS)[kind], entry]);
  return () => change((state.hooks ?? NO_HOOKS)[kind].filter((other) => other !== entry));
}
