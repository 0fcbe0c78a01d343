"""Learning rates, and momenta, of every scheduler.

A run names the scheduler, its options (the required ones among them), the learning rates of the groups, the optimizer, and
what happens on the way. Functions have names, which the runner defines again. A scheduler that consists of others has
them as [name, options] in the option "schedulers".
"""
import torch
from torch.optim import lr_scheduler, swa_utils

from .common import options, write

FUNCTIONS = {
    "inverse": lambda epoch: 1 / (epoch + 1),
    "powers": lambda epoch: 0.9**epoch,
    "sometimes": lambda epoch: 0.7 if epoch % 3 == 0 else 1.0,
}
NAMES = {"tMax": "T_max", "t0": "T_0", "tMult": "T_mult"}
DECAYS = {"optimizer": "Adam", "rates": [0.5, 0.02]}
MOVES = {"optimizer": "SGD", "rates": [0.5, 0.02]}

# Scheduler, options, and what differs from the defaults: rates, optimizer, epochs, halvedAfter (the epoch after which the
# first rate is halved), lastEpoch, metrics, jumps (the epochs that `step` gets).
RUNS = [
    ("StepLR", {"stepSize": 3}, {}),
    ("StepLR", {"stepSize": 4, "gamma": 0.7}, {"rates": [1, 0.3], "halvedAfter": 5}),
    ("StepLR", {"stepSize": 3, "gamma": 0.5}, {"lastEpoch": 4}),
    ("StepLR", {"stepSize": 3, "gamma": 0.5}, {"jumps": [1, 7, 2, 12]}),
    ("CosineAnnealingLR", {"tMax": 6}, {}),
    ("CosineAnnealingLR", {"tMax": 5, "etaMin": 0.02}, {"rates": [1, 0.3], "epochs": 24}),
    ("CosineAnnealingLR", {"tMax": 8, "etaMin": 0.02}, {"rates": [1, 0.3], "halvedAfter": 4}),
    ("CosineAnnealingLR", {"tMax": 7, "etaMin": 0.001}, {"lastEpoch": 3}),
    ("CosineAnnealingLR", {"tMax": 100}, {"rates": [0.1, 1], "epochs": 100}),
    ("CosineAnnealingLR", {"tMax": 7, "etaMin": 0.001}, {"jumps": [5, 1, 20]}),
    ("LambdaLR", {"lrLambda": "inverse"}, {}),
    ("LambdaLR", {"lrLambda": ["powers", "inverse"]}, {"halvedAfter": 3}),
    ("LambdaLR", {"lrLambda": "powers"}, {"lastEpoch": 5}),
    ("LambdaLR", {"lrLambda": "powers"}, {"jumps": [3, 1]}),
    ("MultiplicativeLR", {"lrLambda": "sometimes"}, {}),
    ("MultiplicativeLR", {"lrLambda": ["sometimes", "inverse"]}, {"halvedAfter": 3}),
    ("MultiplicativeLR", {"lrLambda": "powers"}, {"lastEpoch": 5}),
    ("MultiStepLR", {"milestones": [2, 5, 9]}, {}),
    ("MultiStepLR", {"milestones": [7, 3, 3], "gamma": 0.5}, {"halvedAfter": 4}),
    ("MultiStepLR", {"milestones": [2, 5], "gamma": 0.5}, {"lastEpoch": 3}),
    ("MultiStepLR", {"milestones": [2, 5, 5], "gamma": 0.5}, {"jumps": [3, 6, 1]}),
    ("ConstantLR", {}, {}),
    ("ConstantLR", {"factor": 0.25, "totalIters": 3}, {"halvedAfter": 1}),
    ("ConstantLR", {"factor": 0.25, "totalIters": 3}, {"lastEpoch": 1}),
    ("ConstantLR", {"factor": 0.25, "totalIters": 3}, {"jumps": [4, 1]}),
    ("LinearLR", {}, {}),
    ("LinearLR", {"startFactor": 0.25, "endFactor": 0.75, "totalIters": 7}, {"halvedAfter": 4}),
    ("LinearLR", {"startFactor": 0.5, "endFactor": 0.1}, {"lastEpoch": 2}),
    ("LinearLR", {"startFactor": 0.5, "endFactor": 0.1}, {"jumps": [3, 9, 1]}),
    ("ExponentialLR", {"gamma": 0.9}, {}),
    ("ExponentialLR", {"gamma": 0.5}, {"halvedAfter": 3}),
    ("ExponentialLR", {"gamma": 0.5}, {"lastEpoch": 3}),
    ("ExponentialLR", {"gamma": 0.5}, {"jumps": [4, 2]}),
    ("PolynomialLR", {}, {}),
    ("PolynomialLR", {"totalIters": 9, "power": 2.5}, {"halvedAfter": 3}),
    ("PolynomialLR", {"totalIters": 9, "power": 0.5}, {"lastEpoch": 3}),
    ("PolynomialLR", {"totalIters": 9, "power": 2.5}, {"jumps": [4, 20, 2]}),
    ("CosineAnnealingWarmRestarts", {"t0": 4}, {}),
    ("CosineAnnealingWarmRestarts", {"t0": 2, "tMult": 3, "etaMin": 0.01}, {"epochs": 30, "halvedAfter": 6}),
    ("CosineAnnealingWarmRestarts", {"t0": 6, "tMult": 2}, {"lastEpoch": 2}),
    ("CosineAnnealingWarmRestarts", {"t0": 2, "tMult": 2}, {"jumps": [0.5, 1.5, 2.25, 7.5, 1]}),
    ("CosineAnnealingWarmRestarts", {"t0": 3}, {"jumps": [0.5, 2.75, 3.5, 1]}),
    ("CyclicLR", {"baseLr": 0.01, "maxLr": 0.1, "stepSizeUp": 4}, MOVES),
    ("CyclicLR", {"baseLr": [0.01, 0.2], "maxLr": [0.1, 0.3], "stepSizeUp": 3, "stepSizeDown": 5, "mode": "triangular2", "baseMomentum": [0.7, 0.6], "maxMomentum": 0.95}, {**MOVES, "epochs": 30}),
    ("CyclicLR", {"baseLr": 0.01, "maxLr": 0.1, "stepSizeUp": 4, "mode": "exp_range", "gamma": 0.9}, MOVES),
    ("CyclicLR", {"baseLr": 0.01, "maxLr": 0.1, "stepSizeUp": 4, "cycleMomentum": False}, DECAYS),
    ("CyclicLR", {"baseLr": 0.01, "maxLr": 0.1, "stepSizeUp": 4, "scaleFn": "inverse"}, {**MOVES, "epochs": 20}),
    ("CyclicLR", {"baseLr": 0.01, "maxLr": 0.1, "stepSizeUp": 4, "scaleFn": "powers", "scaleMode": "iterations"}, MOVES),
    ("OneCycleLR", {"maxLr": 0.5, "totalSteps": 14}, MOVES),
    ("OneCycleLR", {"maxLr": [0.5, 0.1], "epochs": 4, "stepsPerEpoch": 5, "pctStart": 0.4, "annealStrategy": "linear"}, {**DECAYS, "epochs": 20}),
    ("OneCycleLR", {"maxLr": 0.5, "totalSteps": 20, "threePhase": True, "divFactor": 10, "finalDivFactor": 100.0}, {**MOVES, "epochs": 19}),
    ("OneCycleLR", {"maxLr": 0.5, "totalSteps": 14, "baseMomentum": [0.7, 0.8], "maxMomentum": 0.99}, DECAYS),
    ("OneCycleLR", {"maxLr": 0.5, "totalSteps": 14, "cycleMomentum": False}, DECAYS),
    ("ReduceLROnPlateau", {}, {"metrics": [1.0] * 25}),
    ("ReduceLROnPlateau", {"patience": 1, "factor": 0.5}, {"metrics": [3, 2, 2.5, 2.2, 1.9, 1.95, 1.9, 2, 1, 1, 1, 1]}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 0, "cooldown": 2, "minLr": [0.1, 0.001]}, {"metrics": [1, 0.9, 2, 1, 1, 1, 1, 1, 1, 1]}),
    ("ReduceLROnPlateau", {"threshold": 0.5, "thresholdMode": "abs", "patience": 1}, {"metrics": [3, 2.8, 2.6, 2.4, 1, 0.9, 0.8, 0.7]}),
    ("ReduceLROnPlateau", {"mode": "max", "threshold": 0.1, "patience": 1, "eps": 0.01}, {"metrics": [1, 1.05, 1.08, 1.2, 1.25, 1.3, 1.31, 1.32]}),
    ("ReduceLROnPlateau", {"mode": "max", "threshold": 0.1, "thresholdMode": "abs", "patience": 0}, {"metrics": [-1, -0.95, -0.8, -0.75]}),
    ("ChainedScheduler", {"schedulers": [["ConstantLR", {"factor": 0.1, "totalIters": 2}], ["ExponentialLR", {"gamma": 0.9}]]}, {}),
    ("ChainedScheduler", {"schedulers": [["LinearLR", {}], ["StepLR", {"stepSize": 4}], ["CosineAnnealingLR", {"tMax": 6}]]}, {"halvedAfter": 3}),
    ("SequentialLR", {"schedulers": [["ConstantLR", {"factor": 0.1, "totalIters": 2}], ["ExponentialLR", {"gamma": 0.9}]], "milestones": [2]}, {}),
    ("SequentialLR", {"schedulers": [["LinearLR", {"totalIters": 4}], ["CosineAnnealingLR", {"tMax": 5}], ["LambdaLR", {"lrLambda": "inverse"}]], "milestones": [4, 9]}, {}),
    ("SequentialLR", {"schedulers": [["ExponentialLR", {"gamma": 0.5}], ["CosineAnnealingWarmRestarts", {"t0": 3}]], "milestones": [3]}, {"halvedAfter": 1}),
    ("SWALR", {"swaLr": 0.05}, {"epochs": 15}),
    ("SWALR", {"swaLr": [0.05, 0.1], "annealEpochs": 4, "annealStrategy": "linear"}, {"halvedAfter": 2}),
    ("SWALR", {"swaLr": 0.05, "annealEpochs": 0}, {}),
]


def known(value):
    """Names of functions as functions."""
    if isinstance(value, list):
        return [known(item) for item in value]
    return FUNCTIONS.get(value, value) if isinstance(value, str) else value


def make(name, given, optimizer, **last_epoch):
    given = dict(given)
    arguments = [optimizer]
    if "schedulers" in given:
        schedulers = [make(*one, optimizer) for one in given.pop("schedulers")]
        arguments = [optimizer, schedulers] if name == "SequentialLR" else [schedulers]
    module = swa_utils if name == "SWALR" else lr_scheduler
    named = {NAMES.get(key) or next(iter(options({key: 0}))): known(value) for key, value in given.items()}
    return getattr(module, name)(*arguments, **named, **last_epoch)


def state(optimizer):
    """The rates of all groups, and their momenta where the optimizer has any."""
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    momenta = [group["betas"][0] if "betas" in group else group["momentum"] for group in optimizer.param_groups]
    return rates, momenta


def run(name, given, others):
    rates, last_epoch = others.get("rates", [0.5, 0.01]), others.get("lastEpoch", -1)
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in rates]
    if last_epoch >= 0:
        for group in groups:
            group["initial_lr"] = group["lr"]
    kind = others.get("optimizer", "SGD")
    optimizer = getattr(torch.optim, kind)(groups, lr=1, **({"momentum": 0.5} if kind == "SGD" else {}))
    scheduler = make(name, given, optimizer, **({"last_epoch": last_epoch} if last_epoch >= 0 else {}))
    found = [state(optimizer)]
    for epoch, argument in enumerate(others.get("metrics") or others.get("jumps") or range(others.get("epochs", 14))):
        optimizer.step()
        if epoch == others.get("halvedAfter"):
            optimizer.param_groups[0]["lr"] *= 0.5
        if "metrics" in others or "jumps" in others:
            scheduler.step(argument)
        else:
            scheduler.step()
        found.append(state(optimizer))
    learning_rates, momenta = zip(*found)
    return {"scheduler": name, "options": given, "optimizer": kind, "rates": rates, **{key: others[key] for key in ("halvedAfter", "lastEpoch", "metrics", "jumps") if key in others}, "learningRates": learning_rates, "momenta": momenta}


def generate():
    write("schedulers", {"runs": [run(*one) for one in RUNS]})
    return len(RUNS)
