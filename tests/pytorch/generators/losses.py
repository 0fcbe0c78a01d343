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


def binary(subject):
    name, function, s = "binaryCrossEntropy", loss(F.binary_cross_entropy), Samples("binaryCrossEntropy")
    # PyTorch computes the second derivative to nine digits only.
    for reduction in REDUCTIONS:
        p, target = s.uniform([3, 4], 0.05, 0.95), s.uniform([3, 4], 0, 1)
        subject.case(name, function, [p, target, {"reduction": reduction}], second=False)
        subject.case(name, function, [p.to(F32), target.to(F32), {"reduction": reduction}], second=False)
        subject.case(name, function, [p, target, {"reduction": reduction, "weight": s.uniform([4], 0.2, 2)}], second=False)
        # At 0 and 1 the loss is limited to 100, and its gradient is finite.
        ends = torch.tensor([0.0, 0, 1, 1, 0.5, 1e-14], dtype=F64)
        right = torch.tensor([0.0, 1, 0, 1, 1, 1], dtype=F64)
        subject.case(name, function, [ends, right, {"reduction": reduction}], second=False)
    subject.case(name, function, [s.uniform([2], 0.1, 0.9), s.uniform([2], 0, 1)], second=False)


def binary_with_logits(subject):
    name, function = "binaryCrossEntropyWithLogits", loss(F.binary_cross_entropy_with_logits)
    s = Samples(name)
    for reduction in REDUCTIONS:
        x, target = s.uniform([3, 4], -3, 3), s.uniform([3, 4], 0, 1)
        base = {"reduction": reduction}
        weight, positive = s.uniform([4], 0.2, 2), s.uniform([3, 1], 0.2, 4)
        for given in [base, {**base, "weight": weight}, {**base, "posWeight": positive}, {**base, "weight": weight, "posWeight": positive}]:
            subject.case(name, function, [x, target, given])
        subject.case(name, function, [x.to(F32), target.to(F32), base])
        # Scores whose probabilities are 0 and 1, and 0 itself, where two corners make up for each other.
        ends = torch.tensor([0.0, -0.0, 40, -40, 800, -800, 1e-9], dtype=F64)
        right = torch.tensor([0.0, 1, 0, 1, 1, 0, 0.25], dtype=F64)
        subject.case(name, function, [ends, right, base])
        special = torch.tensor([NAN, INF, -INF, INF, -INF], dtype=F64)
        subject.case(name, function, [special, right[:5], base], second=False)
    subject.case(name, function, [s.uniform([2]), s.uniform([2], 0, 1)])
    subject.case(name, function, [s.uniform([2]), s.uniform([3], 0, 1)], error=True)


def likelihoods(subject):
    for name, function, table, low in [
        ("klDiv", F.kl_div, [{}, {"logTarget": True}, {"reduction": "batchmean"}], 0.05),
        ("poissonNllLoss", F.poisson_nll_loss, [{}, {"full": True}, {"logInput": False}, {"logInput": False, "full": True, "eps": 0.25}], 0.3),
    ]:
        s = Samples(name)
        function = loss(function)
        for given in table:
            for reduction in REDUCTIONS:
                both = {"reduction": reduction, **given}
                subject.case(name, function, [s.uniform([3, 4], 0.1, 2), s.uniform([3, 4], low, 3), both])
                subject.case(name, function, [s.uniform([2], 0.1, 2, F32), s.uniform([2], low, 3, F32), both])
        subject.case(name, function, [s.uniform([2, 3], 0.1, 2), s.uniform([2, 3], low, 3)])
    # A probability of 0 counts as nothing.
    subject.case("klDiv", loss(F.kl_div), [torch.tensor([-1.0, -2], dtype=F64), torch.tensor([0.0, 1], dtype=F64)], gradient=False)

    name, s = "gaussianNllLoss", Samples("gaussianNllLoss")
    function = lambda x, y, v, given={}: F.gaussian_nll_loss(x, y, v, **options(given))
    for reduction in REDUCTIONS:
        for given in [{}, {"full": True}, {"eps": 0.5}]:
            for shape in [[2, 3], [2, 1], [2]]:
                args = [s.uniform([2, 3]), s.uniform([2, 3]), s.uniform(shape, 0.1, 2), {"reduction": reduction, **given}]
                # The gradient passes below eps, where the function is constant.
                subject.case(name, function, args, kink="eps" in given)
        single = [s.uniform([2, 3], dtype=F32), s.uniform([2, 3], dtype=F32), s.uniform([2, 3], 0.1, 2, F32)]
        subject.case(name, function, [*single, {"reduction": reduction}])
    subject.case(name, function, [s.uniform([2, 3]), s.uniform([2, 3]), s.uniform([3], 0.1, 2)], error=True)


def signs(s, shape, dtype=F64):
    return s.integers(shape, 0, 2).to(dtype) * 2 - 1


def margins(subject):
    s = Samples("margins")
    triple = lambda function: lambda x, y, z, given={}: function(x, y, z, **options(given))
    ranking, cosine = triple(F.margin_ranking_loss), triple(F.cosine_embedding_loss)
    soft = lambda x, y, given: F.soft_margin_loss(x, y.to(x.dtype), **given)
    for reduction in REDUCTIONS:
        base = {"reduction": reduction}
        for given in [base, {**base, "margin": 0.5}]:
            for dtype in [F64, F32]:
                x = [s.uniform([3, 4], dtype=dtype), s.uniform([3, 4], dtype=dtype)]
                # The target is not differentiated: integers are as good.
                subject.case("marginRankingLoss", ranking, [*x, signs(s, [3, 4], I32), given])
                subject.case("hingeEmbeddingLoss", loss(F.hinge_embedding_loss), [x[0], signs(s, [3, 4], I32), given])
                subject.case("cosineEmbeddingLoss", cosine, [*x, signs(s, [3], I32), given])
                subject.case("cosineEmbeddingLoss", cosine, [x[0][0], x[1][0], signs(s, [], I32), given])
        for dtype in [F64, F32]:
            subject.case("softMarginLoss", soft, [s.uniform([3, 4], dtype=dtype), signs(s, [3, 4], I32), base])
        for p in [1, 2, 3, 1.5, INF]:
            vectors = [s.uniform([3, 4]) for _ in range(3)]
            subject.case("tripletMarginLoss", triple(F.triplet_margin_loss), [*vectors, {**base, "p": p}])
        for given in [{"swap": True}, {"margin": 0.25}, {"eps": 0.1, "swap": True}]:
            subject.case("tripletMarginLoss", triple(F.triplet_margin_loss), [*(s.uniform([2, 3, 4]) for _ in range(3)), {**base, **given}])
            subject.case("tripletMarginLoss", triple(F.triplet_margin_loss), [*(s.uniform([5], dtype=F32) for _ in range(3)), {**base, **given}])
        for given in [{}, {"swap": True, "margin": 0.5}]:
            vectors = [s.uniform([3, 4]) for _ in range(3)]
            subject.case("tripletMarginWithDistanceLoss", triple(F.triplet_margin_with_distance_loss), [*vectors, {**base, **given}])
    # On the margin the gradient passes, and vectors of zeros have one.
    tie = torch.tensor([1.0, 2], dtype=F64)
    subject.case("marginRankingLoss", ranking, [tie, tie, torch.tensor([1, -1], dtype=I32)], second=False)
    subject.case("hingeEmbeddingLoss", loss(F.hinge_embedding_loss), [tie, torch.tensor([-1, 1], dtype=I32)], second=False)
    subject.case("cosineEmbeddingLoss", cosine, [torch.zeros([2, 3], dtype=F64), s.uniform([2, 3]), torch.tensor([1, -1], dtype=I32)], second=False)
    subject.case("marginRankingLoss", ranking, [s.uniform([2, 3]), s.uniform([3]), torch.tensor([1, -1], dtype=I32)], error=True)
    subject.case("cosineEmbeddingLoss", cosine, [s.uniform([2, 3]), s.uniform([2, 3]), torch.tensor(1, dtype=I32)], error=True)


def multi_margins(subject):
    s = Samples("multi margins")
    weight = s.uniform([4], 0.2, 2)
    multi, several = loss(F.multi_margin_loss), loss(F.multilabel_margin_loss)
    for reduction in REDUCTIONS:
        base = {"reduction": reduction}
        for given in [{}, {"p": 2}, {"margin": 0.5}, {"weight": weight}, {"p": 2, "weight": weight, "margin": 2}]:
            # PyTorch has no second derivative.
            subject.case("multiMarginLoss", multi, [s.uniform([3, 4]), s.integers([3], 0, 4), {**base, **given}], second=False)
        subject.case("multiMarginLoss", multi, [s.uniform([4]), torch.tensor(2, dtype=I32), base], second=False)
        subject.case("multiMarginLoss", multi, [s.uniform([2, 4], dtype=F32), s.integers([2], 0, 4), base])
        labels = torch.tensor([[3, 0, -1, 1], [2, -1, 0, 0], [0, 1, 2, 3], [-1, -1, -1, -1], [1, 1, -1, 0]], dtype=I32)
        subject.case("multilabelMarginLoss", several, [s.uniform([5, 4]), labels, base], second=False)
        subject.case("multilabelMarginLoss", several, [s.uniform([5, 4], dtype=F32), labels, base])
        subject.case("multilabelMarginLoss", several, [s.uniform([4]), labels[0], base], second=False)
        for given in [{}, {"weight": weight}]:
            for dtype in [F64, F32]:
                args = [s.uniform([3, 4], dtype=dtype), s.uniform([3, 4], 0, 1, dtype), {**base, **{k: v.to(dtype) for k, v in given.items()}}]
                subject.case("multilabelSoftMarginLoss", loss(F.multilabel_soft_margin_loss), args)
    subject.case("multilabelSoftMarginLoss", loss(F.multilabel_soft_margin_loss), [s.uniform([4]), s.uniform([4], 0, 1)])
    subject.case("multiMarginLoss", multi, [s.uniform([2, 4]), s.integers([3], 0, 4)], error=True)
    subject.case("multilabelMarginLoss", several, [s.uniform([2, 4]), s.integers([2, 3], 0, 4)], error=True)


def ctc(subject):
    """Of scores: both sides apply the softmax, since PyTorch's gradient is right only behind it."""
    name, s = "ctcLoss", Samples("ctcLoss")

    def function(x, targets, inputs, lengths, given={}):
        return F.ctc_loss(torch.log_softmax(x, -1), targets.long(), inputs, lengths, **options(given))

    targets = torch.tensor([[1, 2, 2, 3], [2, 1, 0, 0], [3, 3, 3, 0]], dtype=I32)
    for reduction in REDUCTIONS:
        base = {"reduction": reduction}
        for dtype in [F64, F32]:
            args = [s.uniform([9, 3, 4], dtype=dtype), targets, [9, 7, 8], [4, 2, 3]]
            subject.case(name, function, [*args, base], second=False)
        joined = torch.tensor([1, 2, 2, 3, 2, 1, 3], dtype=I32)
        subject.case(name, function, [s.uniform([8, 3, 4]), joined, [8, 5, 6], [4, 2, 1], base], second=False)
        # A target without labels, one that is too long for its input, a blank that is not 0.
        subject.case(name, function, [s.uniform([5, 2, 4]), targets[:2], [5, 4], [0, 2], base], second=False)
        impossible = [s.uniform([3, 2, 4]), targets[:2], [3, 3], [4, 2]]
        subject.case(name, function, [*impossible, {**base, "zeroInfinity": True}], second=False)
        subject.case(name, function, [*impossible, base], gradient=False)
        subject.case(name, function, [s.uniform([6, 2, 4]), targets[:2] - 1, [6, 5], [2, 1], {**base, "blank": 3}], second=False)
        subject.case(name, function, [s.uniform([6, 4]), targets[0], [6], [4], base], second=False)
    subject.case(name, function, [s.uniform([6, 3, 4]), targets, [7, 6, 6], [4, 2, 3]], error=True)
    subject.case(name, function, [s.uniform([6, 3, 4]), targets, [6, 6], [4, 2]], error=True)
    subject.case(name, function, [s.uniform([6, 3, 4]), targets, [6, 6, 6], [5, 2, 3]], error=True)
    subject.case(name, function, [s.uniform([6, 3, 4]), targets, [6, 6, 6], [4, 2, 3], {"blank": 4}], error=True)


def generate():
    warnings.simplefilter("ignore")
    subject = Subject("losses")
    regression(subject)
    classification(subject)
    binary(subject)
    binary_with_logits(subject)
    likelihoods(subject)
    margins(subject)
    multi_margins(subject)
    ctc(subject)
    return subject.write()
