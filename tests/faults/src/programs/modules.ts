/**
 * Modules: forward and backward, loading a state, moving to another backend or element type.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import type { Backend } from "@lucid/backend";
import * as nn from "@lucid/nn";
import type { Tensor } from "@lucid/tensor";
import type { FaultKind } from "../faulty-backend.js";
import type { Trial } from "../trial.js";
import { indices, type Program, values } from "./program.js";

type AnyLayer = nn.Module<readonly [Tensor], Tensor>;

/** Calls with indices, which belong to the program: it disposes them where the call fails. */
function withIndices(values: Parameters<typeof indices>[0], call: (at: Tensor) => Tensor): Tensor {
  const at = indices(values);
  try {
    return call(at);
  } catch (error) {
    at.dispose();
    throw error;
  }
}

/** A layer of two arguments that gets the same tensor twice. */
class Both extends nn.Module {
  constructor(readonly layer: nn.Bilinear) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.layer(x, x);
  }
}

/** A layer whose input has another shape. */
class Shaped extends nn.Module {
  constructor(
    readonly shape: readonly number[],
    readonly layer: (x: Tensor) => Tensor,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.layer(x.reshape(this.shape));
  }
}

/** A recurrent layer, which may return its state beside the output. */
class Recurring extends nn.Module {
  constructor(readonly layer: (x: Tensor) => Tensor | readonly [output: Tensor, last: unknown]) {
    super();
  }

  forward(x: Tensor): Tensor {
    const result = this.layer(x);
    return Array.isArray(result) ? (result[0] as Tensor) : (result as Tensor);
  }
}

/** A layer that attends to its own input. */
class Attending extends nn.Module {
  constructor(readonly layer: nn.MultiheadAttention | nn.TransformerDecoderLayer) {
    super();
  }

  forward(x: Tensor): Tensor {
    const { layer } = this;
    return layer instanceof nn.MultiheadAttention ? layer(x, x, x)[0] : layer(x, x);
  }
}

/** A layer with a loss, for known classes. */
class Labelled extends nn.Module {
  constructor(readonly layer: nn.AdaptiveLogSoftmaxWithLoss) {
    super();
  }

  forward(x: Tensor): Tensor {
    return withIndices([0, 2, 5, 3, 1], (at) => this.layer(x, at).output);
  }
}

/** A layer that looks up rows. Its input is not used. */
class Indexing extends nn.Module {
  constructor(readonly layer: nn.Embedding | nn.EmbeddingBag) {
    super();
  }

  forward(_x: Tensor): Tensor {
    return withIndices([[0, 1, 2, 3, 4]], (at) => this.layer(at));
  }
}

/** Layers with parameters or with random numbers, and how several of them work together. */
const layers: Readonly<Record<string, () => AnyLayer>> = {
  Linear: () => new nn.Linear(3, 4),
  "Linear without bias": () => new nn.Linear(3, 4, { bias: false }),
  Conv1d: () => new Shaped([5, 1, 3], new nn.Conv1d(1, 2, 2, { padding: 1, paddingMode: "circular" })),
  Conv2d: () => new Shaped([1, 1, 5, 3], new nn.Conv2d(1, 2, [2, 3], { padding: "same" })),
  Conv3d: () => new Shaped([1, 3, 1, 5, 1], new nn.Conv3d(3, 3, [1, 2, 1], { groups: 3, stride: 2 })),
  ConvTranspose1d: () => new Shaped([1, 3, 5], new nn.ConvTranspose1d(3, 2, 2, { stride: 2 })),
  ConvTranspose2d: () => new Shaped([1, 1, 5, 3], new nn.ConvTranspose2d(1, 2, 2, { padding: 1 })),
  ConvTranspose3d: () => new Shaped([1, 3, 1, 5, 1], new nn.ConvTranspose3d(3, 3, [1, 2, 1], { groups: 3 })),
  FractionalMaxPool2d: () => new Shaped([1, 1, 5, 3], new nn.FractionalMaxPool2d(2, { outputSize: [3, 2] })),
  FractionalMaxPool3d: () =>
    new Shaped([1, 1, 5, 3, 1], new nn.FractionalMaxPool3d([2, 2, 1], { outputSize: [3, 2, 1] })),
  LayerNorm: () => new nn.LayerNorm(3),
  RMSNorm: () => new nn.RMSNorm(3),
  GroupNorm: () => new Shaped([1, 3, 5], new nn.GroupNorm(3, 3)),
  BatchNorm1d: () => new nn.BatchNorm1d(3),
  "BatchNorm1d without momentum": () => new nn.BatchNorm1d(3, { momentum: null }),
  BatchNorm2d: () => new Shaped([5, 3, 1, 1], new nn.BatchNorm2d(3)),
  BatchNorm3d: () => new Shaped([5, 3, 1, 1, 1], new nn.BatchNorm3d(3)),
  InstanceNorm1d: () => new Shaped([1, 5, 3], new nn.InstanceNorm1d(5, { affine: true, trackRunningStats: true })),
  InstanceNorm2d: () => new Shaped([1, 5, 1, 3], new nn.InstanceNorm2d(5, { affine: true })),
  InstanceNorm3d: () => new Shaped([1, 5, 1, 1, 3], new nn.InstanceNorm3d(5, { affine: true })),
  PReLU: () => new nn.PReLU(3),
  RReLU: () => new nn.RReLU(),
  Bilinear: () => new Both(new nn.Bilinear(3, 3, 2)),
  AdaptiveLogSoftmaxWithLoss: () => new Labelled(new nn.AdaptiveLogSoftmaxWithLoss(3, 6, [2, 4], { divValue: 1 })),
  Embedding: () => new Indexing(new nn.Embedding(5, 3, { paddingIdx: 1 })),
  EmbeddingBag: () => new Indexing(new nn.EmbeddingBag(5, 3)),
  RNN: () => new Recurring(new nn.RNN(3, 2, { numLayers: 2, bidirectional: true })),
  LSTM: () => new Recurring(new nn.LSTM(3, 2, { projSize: 1 })),
  GRU: () => new Recurring(new nn.GRU(3, 2)),
  RNNCell: () => new Recurring(new nn.RNNCell(3, 2)),
  LSTMCell: () => new Recurring(new nn.LSTMCell(3, 2)),
  GRUCell: () => new Recurring(new nn.GRUCell(3, 2)),
  MultiheadAttention: () => new Attending(new nn.MultiheadAttention(3, 1, { addBiasKv: true, addZeroAttn: true })),
  TransformerEncoderLayer: () => new Recurring(new nn.TransformerEncoderLayer(3, 1, { dimFeedforward: 2 })),
  TransformerDecoderLayer: () => new Attending(new nn.TransformerDecoderLayer(3, 1, { dimFeedforward: 2 })),
  Dropout: () => new nn.Dropout(0.5),
  AlphaDropout: () => new nn.AlphaDropout(0.5),
  FeatureAlphaDropout: () => new nn.FeatureAlphaDropout(0.5),
  Sequential: () => perceptron(),
};

/** The names of the layers above. */
export const layersUnderFaults: readonly string[] = Object.keys(layers).map((name) => name.split(" ")[0]!);

function perceptron(): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.LayerNorm(4),
    new nn.ReLU(),
    new nn.Dropout(0.5),
    new nn.Linear(4, 2),
  );
}

/** Gives parameters known values, which differ from those that a state brings. */
function initialize<M extends nn.AnyModule>(module: M): M {
  noGrad(() => {
    for (const [i, parameter] of module.parameters().entries()) parameter.copy_(values(parameter.shape, i));
  });
  return module;
}

function train(module: AnyLayer): void {
  module.zeroGrad();
  module(values([5, 3]))
    .square()
    .sum()
    .backward();
}

function layerPrograms(name: string, make: () => AnyLayer): readonly Program[] {
  const made = () => {
    const layer = initialize(make());
    const x = values([5, 3]).requiresGrad_();
    return { layer, x, parameters: layer.parameters() };
  };
  return [
    {
      name: `forward of ${name}`,
      prepare: () => {
        const { layer, x, parameters } = made();
        return { tensors: [x, ...parameters], work: () => layer(x) };
      },
    },
    {
      name: `forward of ${name} without recording`,
      prepare: () => {
        const { layer, x, parameters } = made();
        return { tensors: [x, ...parameters], work: () => noGrad(() => layer(x)) };
      },
    },
    {
      name: `backward of ${name}`,
      prepare: () => {
        const { layer, x, parameters } = made();
        if (parameters.length > 0) train(layer);
        const y = layer(x);
        const loss = y.square().sum();
        return {
          tensors: [x, y, loss, ...parameters],
          work: () => loss.backward(),
          outcome: () => [x.grad, ...parameters.map((parameter) => parameter.grad)],
        };
      },
    },
  ];
}

/** A trained model, and work on it that changes its state. */
function stateTrial(
  work: (model: nn.Sequential) => unknown,
  prepare: (model: nn.Sequential) => void = () => {},
): Trial {
  const model = initialize(perceptron());
  train(model);
  prepare(model);
  const parameters = model.parameters();
  return {
    tensors: parameters,
    work: () => work(model),
    outcome: () => parameters.map((parameter) => [parameter.detach().to(parameter.dtype), parameter.grad]),
    state: () => parameters.map(({ backend, grad }) => [backend.name, grad?.backend.name]),
    interruptible: true,
  };
}

/** The state of a model with other values. */
function otherState(): nn.StateDict {
  const source = initialize(perceptron());
  noGrad(() => {
    for (const parameter of source.parameters()) parameter.mul_(2);
  });
  return source.stateDict();
}

/** A model of two equal layers whose state is exchanged between them: the values share the targets' memory. */
function exchangeTrial(work: (model: nn.ModuleList<nn.Linear>, state: nn.StateDict) => unknown): Trial {
  const model = initialize(new nn.ModuleList([new nn.Linear(3, 4), new nn.Linear(3, 4)]));
  const own = model.stateDict();
  const exchanged = {
    "0.weight": own["1.weight"]!,
    "0.bias": own["1.bias"]!,
    "1.weight": own["0.weight"]!,
    "1.bias": own["0.bias"]!,
  };
  const parameters = model.parameters();
  return {
    tensors: parameters,
    work: () => work(model, exchanged),
    outcome: () => parameters,
  };
}

/** Where a load reads what it writes, a device that is lost half-way takes the values with it. */
const PASSING: readonly FaultKind[] = ["memory", "kernel"];

/** The programs; `other` is a backend without faults. */
export function modulePrograms(other: Backend): readonly Program[] {
  const away = (state: nn.StateDict): nn.StateDict =>
    Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value.to(other)]));
  const states: Readonly<Record<string, () => Trial>> = {
    loadStateDict: () => {
      const state = otherState();
      return stateTrial((model) => model.loadStateDict(state));
    },
    "loadStateDict from another backend": () => {
      const state = away(otherState());
      return stateTrial((model) => model.loadStateDict(state));
    },
    loadStateDictAsync: () => {
      const state = otherState();
      return stateTrial((model) => model.loadStateDictAsync(state));
    },
    "loadStateDictAsync from another backend": () => {
      const state = away(otherState());
      return stateTrial((model) => model.loadStateDictAsync(state));
    },
    "to another element type": () => stateTrial((model) => model.to("float64")),
    "to another backend": () => stateTrial((model) => model.to(other)),
    "toAsync another backend": () => stateTrial((model) => model.toAsync(other)),
  };
  const exchanges: Readonly<Record<string, () => Trial>> = {
    "loadStateDict of a module's own state": () => exchangeTrial((model, state) => model.loadStateDict(state)),
    "loadStateDictAsync of a module's own state": () =>
      exchangeTrial((model, state) => model.loadStateDictAsync(state)),
  };
  return [
    ...Object.entries(layers).flatMap(([name, make]) => layerPrograms(name, make)),
    ...Object.entries(states).map(([name, prepare]) => ({ name: `module: ${name}`, prepare })),
    ...Object.entries(exchanges).map(([name, prepare]) => ({ name: `module: ${name}`, prepare, kinds: PASSING })),
  ];
}
