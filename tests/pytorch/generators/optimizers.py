"""Trajectories of 100 steps in float64 over two parameter groups, with every option of every optimizer, and schedules.

The loss, which the runner writes down again:

    ½ Σ (A w − b)² + ¼ Σ (v · v · v · v) − Σ (c · v) + Σ cos(u) · Σ w / 10

with group 0 = [w (3, 2), u (2)] and group 1 = [v (4)]; A, b, c and the starting points stand in the file.
"""
import torch

from .common import F64, Samples, encode, options, write

STEPS = [1, 2, 3, 10, 50, 100]
OPTIMIZERS = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}
SCHEDULERS = {"StepLR": torch.optim.lr_scheduler.StepLR, "CosineAnnealingLR": torch.optim.lr_scheduler.CosineAnnealingLR}

# Optimizer, options for all, options of the second group, scheduler with its options.
RUNS = [
    ("SGD", {"lr": 0.05}, {}, None),
    ("SGD", {"lr": 0.05}, {"lr": 0.01}, None),
    ("SGD", {"lr": 0.02, "momentum": 0.9}, {}, None),
    ("SGD", {"lr": 0.02, "momentum": 0.9, "dampening": 0.5}, {"momentum": 0.5}, None),
    ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True}, {"lr": 0.01, "momentum": 0.9}, None),
    ("SGD", {"lr": 0.02, "weightDecay": 0.1}, {"weightDecay": 0.01}, None),
    ("SGD", {"lr": 0.02, "momentum": 0.9, "weightDecay": 0.1, "nesterov": True}, {"nesterov": False, "dampening": 0.1}, None),
    ("SGD", {"lr": 0.0004, "maximize": True}, {}, None),
    ("SGD", {"lr": 0.0004, "maximize": True, "momentum": 0.5, "weightDecay": 0.1}, {"maximize": False, "lr": 0.02}, None),
    ("Adam", {"lr": 0.05}, {}, None),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.99]}, {"lr": 0.01, "betas": [0.9, 0.9]}, None),
    ("Adam", {"lr": 0.05, "eps": 0.01}, {"eps": 0.1}, None),
    ("Adam", {"lr": 0.05, "weightDecay": 0.1}, {"weightDecay": 0}, None),
    ("Adam", {"lr": 0.05, "amsgrad": True}, {"lr": 0.1}, None),
    ("Adam", {"lr": 0.05, "amsgrad": True, "weightDecay": 0.05}, {"amsgrad": False}, None),
    ("Adam", {"lr": 0.001, "maximize": True}, {}, None),
    ("Adam", {"lr": 0.001, "maximize": True, "weightDecay": 0.1, "amsgrad": True}, {"maximize": False}, None),
    ("AdamW", {"lr": 0.05}, {}, None),
    ("AdamW", {"lr": 0.05, "weightDecay": 0.2}, {"weightDecay": 0}, None),
    ("AdamW", {"lr": 0.05, "betas": [0.7, 0.95], "eps": 0.001}, {"lr": 0.02}, None),
    ("AdamW", {"lr": 0.05, "amsgrad": True}, {"amsgrad": False, "weightDecay": 0.3}, None),
    ("AdamW", {"lr": 0.001, "maximize": True, "weightDecay": 0.1}, {}, None),
    ("SGD", {"lr": 0.05}, {"lr": 0.02}, ("StepLR", {"stepSize": 7})),
    ("SGD", {"lr": 0.05, "momentum": 0.9}, {"lr": 0.02}, ("StepLR", {"stepSize": 30, "gamma": 0.5})),
    ("Adam", {"lr": 0.05}, {"lr": 0.02}, ("CosineAnnealingLR", {"tMax": 100})),
    ("AdamW", {"lr": 0.05}, {"lr": 0.02}, ("CosineAnnealingLR", {"tMax": 25, "etaMin": 0.001})),
    ("SGD", {"lr": 0.05}, {}, ("CosineAnnealingLR", {"tMax": 40, "etaMin": 0.01})),
]


def scheduler_options(given):
    renamed = {"tMax": "T_max"}
    return {renamed.get(key) or list(options({key: 0}))[0]: value for key, value in given.items()}


def generate():
    s = Samples("optimizers")
    a, b, c = s.uniform([3, 3], -1, 1), s.uniform([3, 2]), s.uniform([4], -1, 1)
    starts = [s.uniform([3, 2]), s.uniform([2]), s.uniform([4])]
    runs = []
    for name, common, second_group, schedule in RUNS:
        w, u, v = (start.clone().requires_grad_() for start in starts)
        groups = [{"params": [w, u]}, {"params": [v], **options(second_group)}]
        optimizer = OPTIMIZERS[name](groups, **options(common))
        scheduler = None if schedule is None else SCHEDULERS[schedule[0]](optimizer, **scheduler_options(schedule[1]))
        parameters, rates = {}, []
        for step in range(1, STEPS[-1] + 1):
            optimizer.zero_grad()
            loss = 0.5 * (a @ w - b).square().sum() + 0.25 * (v * v * v * v).sum() - (c * v).sum()
            loss = loss + torch.cos(u).sum() * w.sum() / 10
            loss.backward()
            if scheduler is not None:
                rates.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            if step in STEPS:
                parameters[str(step)] = [encode(p) for p in (w, u, v)]
                assert all(p.detach().abs().max() < 100 for p in (w, u, v)), (name, common)
        run = {"optimizer": name, "options": common, "secondGroup": second_group, "parameters": parameters}
        if schedule is not None:
            run |= {"scheduler": schedule[0], "schedulerOptions": schedule[1], "learningRates": rates}
        runs.append(run)
    problem = {"a": encode(a), "b": encode(b), "c": encode(c), "starts": [encode(x) for x in starts]}
    write("optimizers", {"problem": problem, "runs": runs})
    return len(runs)
