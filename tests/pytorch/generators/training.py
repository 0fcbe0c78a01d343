"""Whole trainings of small networks, from the state dict at the start to that at the end."""
import torch
from torch import nn

from .common import Samples, encode, write

STEPS = [1, 2, 10, 40]


def network(name):
    """The module lists are described for the runner in the same order; parameter names are PyTorch's."""
    return {
        "tanh": [nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2)],
        "relu": [nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 6), nn.Sigmoid(), nn.Linear(6, 2, bias=False)],
        "gelu": [nn.Linear(3, 5), nn.GELU(), nn.Linear(5, 4), nn.GELU(approximate="tanh"), nn.Linear(4, 2)],
        "classes": [nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 4)],
    }[name]


def training(name, criterion, optimizer):
    s = Samples("training " + name)
    model = nn.Sequential(*network(name)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(s.uniform(list(parameter.shape), -0.8, 0.8))
    initial = {key: encode(value) for key, value in model.state_dict().items()}
    x = s.uniform([6, 3])
    y = s.integers([6], 0, 4) if name == "classes" else s.uniform([6, 2], -3, 3)
    make = optimizer(model.parameters())
    losses, states = [], {}
    for step in range(1, STEPS[-1] + 1):
        loss = criterion(model(x), y.long() if name == "classes" else y)
        make.zero_grad()
        loss.backward()
        make.step()
        losses.append(float(loss))
        if step in STEPS:
            states[str(step)] = {key: encode(value) for key, value in model.state_dict().items()}
    return {"input": encode(x), "target": encode(y), "initial": initial, "losses": losses, "states": states}


def generate():
    trainings = {
        "tanh": training("tanh", nn.HuberLoss(delta=1.0), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        "relu": training("relu", nn.MSELoss(), lambda p: torch.optim.Adam(p, lr=0.02)),
        "gelu": training("gelu", nn.SmoothL1Loss(reduction="sum"), lambda p: torch.optim.AdamW(p, lr=0.02)),
        "classes": training("classes", nn.CrossEntropyLoss(label_smoothing=0.1), lambda p: torch.optim.SGD(p, lr=0.2)),
    }
    write("training", trainings)
    return len(trainings)
