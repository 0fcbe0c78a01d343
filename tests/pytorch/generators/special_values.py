"""Element-wise operations where numbers end: NaN, signed zeros, infinities, subnormals, the largest values, ties."""
import torch

from .common import F32, F64, INF, NAN, Subject
from .elementwise import BINARY, COMPARISONS, UNARY, with_numbers

SMALL = {F32: 1e-45, F64: 5e-324}
TINY = {F32: 1.1754943508222875e-38, F64: 2.2250738585072014e-308}
HUGE = {F32: 3.4028234663852886e38, F64: 1.7976931348623157e308}


def points(dtype):
    some = [NAN, 0.0, -0.0, INF, -INF, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 2, -2, 20, -20, 100, -100]
    edge = [SMALL[dtype], -SMALL[dtype], 7 * SMALL[dtype], TINY[dtype], -TINY[dtype], HUGE[dtype], -HUGE[dtype]]
    near = [1e-4, -1e-4, 1e-10, -1e-10]
    return torch.tensor(some + edge + near, dtype=dtype)


def pairs(dtype):
    values = torch.tensor([NAN, 0.0, -0.0, INF, -INF, 1, -1, 2, -2.5, 3, 0.5, SMALL[dtype], HUGE[dtype]], dtype=dtype)
    first = values.repeat_interleave(len(values))
    return first, values.repeat(len(values))


def generate():
    subject = Subject("special-values")
    for dtype in [F32, F64]:
        for name, (function, _, _) in UNARY.items():
            subject.case(name, function, [points(dtype)], second=False)
        x, y = pairs(dtype)
        for name, function in BINARY.items():
            subject.case(name, function, [x, y], second=False)
        for name, function in COMPARISONS.items():
            subject.case(name, function, [x, y])
        for exponent in [0, 1, 2, 3, -1, 0.5, -0.5, -2, INF, -INF, NAN]:
            subject.case("pow", torch.pow, [points(dtype), exponent], second=False)
        for base in [0.0, 1, 2, -1, -2, 0.5, INF]:
            subject.case("pow", with_numbers(torch.pow), [base, points(dtype)], second=False)
        subject.case("clamp", torch.clamp, [points(dtype), -1, 1.5], second=False)
        subject.case("clamp", torch.clamp, [points(dtype), NAN, 1], second=False)
        subject.case("where", torch.where, [x > y, x, y], second=False)
        subject.case("lerp", torch.lerp, [x, y, 0.25], second=False)
    return subject.write()
