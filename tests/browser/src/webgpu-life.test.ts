/** The WebGPU backend in Node over a software driver: memory in long loops, and everything that goes wrong late. */
import { type Backend, BackendError, DeviceLostError, IndexOutOfRangeError, OutOfMemoryError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWebGpuBackend, type GpuDevice } from "@lucid/backend-webgpu";
import { nn, optim, useBestBackend } from "@lucid/lucid";
import { full, gather, manualSeed, randn, setDefaultBackend, type Tensor, tensor } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { createSoftwareBackend, requestSoftwareDevice } from "./software-webgpu.js";

/** Trains a small network, awaiting every loss. `observe` is called after each step. */
async function train(backend: Backend, steps: number, observe: (step: number) => void): Promise<readonly number[]> {
  setDefaultBackend(backend);
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const criterion = new nn.HuberLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const [x, y] = [randn(16, 4), randn(16, 2)];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = criterion(model(x), y);
    loss.backward();
    optimizer.step();
    losses.push(await loss.itemAsync());
    observe(step);
  }
  return losses;
}

describe("training", () => {
  it("gives the losses of the cpu backend", async () => {
    const expected = await train(createCpuBackend(), 30, () => {});
    const losses = await train(await createSoftwareBackend(), 30, () => {});
    for (const [i, loss] of losses.entries()) expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-5 * expected[i]!);
  });

  it("keeps memory flat for 10,000 steps with one await each, and sends each step at once", async () => {
    const backend = await createSoftwareBackend();
    let most = 0;
    await train(backend, 10_000, () => {
      most = Math.max(most, backend.memory!().bytes);
    });
    // A step makes about 5 KB of tensors, so all steps together make 50 MB.
    expect(most).toBeLessThan(4_000_000);
    const { dispatches, submits } = backend.statistics;
    expect(dispatches / 10_000).toBeLessThan(60);
    expect(submits / 10_000).toBeLessThan(1.1);
  });
});

describe("a synchronous loop", () => {
  it("that makes tensors and never awaits keeps memory flat", { timeout: 600_000 }, async () => {
    // A device with the default limits: 128 MiB of storage.
    const backend = await createWebGpuBackend({ device: await requestSoftwareDevice() });
    let small = tensor([0], { backend });
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      small = small.add(1);
      if (i % 100 === 0) most = Math.max(most, backend.memory!().bytes);
    }
    expect(await small.itemAsync()).toBe(100_000);
    expect(most).toBeLessThan(2_000_000);
    // 300 tensors of 4 MB would take 1.2 GB.
    let large = full([1 << 20], 0, { backend });
    for (let i = 0; i < 300; i++) large = large.add(1);
    expect(await large.narrow(0, 12345, 1).itemAsync()).toBe(300);
  });
});

describe("reading", () => {
  it("one value is one submission and one map", async () => {
    const backend = await createSoftwareBackend();
    const x = tensor([1, 2, 3], { backend });
    await x.data();
    const before = backend.statistics;
    expect(await x.mul(2).sum().itemAsync()).toBe(12);
    const after = backend.statistics;
    expect([after.submits - before.submits, after.maps - before.maps]).toEqual([1, 1]);
  });

  it("several tensors that are read together are one submission and one map, each as it was when it was asked for", async () => {
    const backend = await createSoftwareBackend();
    const tensors = [1, 2, 3, 4, 5].map((value) => full([7], value, { backend }));
    const large = full([200_000], 6, { backend });
    const before = backend.statistics;
    const reads = tensors.map((x) => x.data());
    const transposed = full([3, 2], 7, { backend }).t().array();
    const first = tensors[0]!.add_(100).data();
    expect((await Promise.all(reads)).map((values) => values[3])).toEqual([1, 2, 3, 4, 5]);
    expect((await first)[3]).toBe(101);
    expect(await transposed).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
    const after = backend.statistics;
    expect([after.submits - before.submits, after.maps - before.maps]).toEqual([1, 1]);
    // What is larger than the buffer that is kept for reads has a buffer of its own.
    const [long, short] = await Promise.all([large.data(), tensors[1]!.data()]);
    expect([long[199_999], short[0]]).toEqual([6, 2]);
    expect(backend.statistics.submits - after.submits).toBe(1);
  });

  it("a loop that looks at the loss in every tenth step waits in no other", async () => {
    const backend = await createSoftwareBackend();
    setDefaultBackend(backend);
    const model = new nn.Linear(4, 2);
    const optimizer = new optim.Adam(model.parameters());
    const [x, y] = [randn(8, 4), randn(8, 2)];
    const before = backend.statistics.maps;
    for (let step = 1; step <= 100; step++) {
      optimizer.zeroGrad();
      const loss = new nn.HuberLoss()(model(x), y);
      loss.backward();
      optimizer.step();
      if (step % 10 === 0) await loss.itemAsync();
    }
    expect(backend.statistics.maps - before).toBe(10);
  });

  it("synchronize waits until the device has done everything, and finds what went wrong", async () => {
    const backend = await createSoftwareBackend();
    const wrong = gather(tensor([1, 2, 3], { backend }), 0, tensor([3], { dtype: "int32", backend }));
    await backend.synchronize();
    expect(() => wrong.add(1)).toThrow("index 3 is out of range for size 3");
  });
});

describe("what goes wrong late", () => {
  it("an index out of range belongs to what was computed from it", async () => {
    const backend = await createSoftwareBackend();
    const x = tensor([1, 2, 3], { backend });
    const good = x.mul(2);
    const wrong = gather(x, 0, tensor([0, 7], { dtype: "int32", backend })).add(1);
    await expect(wrong.data()).rejects.toThrow(IndexOutOfRangeError);
    await expect(wrong.data()).rejects.toThrow("index 7 is out of range for size 3");
    expect([...(await good.data())]).toEqual([2, 4, 6]);
  });

  it("a lost device: pending reads reject, and so does everything later", async () => {
    const device = await requestSoftwareDevice();
    const backend = await createWebGpuBackend({ device });
    const x = tensor([1, 2, 3], { backend });
    const pending = x.mul(2).data();
    device.destroy();
    await expect(pending).rejects.toThrow(DeviceLostError);
    await expect(x.data()).rejects.toThrow(DeviceLostError);
    expect(() => x.mul(3)).toThrow(DeviceLostError);
  });

  it("an error that the device reports ends the backend with a clear message", async () => {
    const device = await requestSoftwareDevice();
    const backend = await createWebGpuBackend({ device });
    const x = tensor([1, 2, 3], { backend });
    device.createShaderModule({ code: "this is no WGSL" });
    await expect(x.data()).rejects.toThrow(BackendError);
    expect(() => x.mul(3)).toThrow(/\[\w+\] the device reported an error: .*WGSL/s);
  });

  it("memory that runs out leaves tensors as they were", async () => {
    // A device with the default limits: 128 MiB of storage.
    const backend = await createWebGpuBackend({ device: await requestSoftwareDevice() });
    const kept: Tensor[] = [];
    const fill = (): void => {
      for (let i = 0; i < 20; i++) kept.push(full([1 << 21], i, { backend }));
    };
    expect(fill).toThrow(OutOfMemoryError);
    expect(fill).toThrow("dispose()");
    expect(kept.length).toBeGreaterThan(10);
    for (const [i, x] of kept.entries()) {
      if (i < 15) expect(await x.narrow(0, 1000, 1).itemAsync()).toBe(i);
    }
    for (const x of kept) x.dispose();
    expect(
      await full([1 << 21], 5, { backend })
        .narrow(0, 7, 1)
        .itemAsync(),
    ).toBe(5);
  });

  it("a closed backend says so", async () => {
    const backend = await createSoftwareBackend();
    const x = tensor([1], { backend });
    backend.close();
    backend.close();
    expect(() => x.add(1)).toThrow("closed");
  });

  it("options are checked", async () => {
    await expect(createWebGpuBackend({ powerPreference: "high" as "low-power" })).rejects.toThrow("high-performance");
    await expect(createWebGpuBackend({ devise: 1 } as { device?: GpuDevice })).rejects.toThrow('"device"');
  });
});

describe("useBestBackend", () => {
  it("takes wasm where WebGPU would compute on the processor, and says so", async () => {
    await createSoftwareBackend();
    const { backend, reason } = await useBestBackend();
    expect(backend.name).toBe("wasm");
    expect(reason).toMatch(/wasm, because WebGPU would compute on the processor \(google swiftshader/);
  });
});
