/** A device that finds an index out of range later than the call was made. */
import "@lucid/autograd";
import {
  type Backend,
  DeviceLostError,
  extendBackend,
  type FusedOperation,
  IndexOutOfRangeError,
  kernelFor,
  kernelTable,
} from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { functional, Linear } from "@lucid/nn";
import { SGD } from "@lucid/optim";
import { type Tensor, tensor } from "@lucid/tensor";
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { describe, expect, it } from "vitest";
import { deferringBackend } from "./deferring-backend.js";

const text = "[crossEntropy] index 7 is out of range for size 2";

describe.each([false, true])("deferred failures, with readSync: %s", (lazy) => {
  it("are tied to what was computed from the call, and to nothing else", async () => {
    const { backend } = deferringBackend(lazy);
    const x = tensor([1, 2, 3], { backend });
    const picked = x.indexSelect(0, tensor([0, 7], { backend, dtype: "int32" }).add(0));
    const sum = picked.mul(2).sum();
    expect(await x.array()).toEqual([1, 2, 3]);
    for (let round = 0; round < 2; round++) {
      await expect(sum.array()).rejects.toThrow("[indexSelect] index 7 is out of range for size 3");
      expect(() => picked.select(0, 0)).toThrow(IndexOutOfRangeError);
    }
    // What is overwritten entirely is whole again.
    expect(await picked.fill_(5).array()).toEqual([5, 5]);
  });

  it("leave gradients and weights unchanged", async () => {
    const { backend } = deferringBackend(lazy);
    const layer = new Linear(2, 2, { backend });
    const before = await layer.weight.array();
    const optimizer = new SGD(layer.parameters(), { lr: 0.5 });
    const labels = tensor([0, 6], { backend, dtype: "int32" }).add(tensor([0, 1], { backend, dtype: "int32" }));
    const input = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { backend },
    );
    await expect(functional.crossEntropy(layer(input), labels).backwardAsync()).rejects.toThrow(text);
    expect(layer.weight.grad).toBeNull();
    optimizer.step();
    expect(await layer.weight.array()).toEqual(before);
  });
});

it("of a lost device reject or throw one class of error, and change no gradient", async () => {
  const { backend, lose } = deferringBackend();
  const w = tensor([1, 2], { backend, requiresGrad: true });
  const loss = w.square().sum();
  const pending = w.data();
  lose();
  await expect(pending).rejects.toThrow(DeviceLostError);
  await expect(w.data()).rejects.toThrow("the device of deferring was lost");
  expect(() => w.add(1)).toThrow(DeviceLostError);
  await expect(loss.backwardAsync()).rejects.toThrow(DeviceLostError);
  await expect(backend.synchronize!()).rejects.toThrow(DeviceLostError);
  expect(w.grad).toBeNull();
  w.dispose();
});

/** A fused operation that picks elements. */
const pickOperation: FusedOperation = {
  name: "pick",
  infer: ([x, index]) => [{ shape: index!.shape, dtype: x!.dtype }],
};

const pickDefinition: FusedDefinition = {
  operation: pickOperation,
  compose: ([x, index]) => [x!.gather(0, index!)],
};

/** Calls the kernel of a backend for {@link pickOperation}, with an index that is out of range. */
function pickWrongly(base: Backend): { readonly x: Tensor; readonly picked: Tensor } {
  const kernel = kernelFor(pickOperation, {
    run: ({ inputs: [x, index], outputs: [output] }) => base.gather(x!, index!, 0, output!),
  });
  const backend = extendBackend(base, { fused: kernelTable(kernel) });
  const x = tensor([1, 2, 3], { backend });
  const index = tensor([0, 7], { backend, dtype: "int32" });
  return { x, picked: callFused(pickDefinition, [x, index], {})[0]! };
}

describe("a fused kernel that finds an index out of range", () => {
  it.each([false, true])("later is treated as a primitive, with readSync: %s", async (lazy) => {
    const { x, picked } = pickWrongly(deferringBackend(lazy).backend);
    const sum = picked.mul(2).sum();
    expect(await x.array()).toEqual([1, 2, 3]);
    await expect(sum.array()).rejects.toThrow("[pick] index 7 is out of range for size 3");
    expect(() => picked.add(1)).toThrow(IndexOutOfRangeError);
    expect(await picked.fill_(5).array()).toEqual([5, 5]);
  });

  it("at once throws an error with the name of the operation", () => {
    expect(() => pickWrongly(createCpuBackend())).toThrow("[pick] index 7 is out of range for size 3");
  });
});

describe("a step after a synchronous backward pass of which the device reports a failure later", () => {
  /** Trains a layer with labels that are out of range, and a parameter that does not depend on them. */
  async function trained() {
    const { backend } = deferringBackend();
    const layer = new Linear(1, 2, { backend });
    const other = tensor([3], { backend, requiresGrad: true });
    const optimizer = new SGD([...layer.parameters(), other], { lr: 0.5, momentum: 0.5 });
    const saved = Object.fromEntries(Object.entries(layer.stateDict()).map(([name, value]) => [name, value.clone()]));
    const savedOptimizer = optimizer.stateDict();
    const before = (await layer.weight.array()) as number[][];
    const labels = tensor([0, 6], { backend, dtype: "int32" }).add(tensor([0, 1], { backend, dtype: "int32" }));
    const loss = functional.crossEntropy(layer(tensor([[1], [2]], { backend })), labels);
    // Nothing is known about the labels as long as nobody waits.
    loss.backward();
    other.square().sum().backward();
    optimizer.step();
    return { backend, layer, other, optimizer, saved, savedOptimizer, before };
  }

  it("leaves the parameters that depend on it without values, and no others", async () => {
    const { backend, layer, other, optimizer } = await trained();
    for (const parameter of layer.parameters()) {
      await expect(parameter.array()).rejects.toThrow(text);
      await expect(parameter.grad!.array()).rejects.toThrow(text);
    }
    // 3 − 0.5 · 6
    expect(await other.array()).toEqual([0]);
    // The next step throws before it changes anything.
    expect(() => optimizer.step()).toThrow(text);
    expect(await other.array()).toEqual([0]);
    expect(() => layer(tensor([[1]], { backend }))).toThrow(text);
  });

  it("is undone by loading the states that were saved before", async () => {
    const { backend, layer, other, optimizer, saved, savedOptimizer, before } = await trained();
    await expect(layer.weight.array()).rejects.toThrow(text);
    layer.loadStateDict(saved);
    optimizer.loadStateDict(savedOptimizer);
    expect(await layer.weight.array()).toEqual(before);
    optimizer.zeroGrad();
    layer.weight.grad = tensor([[2], [4]], { backend });
    optimizer.step();
    const [a, b] = before.flat();
    // θ − 0.5 · g
    expect(await layer.weight.array()).toEqual([[expect.closeTo(a! - 1, 6)], [expect.closeTo(b! - 2, 6)]]);
    expect(await other.array()).toEqual([0]);
  });

  it("is also undone asynchronously", async () => {
    const { layer, saved, before } = await trained();
    await layer.loadStateDictAsync(saved);
    expect(await layer.weight.array()).toEqual(before);
  });
});

it("loadStateDictAsync changes nothing if the device reports later that a value has none", async () => {
  const { backend } = deferringBackend();
  const layer = new Linear(1, 2, { backend, bias: false });
  const before = await layer.weight.array();
  const { version } = layer.weight.storage;
  const rows = tensor([[1], [2]], { backend });
  const picked = rows.indexSelect(0, tensor([0, 5], { backend, dtype: "int32" }).add(0));
  await expect(layer.loadStateDictAsync({ weight: picked })).rejects.toThrow("[indexSelect] index 5");
  expect(await layer.weight.array()).toEqual(before);
  expect(layer.weight.storage.version).toBe(version);
});
