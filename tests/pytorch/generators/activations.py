"""Activation functions and their layers."""
import torch
import torch.nn.functional as F

from .common import F32, F64, I32, INF, NAN, U8, Layer, Samples, Subject, options

TYPES = {F32: "float32", F64: "float64"}

# lucid's function and layer, PyTorch's function, and where the function or its derivative has corners.
TABLE = [
    ("relu6", "ReLU6", F.relu6, [{}], [0, 6]),
    ("hardtanh", "Hardtanh", F.hardtanh, [{}, {"minVal": -0.5, "maxVal": 2}], [-1, 1]),
    ("hardsigmoid", "Hardsigmoid", F.hardsigmoid, [{}], [-3, 3]),
    ("hardswish", "Hardswish", F.hardswish, [{}], [-3, 3]),
    ("leakyRelu", "LeakyReLU", F.leaky_relu, [{}, {"negativeSlope": 0.25}, {"negativeSlope": -0.5}], [0]),
    ("elu", "ELU", F.elu, [{}, {"alpha": 0.5}], [0]),
    ("celu", "CELU", F.celu, [{}, {"alpha": 2}], [0]),
    ("selu", "SELU", F.selu, [{}], [0]),
    ("silu", "SiLU", F.silu, [{}], [0]),
    ("mish", "Mish", F.mish, [{}], [0]),
    ("softplus", "Softplus", F.softplus, [{}, {"beta": 2}, {"beta": 0.5, "threshold": 1}], [0]),
    ("logsigmoid", "LogSigmoid", F.logsigmoid, [{}], [0]),
    ("softsign", "Softsign", F.softsign, [{}], [0]),
    ("tanhshrink", "Tanhshrink", F.tanhshrink, [{}], [0]),
    ("hardshrink", "Hardshrink", F.hardshrink, [{}, {"lambd": 1}], [-0.5, 0, 0.5]),
    ("softshrink", "Softshrink", F.softshrink, [{}, {"lambd": 1}], [-0.5, 0, 0.5]),
]


def with_options(function, given):
    return lambda x, *_: function(x, **options(given))


def elementwise(subject):
    for name, layer, function, table, corners in TABLE:
        s = Samples(layer)
        # PyTorch has no second derivative of these.
        second = False if name in ["hardsigmoid", "hardswish"] else None
        for given in table:
            call, rest = with_options(function, given), [given] if given else []
            for target in [name, layer]:
                subject.case(target, call, [s.uniform([2, 5], -4, 4), *rest], second=second)
                subject.case(target, call, [s.uniform([3], -8, 8, F32), *rest])
        call = with_options(function, {})
        subject.case(name, call, [torch.tensor(corners, dtype=F64)], second=False)
        subject.case(name, call, [torch.tensor([30.0, -30, 60, -60, 1e-9], dtype=F64)], second=second)
        subject.case(name, call, [s.uniform([0, 3])], second=second)
    for x in [torch.tensor([NAN, INF, 1], dtype=F64)]:
        for name in ["relu6", "hardtanh", "leakyRelu", "elu", "celu", "selu", "softplus"]:
            call = with_options(next(row[2] for row in TABLE if row[0] == name), {})
            subject.case(name, call, [x], gradient=False)
    integers = torch.tensor([-6, -2, 0, 1, 2, 5], dtype=I32)
    for given in [{}, {"minVal": 0.5, "maxVal": -0.5}, {"minVal": -2.9, "maxVal": 2.9}]:
        subject.case("hardtanh", with_options(F.hardtanh, given), [integers, *([given] if given else [])])
    given = {"minVal": 0, "maxVal": 3.7}
    subject.case("hardtanh", with_options(F.hardtanh, given), [torch.tensor([0, 2, 250], dtype=U8), given])
    given = {"minVal": 0.5, "maxVal": -0.5}
    subject.case("hardtanh", with_options(F.hardtanh, given), [torch.tensor([-2.0, 0.25, 2], dtype=F64), given])
    for values in [integers, torch.tensor([0, 3, 9], dtype=U8)]:
        subject.case("softsign", F.softsign, [values])
    s = Samples("threshold")
    for given in [[0.5, 20.0], [-1.0, 0.0]]:
        for target in ["threshold", "Threshold"]:
            subject.case(target, F.threshold, [s.uniform([2, 5]), *given])
            subject.case(target, F.threshold, [s.uniform([4], dtype=F32), *given])
    subject.case("threshold", F.threshold, [torch.tensor([0.5, 1, 0.25], dtype=F64), 0.5, 3.0], second=False)
    s = Samples("rrelu")
    for given in [{}, {"lower": 0.25, "upper": 0.75}]:
        call = lambda x, given={}: F.rrelu(x, **options(given))
        for target in ["rrelu", "RReLU"]:
            for dtype in [F64, F32]:
                subject.case(target, call, [s.uniform([2, 5], dtype=dtype), *([given] if given else [])])


def prelu(subject):
    s = Samples("prelu")
    for dtype in [F64, F32]:
        for x, w in [([3], 1), ([2, 3], 1), ([2, 3], 3), ([2, 3, 2], 3), ([0, 2], 2)]:
            given, weight = s.uniform(x, dtype=dtype), s.uniform([w], 0.1, 0.9, dtype)
            subject.case("prelu", F.prelu, [given, weight])
            construct = [w, {"dtype": TYPES[dtype]}]
            subject.case("PReLU", lambda x, own: F.prelu(x, own["weight"]), [given, Layer(construct, weight=weight)])
    subject.case("prelu", F.prelu, [s.uniform([2, 3]), s.uniform([2])], error=True)


def gates(subject):
    s = Samples("glu")
    for target in ["glu", "GLU"]:
        for dtype in [F64, F32]:
            subject.case(target, F.glu, [s.uniform([3, 4], dtype=dtype)])
            subject.case(target, F.glu, [s.uniform([4, 3], dtype=dtype), 0])
    subject.case("glu", F.glu, [s.uniform([2, 3])], error=True)
    s = Samples("softmin")
    for target in ["softmin", "Softmin"]:
        for dtype in [F64, F32]:
            for axis in [0, -1]:
                subject.case(target, F.softmin, [s.uniform([3, 4], dtype=dtype), axis])
    converting = lambda x, given: F.softmin(x, given["dim"], dtype=F64)
    subject.case("softmin", converting, [s.uniform([3, 4], dtype=F32), {"dim": 1, "dtype": "float64"}])
    for shape in [[2, 3, 2, 2], [3, 2, 2]]:
        for dtype in [F64, F32]:
            subject.case("Softmax2d", lambda x: F.softmax(x, -3), [s.uniform(shape, dtype=dtype)])


def generate():
    subject = Subject("activations")
    elementwise(subject)
    prelu(subject)
    gates(subject)
    return subject.write()
