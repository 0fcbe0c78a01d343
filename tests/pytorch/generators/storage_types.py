"""float16 and bfloat16: values and gradients of many operations, and checksums of all bit patterns.

PyTorch 1.13 computes bfloat16 on the CPU. It lacks most operations for float16 there, and a few for bfloat16; these are computed in float32
and rounded, as its kernels do where it has them.
"""
import hashlib
import warnings

import numpy
import torch

from .common import F32, F64, I32, INF, NAN, Samples, Subject, write

HALF, BRAIN = torch.float16, torch.bfloat16
TYPES = [HALF, BRAIN]


def in_single(function):
    """The operation in float32, its floating results rounded into the type of the first operand."""

    def call(*arguments):
        dtype = next(value.dtype for value in flatten(arguments) if isinstance(value, torch.Tensor))
        result = function(*widened(arguments))
        return narrowed(result, dtype)

    return call


def where_defined(function):
    """The operation itself, and in float32 where PyTorch refuses the type."""

    def call(*arguments):
        try:
            return function(*arguments)
        except RuntimeError:
            return in_single(function)(*arguments)

    return call


def flatten(value):
    return [item for part in value for item in flatten(part)] if isinstance(value, (list, tuple)) else [value]


def widened(value):
    if isinstance(value, torch.Tensor):
        return value.float() if value.dtype in TYPES else value
    if isinstance(value, (list, tuple)):
        return [widened(item) for item in value]
    return value


def narrowed(value, dtype):
    if isinstance(value, torch.Tensor):
        return value.to(dtype) if value.dtype == F32 else value
    return [narrowed(item, dtype) for item in value]


UNARY = {
    "neg": torch.neg, "abs": torch.abs, "square": torch.square, "exp": torch.exp, "sin": torch.sin, "cos": torch.cos,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu, "erf": torch.erf, "floor": torch.floor, "round": torch.round,
    "sign": torch.sign, "atan": torch.atan, "expm1": torch.expm1,
}
POSITIVE = {"log": torch.log, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "log1p": torch.log1p, "log2": torch.log2}
BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum, "minimum": torch.minimum}
COMPARISONS = {"lt": torch.lt, "eq": torch.eq, "ge": torch.ge}
NUMBERS = {"add": torch.add, "mul": torch.mul, "div": torch.div, "sub": torch.sub}
REDUCTIONS = {"sum": torch.sum, "mean": torch.mean, "amax": torch.amax, "amin": torch.amin, "logsumexp": torch.logsumexp}


def generate():
    warnings.simplefilter("ignore")
    subject = Subject("storage-types")
    for dtype in TYPES:
        name = "float16" if dtype == HALF else "bfloat16"
        run = in_single if dtype == HALF else where_defined
        draw = Samples(name)

        def values(shape, low=-2.0, high=2.0):
            return draw.uniform(shape, low, high, F32).to(dtype)

        for operation, function in UNARY.items():
            subject.case(operation, run(function), [values((3, 5))], second=False)
        for operation, function in POSITIVE.items():
            subject.case(operation, run(function), [values((3, 5), 0.1, 9)], second=False)
        for operation, function in BINARY.items():
            subject.case(operation, run(function), [values((3, 4)), values((4,), 0.5, 3)], second=False)
        for operation, function in COMPARISONS.items():
            subject.case(operation, function, [values((3, 4)), values((3, 4))], gradient=False)
        # The number keeps its float32 digits, as in PyTorch's CUDA kernels. On the CPU, mul and div of 1.13 round it first.
        for operation, function in NUMBERS.items():
            subject.case(operation, in_single(function), [values((7,)), 0.1], second=False)
        for operation, function in REDUCTIONS.items():
            subject.case(operation, run(lambda x, axis: function(x, axis)), [values((3, 40)), 1], second=False)
        subject.case("sum", run(torch.sum), [values((4, 300), 0, 2)], second=False)
        subject.case("prod", run(torch.prod), [values((6,), 0.5, 2)], second=False)
        subject.case("var", run(lambda x, axis: torch.var(x, axis)), [values((3, 40), 5, 9), 1], second=False)
        subject.case("std", run(lambda x, axis: torch.std(x, axis)), [values((3, 40), 5, 9), 1], second=False)
        subject.case("argmax", lambda x, axis: torch.argmax(x, axis), [values((3, 40)), 1], gradient=False)
        subject.case("cumsum", run(lambda x, axis: torch.cumsum(x, axis)), [values((2, 30), 0, 1), 1], second=False)
        subject.case("softmax", run(lambda x, axis: torch.softmax(x, axis)), [values((3, 9)), 1], second=False)
        subject.case("logSoftmax", run(lambda x, axis: torch.log_softmax(x, axis)), [values((3, 9)), 1], second=False)
        # bfloat16 products of 1.13 on the CPU are accumulated in bfloat16; ours are accumulated in float32.
        subject.case("matmul", in_single(torch.matmul), [values((3, 50)), values((50, 4))], second=False)
        subject.case("matmul", in_single(torch.matmul), [values((2, 3, 7)), values((2, 7, 4))], second=False)
        subject.case("where", lambda c, x, y: torch.where(c, x, y), [draw.integers((3, 4), 0, 2).bool(), values((3, 4)), values((4,))], second=False)
        subject.case("cat", lambda parts, axis: torch.cat(parts, axis), [[values((2, 3)), values((2, 2))], 1], second=False)
        subject.case("indexSelect", lambda x, axis, index: torch.index_select(x, axis, index.long()), [values((4, 3)), 0, draw.integers((5,), 0, 4)], second=False)
        subject.case("gather", lambda x, axis, index: torch.gather(x, axis, index.long()), [values((4, 3)), 0, draw.integers((2, 3), 0, 4)], second=False)
        subject.case("indexAdd", run(lambda x, axis, index, y: torch.index_add(x, axis, index, y)), [values((4, 3)), 0, draw.integers((5,), 0, 4), values((5, 3))], second=False)
        # Promotion: the other half type, float32, integers and bools, tensors without dimensions.
        other = BRAIN if dtype == HALF else HALF
        for beside in (other, F32, torch.float64, I32, torch.uint8, torch.bool):
            two = torch.tensor([2, 1]).to(beside)
            subject.case("add", torch.add, [values((2,)), two], gradient=False)
            subject.case("mul", lambda a, b: torch.mul(a, b), [values((2,)), two[0]], gradient=False)
        for number in (3, 2.5, True):
            subject.case("add", torch.add, [values((2,)), number], gradient=False)
    numbers = torch.tensor([0.1, -2.7, 65519, 65520, 1e-7, 3e38, -0.0, INF, NAN, 257, 2049])
    for wide in (F32, F64):
        subject.case("half", lambda x: x.half(), [numbers.to(wide)], second=False)
        subject.case("bfloat16", lambda x: x.bfloat16(), [numbers.to(wide)], second=False)
    subject.case("half", lambda x: x.half(), [torch.tensor([2049, -3, 70000], dtype=I32)])
    subject.case("bfloat16", lambda x: x.bfloat16(), [torch.tensor([257, -3, 70000], dtype=I32)])
    write("storage-type-bits", {name: checksums(dtype) for name, dtype in (("float16", HALF), ("bfloat16", BRAIN))})
    return subject.write()


def checksums(dtype):
    """Of the float32 values of all bit patterns, and of the patterns of the numbers around those at which rounding changes direction."""
    patterns = torch.from_numpy(numpy.arange(65536, dtype=numpy.uint16).view(numpy.int16)).view(dtype)
    values = patterns.float().numpy()
    infinity = int(torch.tensor(INF, dtype=dtype).view(torch.int16).item())
    below = values[:infinity].astype(numpy.float64)
    above = numpy.append(below[1:], 2 * below[-1] - below[-2])
    middles = (below / 2 + above / 2).astype(numpy.float32).view(numpy.int32)
    around = numpy.stack([middles - 1, middles, middles + 1]).clip(min=0).view(numpy.float32)
    given = numpy.concatenate([around.ravel(), -around.ravel()])
    bits = torch.from_numpy(given).to(dtype).view(torch.int16).numpy()
    values[numpy.isnan(values)] = numpy.nan
    return {"decoded": sha256(values.astype("<f4")), "encoded": sha256(bits.astype("<i2"))}


def sha256(array):
    return hashlib.sha256(array.tobytes()).hexdigest()
