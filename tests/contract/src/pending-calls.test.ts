/** The calls that a device has not answered yet: the framework remembers a bounded number of them. */
import { type Backend, BackendError, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { type Tensor, tensor } from "@lucid/tensor";
import { expect, it } from "vitest";
import { deferringBackend } from "./deferring-backend.js";

const indexOn = (backend: Backend): Tensor => tensor([1, 0], { backend, dtype: "int32" });

/** A backend that cannot be read at once and never has anything to say. */
function silentBackend(): Backend {
  const base = createCpuBackend();
  return extendBackend(base, {
    name: "silent",
    readSync: undefined,
    hostView: undefined,
    gather(...call) {
      base.gather(...call);
      return { failure: () => undefined };
    },
  });
}

it("belong to the tensors that depend on them, and to nothing else", () => {
  const backend = silentBackend();
  const x = tensor([1, 2], { backend });
  const order = indexOn(backend);
  let most = 0;
  for (let i = 0; i < 20_000; i++) most = Math.max(most, x.indexSelect(0, order).storage.pending.length);
  expect(most).toBe(1);
  expect(x.storage.pending.length).toBe(0);
});

it("are bounded: a synchronous loop on a device that never answers ends with an error that says what to do", () => {
  const backend = silentBackend();
  const order = indexOn(backend);
  let x = tensor([1, 2], { backend });
  let calls = 0;
  let error: unknown;
  try {
    for (; calls < 20_000; calls++) x = x.indexSelect(0, order);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(BackendError);
  expect((error as BackendError).message).toMatch(
    /^\[indexSelect\] 4096 calls have no answer from silent yet · .* · await backend\.synchronize\?\.\(\)/,
  );
  expect(calls).toBe(4096);
  expect(x.storage.pending.length).toBe(4096);
  expect(tensor([1, 2], { backend }).indexSelect(0, order).add(1).shape).toEqual([2]);
});

it("are asked for at once if the device can be read synchronously", () => {
  const { backend } = deferringBackend(true);
  const order = indexOn(backend);
  let x = tensor([1, 2], { backend });
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    x = x.indexSelect(0, order);
    most = Math.max(most, x.storage.pending.length);
  }
  expect(most).toBeLessThanOrEqual(257);
  expect(x.arraySync()).toEqual([1, 2]);
});

it("are asked for while a loop waits for something else", async () => {
  const { backend } = deferringBackend();
  const order = indexOn(backend);
  let x = tensor([1, 2], { backend });
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    x = x.indexSelect(0, order);
    most = Math.max(most, x.storage.pending.length);
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  expect(most).toBeLessThanOrEqual(512);
  expect(await x.array()).toEqual([1, 2]);
});

it("are listed once, however the tensors that depend on them are combined", async () => {
  const { backend } = deferringBackend();
  const order = indexOn(backend);
  let a = tensor([1, 2], { backend });
  let b = tensor([3, 4], { backend });
  for (let i = 0; i < 100; i++) {
    const sum = a.indexSelect(0, order).add(b);
    b = b.indexSelect(0, order).sub(a);
    a = sum.mul(0.5);
  }
  expect(a.storage.pending.length).toBeLessThanOrEqual(200);
  expect(new Set(a.storage.pending).size).toBe(a.storage.pending.length);
  await a.array();
  expect(a.add(b).storage.pending.length).toBe(0);
});

it("are asked for after every 256 calls, so that a device can forget them, too", async () => {
  const base = silentBackend();
  let asked = 0;
  const backend = extendBackend(base, {
    async synchronize() {
      asked++;
    },
  });
  const order = indexOn(backend);
  const x = tensor([1, 2], { backend });
  for (let i = 0; i < 1024; i++) {
    x.indexSelect(0, order);
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  expect(asked).toBe(4);
});
