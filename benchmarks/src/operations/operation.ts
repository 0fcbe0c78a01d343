/** Makes variants of one eager operation on tensors, with all peers that have the operation. */
import type { Backend } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor";
import type { NDArray } from "numpy-ts";
import { type MissingPeer, onThreads, type Peer, type Variant } from "../harness/benchmark.js";
import { type Jax, type JaxArray, jax } from "../peers/jax.js";
import { peerOf } from "../peers/load.js";
import { plainJavaScript, wasm } from "../peers/lucid.js";
import { type Numpy, numpy } from "../peers/numpy.js";
import { type Input, pytorch } from "../peers/pytorch.js";
import { type Tfjs, type TfTensor, tfjs } from "../peers/tfjs.js";
import { memoryOf, tensorOn } from "../tensors.js";

/** How each peer computes an operation. */
export interface Operation {
  readonly label: string;
  /** The name of the operation in `peer.py`. */
  readonly pytorch: string;
  lucid(...inputs: readonly Tensor[]): Tensor;
  jax(library: Jax, ...inputs: readonly JaxArray[]): JaxArray;
  tfjs(tf: Tfjs, ...inputs: readonly TfTensor[]): TfTensor;
  /** Undefined if numpy-ts has no such operation. A single number is returned as a number. */
  numpy?(np: Numpy, ...inputs: readonly NDArray[]): NDArray | number;
}

/** The options of a variant of an operation. */
export interface OperationVariant extends Omit<Variant, "peers"> {
  readonly inputs: readonly Input[];
  /** The numbers of threads on which peers run if they can. Default: 1 only. */
  readonly threads?: readonly number[];
  /** Also measures Lucid in a loop that leaves its results to the garbage collector. */
  readonly plainLoop?: boolean;
  /** Also measures Lucid's cpu backend. */
  readonly cheap?: boolean;
  /** Further peers. */
  readonly beside?: readonly (Peer | MissingPeer)[];
}

/** Makes a variant. Its first peer is Lucid's wasm backend on one thread, which frees each result as `using` does. */
export async function operationVariant(operation: Operation, options: OperationVariant): Promise<Variant> {
  const { inputs, threads = [1], plainLoop = false, cheap = false, beside = [], ...variant } = options;
  const peers: (Peer | MissingPeer)[] = [];
  for (const count of threads) {
    peers.push(
      await peerOf({ name: "lucid", ...onThreads(count) }, wasm(count), (backend) =>
        lucidRuns(operation, backend, inputs, true),
      ),
    );
  }
  if (plainLoop) {
    peers.push(
      await peerOf({ name: "lucid", how: "plain loop" }, wasm(1), (backend) =>
        lucidRuns(operation, backend, inputs, false),
      ),
    );
  }
  if (cheap)
    peers.push(await peerOf({ name: "lucid cpu" }, plainJavaScript, (cpu) => lucidRuns(operation, cpu, inputs, true)));
  peers.push(...beside, await jaxPeer(operation, inputs), await tfjsPeer(operation, inputs));
  peers.push(await numpyPeer(operation, inputs));
  for (const count of threads) {
    peers.push(
      await peerOf({ name: "PyTorch", ...onThreads(count) }, pytorch(count), (make) => make(operation.pytorch, inputs)),
    );
  }
  return { ...variant, peers };
}

type Runs = Omit<Peer, "name">;

/** Makes the part of a peer that runs an operation in Lucid. */
export function lucidRuns(
  { lucid }: Pick<Operation, "lucid">,
  backend: Backend,
  inputs: readonly Input[],
  disposes: boolean,
): Runs {
  const tensors = inputs.map(({ values, shape }) => tensorOn(backend, values, shape));
  let output: Tensor | undefined;
  return {
    run: () => {
      if (disposes) output?.dispose();
      output = lucid(...tensors);
    },
    result: () => output?.dataSync() ?? [],
    memory: memoryOf(backend),
    close: () => {
      for (const tensor of [...tensors, output]) tensor?.dispose();
    },
  };
}

function jaxPeer(operation: Operation, inputs: readonly Input[]): Promise<Peer | MissingPeer> {
  return peerOf({ name: "jax-js" }, jax, (library) => {
    const compute = library.jit((...inputs: JaxArray[]) => operation.jax(library, ...inputs));
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
  });
}

function tfjsPeer(operation: Operation, inputs: readonly Input[]): Promise<Peer | MissingPeer> {
  return peerOf({ name: "tfjs" }, tfjs, (tf) => {
    const tensors = inputs.map(({ values, shape }) => tf.tensor(values, [...shape]));
    const run = () => tf.tidy(() => operation.tfjs(tf, ...tensors));
    let output = run();
    return {
      run: () => {
        output.dispose();
        output = run();
      },
      result: () => output.dataSync(),
      close: () => tf.dispose([...tensors, output]),
    };
  });
}

async function numpyPeer({ label, numpy: compute }: Operation, inputs: readonly Input[]): Promise<Peer | MissingPeer> {
  if (compute === undefined) return { name: "numpy-ts", missing: `it has no ${label}` };
  return peerOf({ name: "numpy-ts" }, numpy, (np) => {
    const arrays = inputs.map(({ values, shape }) => np.array(values, "float32").reshape(...shape) as NDArray);
    let output: NDArray | number = 0;
    const free = () => {
      if (typeof output !== "number") output.dispose();
    };
    return {
      run: () => {
        free();
        output = compute(np, ...arrays);
      },
      result: () => (typeof output === "number" ? [output] : (output.data as Float32Array)),
      close: () => {
        free();
        for (const array of arrays) array.dispose();
      },
    };
  });
}
