/** Trains with `@lucid/lucid` alone, on its default backend. */
import { getDefaultBackend, manualSeed, nn, optim, randn, Tensor } from "@lucid/lucid";
import telephone from "../../pytorch/fixtures/telephone.json" with { type: "json" };
import { runProgram } from "./program.js";

/** The result of the program. */
export interface DefaultBackendResult {
  readonly backend: string;
  readonly threads: number | undefined;
  readonly notes: readonly string[];
  /** One step on four numbers. */
  readonly step: { readonly loss: unknown; readonly gradient: unknown; readonly moved: unknown };
  /** A line fitted to the telephone data. */
  readonly line: { readonly slope: unknown; readonly intercept: unknown; readonly loss: unknown };
  /** The loss of a network before and after training. */
  readonly network: { readonly first: number; readonly last: number };
}

function step(): DefaultBackendResult["step"] {
  const input = new Tensor([[1.5, 2, 3.5, 4]], { requiresGrad: true });
  const target = new Tensor([[1, 2.5, 3, 5]]);
  const optimizer = new optim.SGD([input], { lr: 1 });
  const loss = new nn.HuberLoss()(input, target);
  loss.backward();
  optimizer.step();
  return { loss: loss.item(), gradient: input.grad!.arraySync(), moved: input.detach().arraySync() };
}

function line(): DefaultBackendResult["line"] {
  const { years, calls, meanYear, huber } = telephone;
  const dtype = "float64";
  const x = new Tensor(
    years.map((year) => [year - meanYear]),
    { dtype },
  );
  const y = new Tensor(
    calls.map((value) => [value]),
    { dtype },
  );
  const model = new nn.Linear(1, 1, { dtype });
  const criterion = new nn.HuberLoss({ delta: huber.delta });
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.02, momentum: 0.9 });
  let loss = criterion(model(x), y);
  for (let i = 0; i < 6000; i++) {
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    loss = criterion(model(x), y);
  }
  return { slope: model.weight.item(), intercept: model.bias!.item(), loss: loss.item() };
}

/**
 * Trains two layers to compute the mean of their input. The layers are large enough for a backend with threads to split
 * the work.
 */
function network(): DefaultBackendResult["network"] {
  manualSeed(1);
  const x = randn([256, 64]);
  const y = x.mean(1, true);
  const model = new nn.Sequential(new nn.Linear(64, 128), new nn.ReLU(), new nn.Linear(128, 1));
  const criterion = new nn.HuberLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const losses: number[] = [];
  for (let i = 0; i < 40; i++) {
    optimizer.zeroGrad();
    const loss = criterion(model(x), y);
    loss.backward();
    optimizer.step();
    losses.push(Number(loss.item()));
  }
  return { first: losses[0]!, last: losses[losses.length - 1]! };
}

void runProgram(import.meta.url, (): DefaultBackendResult => {
  const results = { step: step(), line: line(), network: network() };
  const { name, capabilities } = getDefaultBackend();
  return { backend: name, threads: capabilities.threads, notes: capabilities.notes ?? [], ...results };
});
