"""Prints trajectories.data.ts, what the optimizers and schedules are compared with, from PyTorch:

    python3 trajectories.py > trajectories.data.ts

(torch 1.13 made the committed file.) The gradients have a closed form of few exact operations, so that both sides start
from equal numbers: for element i of the k-th parameter in step t (from 1),

    g = ((t (i + 3) + 2 k) mod 7 - 3) / 4 + p / 2

and the third parameter has none in every third step.
"""
import json
import warnings

import torch

warnings.simplefilter("ignore")
CHECKPOINTS = [1, 2, 10, 37, 100]
STARTS = [[0.5, -1.25, 2.0], [1.5], [-0.75, 0.25]]

# Name, optimizer, options for all, options of the second group, changes by step: {step: [group, option, value]}.
RUNS = [
    ("SGD", {"lr": 0.1}, {}, {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}, {"lr": 0.03}, {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.25}, {"momentum": 0.5}, {}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}, {"nesterov": False}, {}),
    ("SGD", {"lr": 0.05, "weightDecay": 0.1}, {"weightDecay": 0.3}, {}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "weightDecay": 0.1, "nesterov": True}, {"lr": 0.2}, {}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True}, {"weightDecay": 0.2}, {}),
    ("SGD", {"lr": 0.1}, {}, {20: [0, "lr", 0.01], 30: [1, "momentum", 0.9], 60: [0, "weightDecay", 0.1], 70: [1, "momentum", 0]}),
    ("Adam", {}, {}, {}),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.95]}, {"lr": 0.01, "betas": [0.5, 0.9]}, {}),
    ("Adam", {"lr": 0.05, "eps": 0.01}, {"eps": 0.1}, {}),
    ("Adam", {"lr": 0.05, "weightDecay": 0.2}, {"weightDecay": 0}, {}),
    ("Adam", {"lr": 0.05, "amsgrad": True}, {"amsgrad": False}, {}),
    ("Adam", {"lr": 0.01, "maximize": True, "weightDecay": 0.1, "amsgrad": True}, {"maximize": False}, {}),
    ("Adam", {"lr": 0.05}, {}, {20: [0, "lr", 0.01], 40: [1, "betas", [0.7, 0.9]], 60: [0, "eps", 0.001]}),
    ("AdamW", {}, {}, {}),
    ("AdamW", {"lr": 0.05, "weightDecay": 0.3}, {"weightDecay": 0}, {}),
    ("AdamW", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 0.001}, {"lr": 0.2}, {}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "weightDecay": 0.1}, {"maximize": True, "lr": 0.01}, {}),
]

# Name, options, learning rates of the groups, epochs, epoch after which group 0's rate is set by hand (or None), last epoch to resume from.
SCHEDULES = [
    ("StepLR", {"stepSize": 3}, [0.5, 0.01], 14, None, -1),
    ("StepLR", {"stepSize": 4, "gamma": 0.7}, [1, 0.3], 14, 5, -1),
    ("StepLR", {"stepSize": 3, "gamma": 0.5}, [1, 0.3], 9, None, 4),
    ("CosineAnnealingLR", {"tMax": 6}, [0.5, 0.01], 20, None, -1),
    ("CosineAnnealingLR", {"tMax": 5, "etaMin": 0.02}, [1, 0.3], 24, None, -1),
    ("CosineAnnealingLR", {"tMax": 8, "etaMin": 0.02}, [1, 0.3], 12, 4, -1),
    ("CosineAnnealingLR", {"tMax": 7, "etaMin": 0.001}, [1, 0.3], 20, None, 3),
    ("CosineAnnealingLR", {"tMax": 100}, [0.1, 1], 100, None, -1),
]

PYTHON_NAMES = {"weightDecay": "weight_decay", "stepSize": "step_size", "tMax": "T_max", "etaMin": "eta_min"}


def python_options(options):
    return {PYTHON_NAMES.get(name, name): value for name, value in options.items()}


def gradient(p, k, t):
    i = torch.arange(p.numel(), dtype=torch.float64)
    return ((t * (i + 3) + 2 * k) % 7 - 3) / 4 + p.detach() / 2


def trajectory(name, common, second, changes):
    parameters = [torch.tensor(start, dtype=torch.float64, requires_grad=True) for start in STARTS]
    groups = [{"params": parameters[:2]}, {"params": parameters[2:], **python_options(second)}]
    optimizer = getattr(torch.optim, name)(groups, **{"lr": 1e-3, **python_options(common)})
    points = {}
    for t in range(1, CHECKPOINTS[-1] + 1):
        if t in changes:
            group, option, value = changes[t]
            optimizer.param_groups[group][PYTHON_NAMES.get(option, option)] = value
        for k, p in enumerate(parameters):
            p.grad = None if k == 2 and t % 3 == 0 else gradient(p, k, t)
        optimizer.step()
        if t in CHECKPOINTS:
            points[t] = [p.tolist() for p in parameters]
    return {"optimizer": name, "options": common, "second": second, "changes": changes, "points": points}


def schedule(name, options, rates, epochs, by_hand, last_epoch):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in rates]
    if last_epoch >= 0:
        for group, lr in zip(groups, rates):
            group["initial_lr"] = lr
    optimizer = torch.optim.SGD(groups, lr=1)
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, last_epoch=last_epoch, **python_options(options))
    seen = [scheduler.get_last_lr()]
    for epoch in range(epochs):
        optimizer.step()
        if epoch == by_hand:
            optimizer.param_groups[0]["lr"] *= 0.5
        scheduler.step()
        seen.append(scheduler.get_last_lr())
    fields = {"schedule": name, "options": options, "rates": rates, "byHand": by_hand, "lastEpoch": last_epoch}
    return {**fields, "learningRates": seen}


def print_list(name, kind, comment, items):
    print(f"/** {comment} */\nexport const {name}: readonly {kind}[] = [")
    for item in items:
        print(f"  {json.dumps(item)},")
    print("];\n")


print("""// Written by trajectories.py; do not edit.
// biome-ignore-all format: numbers
// biome-ignore-all lint/complexity/useSimpleNumberKeys: as printed
/** 100 steps of an optimizer over two groups of three parameters. */
export interface Trajectory {
  readonly optimizer: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly second: Readonly<Record<string, unknown>>;
  /** By step: group, option, value. */
  readonly changes: Readonly<Record<string, readonly unknown[]>>;
  /** By step: the parameters after it. */
  readonly points: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** The learning rates of two groups, epoch by epoch. */
export interface Rates {
  readonly schedule: string;
  readonly options: Readonly<Record<string, number>>;
  readonly rates: readonly number[];
  readonly byHand: number | null;
  readonly lastEpoch: number;
  readonly learningRates: readonly (readonly number[])[];
}
""")
print_list("trajectories", "Trajectory", f"From torch {torch.__version__}.", [trajectory(*run) for run in RUNS])
print_list("schedules", "Rates", f"From torch {torch.__version__}.", [schedule(*run) for run in SCHEDULES])
