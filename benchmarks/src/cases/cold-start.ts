/**
 * The time from the start of a process to the first gradient, d/dx Σx² at [1, 2, 3]. Each run starts a new process, so
 * nothing is loaded or compiled yet.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BenchmarkCase, MissingPeer, Peer, PeerName } from "../harness/benchmark.js";

const folder = fileURLToPath(new URL("../..", import.meta.url));

const lucid = (backend: string, create: string): string => `
  import "@lucid/autograd";
  import { ${create} } from "@lucid/backend-${backend}";
  import { setDefaultBackend, tensor } from "@lucid/tensor";
  setDefaultBackend(${create}());
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.mul(x).sum().backward();
  console.log(JSON.stringify(x.grad.arraySync()));`;

const everything = `
  import { tensor } from "@lucid/lucid";
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.mul(x).sum().backward();
  console.log(JSON.stringify(x.grad.arraySync()));`;

const jax = `
  import { defaultDevice, grad, init, numpy as np } from "@jax-js/jax";
  await init("wasm");
  defaultDevice("wasm");
  console.log(JSON.stringify(grad((x) => np.sum(np.square(x)))(np.array([1, 2, 3])).js()));
  process.exit(0);`;

const torch = `
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
(x * x).sum().backward()
print(x.grad.tolist())`;

const node = (program: string): readonly string[] => [process.execPath, "--input-type=module", "-e", program];

function peer(named: PeerName, [command, ...parameters]: readonly string[]): Peer {
  let output = "";
  return {
    ...named,
    run: () => {
      const { error, status, stdout, stderr } = spawnSync(command, parameters, { cwd: folder, encoding: "utf8" });
      if (error !== undefined) throw error;
      if (status !== 0) throw new Error(/^\w*Error.*$/m.exec(stderr)?.[0] ?? `it ended with code ${status}`);
      output = stdout;
    },
    result: () => JSON.parse(output),
  };
}

const peers: readonly (Peer | MissingPeer)[] = [
  peer({ name: "lucid" }, node(lucid("wasm", "createWasmBackend"))),
  peer({ name: "lucid", how: "all of it" }, node(everything)),
  peer({ name: "lucid cpu" }, node(lucid("cpu", "createCpuBackend"))),
  // The share of this time that every peer except Python needs to start Node itself.
  peer({ name: "Node alone" }, node("console.log(JSON.stringify([1, 2, 3].map((x) => 2 * x)));")),
  peer({ name: "jax-js" }, node(jax)),
  { name: "tfjs", missing: "Node loads its core package's gradients only through a bundler" },
  { name: "numpy-ts", missing: "it has no gradients" },
  peer({ name: "PyTorch" }, ["/usr/bin/python3", "-c", torch]),
];

export const coldStart: BenchmarkCase = {
  name: "cold-start",
  about: "a process from its start to the first gradient and its end",
  async *variants() {
    const bars = [{ milliseconds: 40, over: "Node alone" }];
    yield { label: "first gradient", amount: 1, unit: "process", tolerance: 1e-6, bars, peers };
  },
};
