// An editor goes from these names to their sources.
import { huberLoss } from "@lucid/nn/functional";
import { Linear } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import { softmax } from "@lucid/tensor";
export const used = [huberLoss, Linear, Adam, softmax];
