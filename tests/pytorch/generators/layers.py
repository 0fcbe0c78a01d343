"""Layers with given parameters, and whole trainings of small networks."""
import torch
import torch.nn.functional as F
from torch import nn

from .common import F32, F64, I32, INF, MISSING, NAN, Samples, Subject, encode, write

STEPS = [1, 2, 10, 40]


def layers(subject):
    s = Samples("layers")
    for dtype in [F64, F32]:
        for x, w in [([2, 3], [4, 3]), ([3], [2, 3]), ([2, 2, 3], [1, 3]), ([0, 3], [2, 3])]:
            subject.case("Linear", F.linear, [s.uniform(x, dtype=dtype), s.uniform(w, dtype=dtype), s.uniform(w[:1], dtype=dtype)])
            subject.case("Linear", F.linear, [s.uniform(x, dtype=dtype), s.uniform(w, dtype=dtype), MISSING])
        x = s.uniform([2, 5], -3, 3, dtype)
        for name, function in [
            ("ReLU", F.relu),
            ("Tanh", torch.tanh),
            ("Sigmoid", torch.sigmoid),
            ("GELU", F.gelu),
            ("Identity", torch.clone),
            ("Flatten", lambda x: torch.flatten(x, 1)),
        ]:
            subject.case(name, function, [x])
        subject.case("GELU", lambda x, o: F.gelu(x, approximate="tanh"), [x, {"approximate": "tanh"}])
        # Dropout in evaluation passes its input on.
        subject.case("Dropout", lambda x, p: F.dropout(x, p, training=False), [x, 0.5])
        for axis in [0, -1]:
            subject.case("Softmax", F.softmax, [x, axis])
            subject.case("LogSoftmax", F.log_softmax, [x, axis])


def normalisation(subject):
    s = Samples("layerNorm")
    norm = lambda x, shape, weight=None, bias=None, eps=1e-5: F.layer_norm(x, shape, weight, bias, eps)
    for dtype in [F64, F32]:
        for x, shape in [([3, 5], [5]), ([2, 3, 4], [3, 4]), ([4], [4])]:
            subject.case("layerNorm", norm, [s.uniform(x, dtype=dtype), shape])
            subject.case("layerNorm", norm, [s.uniform(x, dtype=dtype), shape, s.uniform(shape, dtype=dtype), s.uniform(shape, dtype=dtype)])
            subject.case("layerNorm", norm, [s.uniform(x, dtype=dtype), shape, s.uniform(shape, dtype=dtype), MISSING, 0.25])
        layer = lambda x, weight, bias, eps: F.layer_norm(x, weight.shape, weight, bias, eps)
        for shape in [[4], [3, 4]]:
            x, weight, bias = s.uniform([2, 3, 4], dtype=dtype), s.uniform(shape, dtype=dtype), s.uniform(shape, dtype=dtype)
            subject.case("LayerNorm", layer, [x, weight, bias, 1e-5])
            subject.case("LayerNorm", layer, [x, weight, MISSING, 0.25])
        subject.case("layerNorm", norm, [torch.tensor([[1, NAN, 2], [1, INF, 2], [1, 2, 3]], dtype=dtype), [3]], gradient=False)
    subject.case("layerNorm", norm, [s.uniform([0, 3]), [3]])
    subject.case("layerNorm", norm, [s.uniform([2, 3]), [2]], error=True)


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
    subject = Subject("layers")
    layers(subject)
    normalisation(subject)
    count = subject.write()
    trainings = {
        "tanh": training("tanh", nn.HuberLoss(delta=1.0), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        "relu": training("relu", nn.MSELoss(), lambda p: torch.optim.Adam(p, lr=0.02)),
        "gelu": training("gelu", nn.SmoothL1Loss(reduction="sum"), lambda p: torch.optim.AdamW(p, lr=0.02)),
        "classes": training("classes", nn.CrossEntropyLoss(label_smoothing=0.1), lambda p: torch.optim.SGD(p, lr=0.2)),
    }
    write("training", trainings)
    return count + len(trainings)
