/** Variants of one operation on tensors, eager, by everyone who has it. */
import type { Tensor } from "@lucid/tensor";
import type { NDArray } from "numpy-ts";
import type { MissingPeer, Peer, Variant } from "./harness.js";
import { type Jax, type JaxArray, jax } from "./peers/jax.js";
import { peerOf } from "./peers/load.js";
import { cpu, evictedBytes, tensorOn, wasm } from "./peers/lucid.js";
import { type Numpy, numpy } from "./peers/numpy.js";
import { type Input, pytorch } from "./peers/pytorch.js";
import { type Tfjs, type TfTensor, tfjs } from "./peers/tfjs.js";

/** How each peer writes an operation of one or two tensors; of one, `b` is `a`. */
export interface Operation {
  readonly label: string;
  /** Its name in `peer.py`. */
  readonly pytorch: string;
  lucid(a: Tensor, b: Tensor): Tensor;
  jax(library: Jax, a: JaxArray, b: JaxArray): JaxArray;
  tfjs(tf: Tfjs, a: TfTensor, b: TfTensor): TfTensor;
  /** Left out where it has no such operation; one number comes as a number. */
  numpy?(np: Numpy, a: NDArray, b: NDArray): NDArray | number;
}

/** Elements up to which the cpu backend takes part. */
const cheap = 1 << 15;

export async function operationVariant(
  operation: Operation,
  label: string,
  inputs: readonly Input[],
  tolerance: number,
): Promise<Variant> {
  const amount = inputs[0].values.length;
  return {
    label: `${operation.label}, ${label}`,
    amount,
    unit: "element",
    tolerance,
    peers: [
      ...lucidPeers(operation, inputs),
      await peerOf("jax-js jit", jax, (library) => {
        const compute = library.jit((...[a, b = a]: JaxArray[]) => operation.jax(library, a, b));
        const arrays = inputs.map(({ values, shape }) => library.numpy.array(values).reshape([...shape]));
        const run = () => compute(...arrays.map((array) => array.ref));
        let output = run();
        return {
          run: async () => {
            output.dispose();
            output = run();
            await output.blockUntilReady();
          },
          result: () => output.ref.dataSync(),
          close: () => {
            for (const array of [...arrays, output]) array.dispose();
          },
        };
      }),
      await peerOf("tfjs wasm", tfjs, (tf) => {
        const [a, b = a] = inputs.map(({ values, shape }) => tf.tensor(values, [...shape]));
        let output = operation.tfjs(tf, a, b);
        return {
          run: () => {
            output.dispose();
            output = operation.tfjs(tf, a, b);
          },
          result: () => output.dataSync(),
          close: () => tf.dispose([a, b, output]),
        };
      }),
      await numpyPeer(operation, inputs),
      await peerOf("PyTorch", pytorch, (make) => make(operation.pytorch, inputs)),
    ],
  };
}

function lucidPeers({ lucid }: Operation, inputs: readonly Input[]): readonly Peer[] {
  const peer = (name: string, backend: typeof wasm, disposes: boolean): Peer => {
    const [a, b = a] = inputs.map(({ values, shape }) => tensorOn(backend, values, shape));
    let output: Tensor | undefined;
    return {
      name,
      run: () => {
        if (disposes) output?.dispose();
        output = lucid(a, b);
      },
      result: () => output?.dataSync() ?? [],
      evictedBytes,
      close: () => {
        for (const tensor of [a, b, output]) tensor?.dispose();
      },
    };
  };
  const peers = [peer("lucid wasm", wasm, true), peer("lucid wasm, no dispose", wasm, false)];
  if (inputs[0].values.length <= cheap) peers.push(peer("lucid cpu", cpu, true));
  return peers;
}

async function numpyPeer({ label, numpy: compute }: Operation, inputs: readonly Input[]): Promise<Peer | MissingPeer> {
  if (compute === undefined) return { name: "numpy-ts", missing: `it has no ${label}` };
  return peerOf("numpy-ts", numpy, (np) => {
    const [a, b = a] = inputs.map(({ values, shape }) => np.array(values, "float32").reshape(...shape) as NDArray);
    let output: NDArray | number = 0;
    const free = () => {
      if (typeof output !== "number") output.dispose();
    };
    return {
      run: () => {
        free();
        output = compute(np, a, b);
      },
      result: () => (typeof output === "number" ? [output] : (output.data as Float32Array)),
      close: () => {
        free();
        a.dispose();
        if (b !== a) b.dispose();
      },
    };
  });
}
