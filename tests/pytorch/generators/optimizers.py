"""Trajectories of 100 steps in float64 over two parameter groups, with every option of every optimizer.

The loss, which the runner writes down again:

    ½ Σ (A w − b)² + ¼ Σ (v · v · v · v) − Σ (c · v) + Σ cos(u) · Σ w / 10

with group 0 = [w (3, 2), u (2)] and group 1 = [v (4)]; A, b, c and the starting points stand in the file. In runs whose
options change on the way, v has no gradient in every third step. In runs of the problem "rows", the gradients are zero in
the rows i with (i + step) % 3 = 0; in those of "matrices", u is (1, 2), and v and c are (2, 2).
"""
import torch

from .common import Samples, encode, options, write
from .optimizer_references import REFERENCES



STEPS = [1, 2, 3, 10, 50, 100]
# Optimizers whose problem is another one: gradients that are zero in some rows, or matrices alone.
PROBLEMS = {"SparseAdam": "rows", "Muon": "matrices"}
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
    ("Adagrad", {"lr": 0.05}, {}, None),
    ("Adagrad", {"lr": 0.05, "initialAccumulatorValue": 0.3}, {"lr": 0.1, "eps": 0.01}, None),
    ("Adagrad", {"lr": 0.05, "lrDecay": 0.02, "weightDecay": 0.1}, {"lrDecay": 0.1}, None),
    ("Adagrad", {"lr": 0.001, "maximize": True}, {}, None),
    ("Adadelta", {}, {}, None),
    ("Adadelta", {"lr": 0.5, "rho": 0.8}, {"lr": 0.2, "rho": 0.95, "eps": 0.0001}, None),
    ("Adadelta", {"lr": 5, "weightDecay": 0.1}, {"weightDecay": 0}, None),
    ("Adadelta", {"lr": 0.5, "maximize": True}, {"maximize": False, "rho": 1}, None),
    ("NAdam", {"lr": 0.01}, {}, None),
    ("NAdam", {"lr": 0.002, "betas": [0.8, 0.95], "momentumDecay": 0.05}, {"lr": 0.01, "eps": 0.01}, None),
    ("NAdam", {"lr": 0.02, "weightDecay": 0.1}, {"momentumDecay": 0.5}, None),
    ("NAdam", {"lr": 0.005, "weightDecay": 0.1, "decoupledWeightDecay": True}, {"lr": 0.001, "maximize": True}, None),
    ("RMSprop", {}, {}, None),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 0.01}, {"lr": 0.005, "weightDecay": 0.1}, None),
    ("RMSprop", {"lr": 0.005, "momentum": 0.9}, {"momentum": 0.5, "centered": True}, None),
    ("RMSprop", {"lr": 0.005, "centered": True, "weightDecay": 0.1}, {"alpha": 0.5, "eps": 0.1}, None),
    ("RMSprop", {"lr": 0.001, "maximize": True}, {"maximize": False, "momentum": 0.3}, None),
    ("Adamax", {}, {}, None),
    ("Adamax", {"lr": 0.05, "betas": [0.8, 0.9]}, {"lr": 0.01, "eps": 0.1}, None),
    ("Adamax", {"lr": 0.02, "weightDecay": 0.1}, {"weightDecay": 0}, None),
    ("Adamax", {"lr": 0.001, "maximize": True}, {"maximize": False}, None),
    ("RAdam", {}, {}, None),
    ("RAdam", {"lr": 0.02, "betas": [0.8, 0.95]}, {"lr": 0.01, "eps": 0.01}, None),
    ("RAdam", {"lr": 0.02, "weightDecay": 0.1}, {"decoupledWeightDecay": True}, None),
    ("RAdam", {"lr": 0.001, "maximize": True}, {"maximize": False, "betas": [0.5, 0.5]}, None),
    ("ASGD", {}, {}, None),
    ("ASGD", {"lr": 0.02, "lambd": 0.01, "alpha": 0.5, "t0": 20}, {"lr": 0.01, "t0": 0}, None),
    ("ASGD", {"lr": 0.02, "weightDecay": 0.1, "lambd": 0}, {"weightDecay": 0, "alpha": 1}, None),
    ("ASGD", {"lr": 0.0004, "maximize": True}, {"maximize": False, "lr": 0.02}, None),
    ("Rprop", {}, {}, None),
    ("Rprop", {"lr": 0.05, "etas": [0.3, 1.5]}, {"stepSizes": [0.001, 0.02]}, None),
    ("Rprop", {"lr": 0.0001, "maximize": True, "stepSizes": [1e-06, 0.01]}, {"maximize": False}, None),
    ("SparseAdam", {}, {}, None),
    ("SparseAdam", {"lr": 0.05, "betas": [0.8, 0.99]}, {"lr": 0.01, "eps": 0.01}, None),
    ("SparseAdam", {"lr": 0.001, "maximize": True}, {}, None),
    ("Lion", {}, {}, None),
    ("Lion", {"lr": 0.01, "betas": [0.8, 0.9]}, {"lr": 0.02, "weightDecay": 0.1}, None),
    ("Lion", {"lr": 0.001, "maximize": True}, {"maximize": False, "weightDecay": 1}, None),
    ("LAMB", {}, {}, None),
    ("LAMB", {"lr": 0.02, "betas": [0.8, 0.99], "eps": 0.01}, {"lr": 0.01, "weightDecay": 0.1}, None),
    ("LAMB", {"lr": 0.001, "maximize": True, "weightDecay": 0.01}, {"maximize": False}, None),
    ("Muon", {}, {}, None),
    ("Muon", {"lr": 0.02, "momentum": 0.9, "nesterov": False}, {"weightDecay": 0, "lr": 0.005}, None),
    ("Muon", {"lr": 0.02, "adjustLrFn": "match_rms_adamw", "nsSteps": 3}, {"adjustLrFn": "original"}, None),
    ("Muon", {"lr": 0.02, "nsCoefficients": [2, -1.5, 0.5], "eps": 1}, {"maximize": True, "lr": 0.001}, None),
    ("Adafactor", {}, {}, None),
    ("Adafactor", {"lr": 0.1, "beta2Decay": -0.5, "eps": [0.01, 0.1]}, {"lr": 0.02, "d": 0.5}, None),
    ("Adafactor", {"lr": 0.05, "weightDecay": 0.1}, {"lr": 0.005, "d": 2, "eps": [None, 1]}, None),
    ("Adafactor", {"lr": 0.001, "maximize": True}, {"maximize": False}, None),
]

# Optimizer, options, changes by step: {step: [group, option, value]}.
CHANGING_RUNS = [
    ("SGD", {"lr": 0.05}, {20: [0, "lr", 0.01], 30: [1, "momentum", 0.9], 60: [0, "weightDecay", 0.1], 70: [1, "momentum", 0]}),
    ("Adam", {"lr": 0.05}, {20: [0, "lr", 0.01], 40: [1, "betas", [0.7, 0.9]], 60: [0, "eps", 0.001]}),
    ("Adam", {"lr": 0.05, "amsgrad": True}, {10: [1, "lr", 0.1]}),
    ("Adagrad", {"lr": 0.05}, {30: [0, "lrDecay", 0.1]}),
    ("Adadelta", {"lr": 1}, {30: [0, "rho", 0.7], 60: [1, "eps", 0.001]}),
    ("NAdam", {"lr": 0.01}, {30: [1, "momentumDecay", 0.1]}),
    ("RMSprop", {"lr": 0.005, "momentum": 0.9, "centered": True}, {30: [0, "momentum", 0.5], 60: [1, "alpha", 0.5]}),
    ("Adamax", {"lr": 0.01}, {30: [0, "lr", 0.05]}),
    ("RAdam", {"lr": 0.01}, {30: [1, "betas", [0.5, 0.9]]}),
    ("ASGD", {"lr": 0.02, "lambd": 0.05, "t0": 10}, {30: [0, "lr", 0.01], 60: [1, "lr", 0.03]}),
    ("Rprop", {}, {30: [0, "etas", [0.2, 1.1]]}),
    ("SparseAdam", {"lr": 0.01}, {30: [0, "lr", 0.03]}),
    ("Lion", {"lr": 0.01}, {30: [0, "betas", [0.5, 0.5]]}),
    ("LAMB", {"lr": 0.01}, {30: [1, "weightDecay", 0.1]}),
    ("Muon", {"lr": 0.01}, {30: [0, "nsSteps", 2]}),
    ("Adafactor", {"lr": 0.05}, {30: [1, "d", 0.3]}),
]

# Optimizers that evaluate the loss several times in a step: name, options, number of steps.
SEARCHES = [
    ("LBFGS", {"maxIter": 3}, 4),
    ("LBFGS", {"lr": 0.1, "maxIter": 5, "historySize": 2}, 6),
    ("LBFGS", {"lr": 0.3, "maxIter": 20, "maxEval": 7}, 3),
    ("LBFGS", {"maxIter": 1, "lineSearchFn": "strong_wolfe"}, 8),
    ("LBFGS", {"maxIter": 4, "lineSearchFn": "strong_wolfe"}, 4),
    ("LBFGS", {"lr": 0.05, "maxIter": 6, "historySize": 3, "lineSearchFn": "strong_wolfe"}, 4),
    ("LBFGS", {"lr": 30, "maxIter": 2, "lineSearchFn": "strong_wolfe"}, 5),
    ("LBFGS", {"lr": 10, "maxIter": 3, "lineSearchFn": "strong_wolfe"}, 3),
    ("LBFGS", {"lr": 50, "maxIter": 8, "lineSearchFn": "strong_wolfe"}, 2),
    ("LBFGS", {"lineSearchFn": "strong_wolfe", "toleranceGrad": 0.01}, 3),
    ("LBFGS", {"lineSearchFn": "strong_wolfe", "toleranceChange": 0.001}, 3),
]


def scheduler_options(given):
    renamed = {"tMax": "T_max"}
    return {renamed.get(key) or list(options({key: 0}))[0]: value for key, value in given.items()}


def search(name, given, steps, a, b, c, starts):
    """Losses, evaluations and parameters after every step, with the first step of all from the starting points."""
    w, u, v = (start.clone().requires_grad_() for start in starts)
    optimizer = getattr(torch.optim, name)([w, u, v], **options(given))
    evaluations, found = 0, []

    def closure():
        nonlocal evaluations
        evaluations += 1
        optimizer.zero_grad()
        loss = 0.5 * (a @ w - b).square().sum() + 0.25 * (v * v * v * v).sum() - (c * v).sum()
        loss = loss + torch.cos(u).sum() * w.sum() / 10
        loss.backward()
        return loss

    for _ in range(steps):
        loss = float(optimizer.step(closure))
        found.append({"loss": loss, "evaluations": evaluations, "parameters": [encode(p) for p in (w, u, v)]})
    return {"optimizer": name, "options": given, "steps": found}


def generate():
    s = Samples("optimizers")
    a, b, c = s.uniform([3, 3], -1, 1), s.uniform([3, 2]), s.uniform([4], -1, 1)
    starts = [s.uniform([3, 2]), s.uniform([2]), s.uniform([4])]
    runs = []
    for name, common, second_group, schedule, changes in [(*run, {}) for run in RUNS] + [(name, common, {}, None, changes) for name, common, changes in CHANGING_RUNS]:
        problem = PROBLEMS.get(name)
        matrices = problem == "matrices"
        w, u, v = (start.clone() for start in starts)
        if matrices:
            u, v = u.reshape(1, 2), v.reshape(2, 2)
        w, u, v = (x.requires_grad_() for x in (w, u, v))
        groups = [{"params": [w, u]}, {"params": [v], **options(second_group)}]
        optimizer = (REFERENCES.get(name) or getattr(torch.optim, name))(groups, **options(common))
        scheduler = None if schedule is None else SCHEDULERS[schedule[0]](optimizer, **scheduler_options(schedule[1]))
        parameters, rates = {}, []
        for step in range(1, STEPS[-1] + 1):
            if step in changes:
                group, option, value = changes[step]
                optimizer.param_groups[group][list(options({option: 0}))[0]] = value
            optimizer.zero_grad()
            loss = 0.5 * (a @ w - b).square().sum() + 0.25 * (v * v * v * v).sum() - (c.reshape(v.shape) * v).sum()
            loss = loss + torch.cos(u).sum() * w.sum() / 10
            loss.backward()
            if problem == "rows":
                for p in (w, u, v):
                    p.grad[[i for i in range(p.shape[0]) if (i + step) % 3 == 0]] = 0
            if changes and step % 3 == 0:
                v.grad = None
            if scheduler is not None:
                rates.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            if step in STEPS:
                parameters[str(step)] = [encode(p) for p in (w, u, v)]
                assert all(p.detach().abs().max() < 100 for p in (w, u, v)), (name, common)
        run = {"optimizer": name, "options": common, "secondGroup": second_group, "parameters": parameters}
        if problem is not None:
            run |= {"problem": problem}
        if changes:
            run |= {"changes": changes}
        if schedule is not None:
            run |= {"scheduler": schedule[0], "schedulerOptions": schedule[1], "learningRates": rates}
        runs.append(run)
    constants = {"a": encode(a), "b": encode(b), "c": encode(c), "starts": [encode(x) for x in starts]}
    searches = [search(*one, a, b, c, starts) for one in SEARCHES]
    write("optimizers", {"problem": constants, "runs": runs, "searches": searches})
    return len(runs) + len(searches)
