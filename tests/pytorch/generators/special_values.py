"""Element-wise operations where numbers end: NaN, signed zeros, infinities, subnormals, the largest values, ties."""
import torch

from .common import F32, F64, INF, NAN, Subject
from .elementwise import BINARY, COMPARISONS, UNARY, with_numbers

SMALL = {F32: 1e-45, F64: 5e-324}
TINY = {F32: 1.1754943508222875e-38, F64: 2.2250738585072014e-308}
HUGE = {F32: 3.4028234663852886e38, F64: 1.7976931348623157e308}


# PyTorch's vectorised functions are wrong in places (they are no reference there): log1p of the largest value is
# infinite, fmod is NaN where the quotient overflows, a large float64 to the power 1 is infinite. Gradients of div and atan2
# depend on the order of multiplication where squares leave the range.
NO_HUGE = ("log1p", "atan2", "pow", "remainder", "fmod", "floorDivide")
NO_SMALL = ("remainder", "fmod", "floorDivide", "atan2", "div")


def points(dtype, name=""):
    some = [NAN, 0.0, -0.0, INF, -INF, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 2, -2, 20, -20, 100, -100]
    edge = [SMALL[dtype], -SMALL[dtype], 7 * SMALL[dtype], TINY[dtype], -TINY[dtype], HUGE[dtype], -HUGE[dtype]]
    if name in NO_HUGE:
        edge = edge[:-2]
    near = [1e-4, -1e-4, 1e-10, -1e-10]
    return torch.tensor(some + edge + near, dtype=dtype)


QUOTIENTS = ("remainder", "fmod", "floorDivide", "truncDivide")


def operands(dtype, name="", finite=False):
    values = [1, -1, 2, -2.5, 3, 0.5] if finite else [NAN, 0.0, -0.0, INF, -INF, 1, -1, 2, -2.5, 3, 0.5]
    if name in QUOTIENTS:
        values += [-3, 7.5, -7.5]
    if name not in NO_SMALL:
        values.append(SMALL[dtype])
    if name not in NO_HUGE:
        values.append(HUGE[dtype])
    return torch.tensor(values, dtype=dtype)


def pairs(dtype, name="", finite=False):
    values = operands(dtype, name, finite)
    first = values.repeat_interleave(len(values))
    return first, values.repeat(len(values))


def generate():
    subject = Subject("special-values")
    for dtype in [F32, F64]:
        for name, (function, _, _) in UNARY.items():
            subject.case(name, function, [points(dtype, name)], second=False)
        for name, function in BINARY.items():
            x, y = pairs(dtype, name)
            quotient = name in ("remainder", "fmod")
            subject.case(name, function, [x, y], second=False, gradient=not quotient)
            if quotient:
                # Derivatives at and by infinity depend on how the quotient is computed.
                subject.case(name, function, [*pairs(dtype, name, finite=True)], second=False)
            if name in QUOTIENTS:
                x = operands(dtype, name)
                for divisor in x.tolist():
                    subject.case(name, with_numbers(function), [x, divisor], gradient=False)
        x, y = pairs(dtype)
        for name in ["div", "atan2"]:
            subject.case(name, BINARY[name], [x, y], gradient=False)
        for name, function in COMPARISONS.items():
            subject.case(name, function, [x, y])
        for exponent in [0, 1, 2, 3, -1, 0.5, -0.5, -2, INF, -INF, NAN]:
            base = points(dtype, "pow")
            # The derivative of x^-½ below 0 depends on whether PyTorch takes it for 1 / √x.
            subject.case("pow", torch.pow, [base[~torch.signbit(base)] if exponent == -0.5 else base, exponent], second=False)
        for base in [0.0, 1, 2, -1, -2, 0.5, INF]:
            subject.case("pow", with_numbers(torch.pow), [base, points(dtype, "pow")], second=False)
        subject.case("clamp", torch.clamp, [points(dtype), -1, 1.5], second=False)
        subject.case("clamp", torch.clamp, [points(dtype), NAN, 1], second=False)
        subject.case("where", torch.where, [x > y, x, y], second=False)
        subject.case("lerp", torch.lerp, [x, y, 0.25], second=False)
    return subject.write()
