/**
 * Looking up PyTorch's names in lucid.
 */
import * as autograd from "@lucid/autograd";
import * as fft from "@lucid/fft";
import * as linalg from "@lucid/linalg";
import * as nn from "@lucid/nn";
import * as optim from "@lucid/optim";
import * as tensor from "@lucid/tensor";
import { Tensor } from "@lucid/tensor";
import * as special from "@lucid/tensor/special";
import { camel } from "../opinfo/names.js";
import { type Group, groups, otherNames, otherSignatures } from "./reasons.js";

/** Where the names of a namespace are, in lucid's words, and what there is. */
interface Place {
  readonly title: string;
  readonly entries: readonly object[];
}

/** Lucid's places of PyTorch's namespaces. The first entry that has a name counts. */
export const places: Readonly<Record<string, Place>> = {
  torch: {
    title: "`@lucid/tensor`, `@lucid/autograd`, `@lucid/linalg`",
    entries: [tensor, autograd, linalg, nn.functional],
  },
  "torch.Tensor": { title: "methods of `Tensor`", entries: [Tensor.prototype] },
  "torch.nn": { title: "`@lucid/nn`", entries: [nn] },
  "torch.nn.functional": { title: "`nn.functional`, and `@lucid/tensor`", entries: [nn.functional, tensor] },
  "torch.nn.init": { title: "`nn.init`", entries: [nn.init] },
  "torch.nn.utils": { title: "`nn.utils`", entries: [nn.utils] },
  "torch.nn.utils.parametrize": { title: "`nn.utils.parametrize`", entries: [nn.utils.parametrize] },
  "torch.nn.utils.prune": { title: "`nn.utils.prune`", entries: [nn.utils.prune] },
  "torch.optim": { title: "`@lucid/optim`", entries: [optim] },
  "torch.optim.lr_scheduler": { title: "`optim.lrScheduler`", entries: [optim.lrScheduler] },
  "torch.optim.swa_utils": {
    title: "`optim.swaUtils`, `nn.utils.swaUtils`",
    entries: [optim.swaUtils, nn.utils.swaUtils],
  },
  "torch.autograd": { title: "`@lucid/autograd`", entries: [autograd] },
  "torch.autograd.functional": { title: "`@lucid/autograd`", entries: [autograd] },
  "torch.special": { title: "`@lucid/tensor/special`", entries: [special] },
  "torch.fft": { title: "`@lucid/fft`", entries: [fft] },
  "torch.linalg": { title: "`@lucid/linalg`", entries: [linalg] },
};

/** What became of a name. */
export type Fate =
  | { readonly kind: "same"; readonly name: string; readonly note: string | undefined }
  | { readonly kind: "other"; readonly instead: string }
  | { readonly kind: "left out"; readonly group: Group }
  | { readonly kind: "absent" };

/** Where functions are that are no methods, so that programs without them do not contain them. */
const functionsOnly: readonly (readonly [entry: string, exported: object])[] = [
  ["@lucid/linalg", linalg],
  ["@lucid/fft", fft],
  ["nn.functional", nn.functional],
  ["@lucid/tensor", tensor],
];

function has(entry: object, name: string): boolean {
  return name in entry && !(name in Object.prototype && !Object.hasOwn(entry, name));
}

/** What became of a name of a namespace. */
export function fateOf(namespace: string, name: string): Fate {
  const full = `${namespace}.${name}`;
  const instead = otherNames[full];
  if (instead !== undefined) return { kind: "other", instead };
  const spelled = camel(name);
  if (places[namespace]!.entries.some((entry) => has(entry, spelled))) {
    return { kind: "same", name: spelled, note: otherSignatures[full] };
  }
  if (namespace === "torch.Tensor") {
    const entry = functionsOnly.find(([, exported]) => has(exported, spelled));
    if (entry !== undefined) return { kind: "other", instead: `\`${spelled}(x, …)\` of \`${entry[0]}\`` };
  }
  const group = groups.find(({ names, only }) => names.test(name) && only?.includes(namespace) !== false);
  return group === undefined ? { kind: "absent" } : { kind: "left out", group };
}
