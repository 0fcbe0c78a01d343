"""Losses in every reduction and with every option: [input, target, options], as functions; the runner also builds the modules."""
import warnings

import torch
import torch.nn.functional as F

from .common import F32, F64, I32, INF, NAN, Samples, Subject, options

REDUCTIONS = ["mean", "sum", "none"]


def loss(function):
    def call(x, y, given=None):
        y = y.long() if y.dtype == I32 else y
        return function(x, y, **options(given or {}))

    return call


def huber(x, y, **given):
    """With broadcasting, which PyTorch's huber_loss allows with a warning."""
    return F.huber_loss(x, y, **given)


def regression(subject):
    # Residuals of which some lie inside, some outside, some exactly on the threshold 1 (and on 0.5 and 2).
    x = torch.tensor([[0.0, 1, 2], [-1, 0.5, 3]], dtype=F64)
    y = torch.tensor([[0.25, 2, 0], [1.5, 0.5, 2.5]], dtype=F64)
    table = {
        "huberLoss": (huber, "delta", [0.5, 1.0, 2.0, 0.25]),
        "smoothL1Loss": (F.smooth_l1_loss, "beta", [0.5, 1.0, 2.0, 0.0]),
        "mseLoss": (F.mse_loss, None, []),
        "l1Loss": (F.l1_loss, None, []),
    }
    for name, (function, option, values) in table.items():
        s = Samples(name)
        function = loss(function)
        # On the threshold there is no second derivative.
        subject.case(name, function, [x, y], second=False)
        for reduction in REDUCTIONS:
            subject.case(name, function, [x, y, {"reduction": reduction}], second=False)
            subject.case(name, function, [s.uniform([3, 4], -3, 3), s.uniform([3, 4], -3, 3), {"reduction": reduction}])
            subject.case(name, function, [x.to(F32), y.to(F32), {"reduction": reduction}])
            subject.case(name, function, [s.uniform([2, 3]), s.uniform([3]), {"reduction": reduction}])
            subject.case(name, function, [s.uniform([3]), s.uniform([2, 1]), {"reduction": reduction}])
            subject.case(name, function, [s.uniform([0, 2]), s.uniform([0, 2]), {"reduction": reduction}])
            subject.case(name, function, [s.uniform([]), s.uniform([]), {"reduction": reduction}])
            for value in values:
                # With beta = 0 PyTorch's gradient at equal elements has the sign of neither side.
                if value > 0:
                    subject.case(name, function, [x, y, {"reduction": reduction, option: value}], second=False)
                subject.case(name, function, [s.uniform([5], -3, 3), s.uniform([5], -3, 3), {"reduction": reduction, option: value}])
        special = torch.tensor([NAN, 0, 1, INF, -INF, INF, 1e200, -0.0], dtype=F64)
        other = torch.tensor([1, NAN, 1, 0, 0, INF, -1e200, 0.0], dtype=F64)
        for reduction in REDUCTIONS:
            subject.case(name, function, [special, other, {"reduction": reduction}], second=False)
    # The example of the documentation page.
    x, y = torch.tensor([0.5, -1.0, 1.5, 2.0]), torch.tensor([0.0, -0.5, 1.0, 3.0])
    subject.case("huberLoss", loss(huber), [x, y])


def classification(subject):
    s = Samples("crossEntropy")
    function = loss(F.cross_entropy)
    name = "crossEntropy"

    def classes(shape, count):
        return s.integers(shape, 0, count)

    weight = s.uniform([4], 0.2, 2)
    for reduction in REDUCTIONS:
        base = {"reduction": reduction}
        logits, target = s.uniform([5, 4], -3, 3), classes([5], 4)
        subject.case(name, function, [logits, target, base])
        subject.case(name, function, [logits.to(F32), target, base])
        subject.case(name, function, [logits, target, {**base, "weight": weight}])
        subject.case(name, function, [logits, target, {**base, "labelSmoothing": 0.1}])
        subject.case(name, function, [logits, target, {**base, "weight": weight, "labelSmoothing": 0.3}])
        holes = target.clone()
        holes[1] = 2
        holes[3] = -100
        subject.case(name, function, [logits, holes, base])
        subject.case(name, function, [logits, holes, {**base, "weight": weight}])
        subject.case(name, function, [logits, holes, {**base, "labelSmoothing": 0.2}])
        subject.case(name, function, [logits, holes, {**base, "weight": weight, "labelSmoothing": 0.2}])
        holes = holes.clone()
        holes[3] = 1
        subject.case(name, function, [logits, holes, {**base, "ignoreIndex": 2, "weight": weight}])
        subject.case(name, function, [logits, torch.full([5], -100, dtype=I32), base])
        probabilities = torch.softmax(s.uniform([5, 4]), 1).mul(64).round().div(64)
        subject.case(name, function, [logits, probabilities, base])
        subject.case(name, function, [logits, probabilities, {**base, "weight": weight}])
        subject.case(name, function, [logits, probabilities, {**base, "labelSmoothing": 0.1}])
        subject.case(name, function, [logits, probabilities, {**base, "weight": weight, "labelSmoothing": 0.1}])
        image, labels = s.uniform([2, 4, 3], -2, 2), classes([2, 3], 4)
        subject.case(name, function, [image, labels, base])
        labels = labels.clone()
        labels[0, 1] = -100
        subject.case(name, function, [image, labels, {**base, "weight": weight, "labelSmoothing": 0.1}])
        subject.case(name, function, [s.uniform([2, 4, 2, 2]), classes([2, 2, 2], 4), {**base, "weight": weight}])
        maps = torch.softmax(s.uniform([2, 4, 2]), 1).mul(64).round().div(64)
        subject.case(name, function, [s.uniform([2, 4, 2]), maps, {**base, "labelSmoothing": 0.2, "weight": weight}])
        subject.case(name, function, [s.uniform([4]), torch.tensor(2, dtype=I32), base])
        subject.case(name, function, [s.uniform([4]), torch.tensor([0.5, 0.25, 0.25, 0], dtype=F64), base])
        subject.case(name, function, [torch.tensor([[1, NAN, 2], [0, 1, 2]], dtype=F64), classes([2], 3), base], second=False)
        subject.case(name, function, [torch.tensor([[1, -INF, 2], [0, INF, 2]], dtype=F64), torch.tensor([0, 2], dtype=I32), base], second=False)
        subject.case(name, function, [torch.tensor([[1000.0, 0], [-1000, 0]], dtype=F64), torch.tensor([1, 0], dtype=I32), base])
        subject.case(name, function, [s.uniform([0, 3]), torch.zeros([0], dtype=I32), base], second=False)
    log_probabilities = torch.log_softmax(s.uniform([4, 3]), 1).mul(64).round().div(64)
    for reduction in REDUCTIONS:
        subject.case("nllLoss", loss(F.nll_loss), [log_probabilities, classes([4], 3), {"reduction": reduction}])
        subject.case("nllLoss", loss(F.nll_loss), [log_probabilities, classes([4], 3), {"reduction": reduction, "weight": weight[:3]}])


def generate():
    warnings.simplefilter("ignore")
    subject = Subject("losses")
    regression(subject)
    classification(subject)
    return subject.write()
