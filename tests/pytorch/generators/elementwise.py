"""Element-wise operations at ordinary points: broadcasting, numbers as operands, gradients of first and second order."""
import torch
import torch.nn.functional as F

from .common import BOOL, F32, F64, I32, MISSING, Samples, Subject, U8

# Range of sample values for each function of one argument.
UNARY = {
    "neg": (torch.neg, -2, 2),
    "abs": (torch.abs, -2, 2),
    "sign": (torch.sign, -2, 2),
    "square": (torch.square, -2, 2),
    "sqrt": (torch.sqrt, 0.1, 4),
    "rsqrt": (torch.rsqrt, 0.1, 4),
    "reciprocal": (torch.reciprocal, 0.3, 3),
    "floor": (torch.floor, -3, 3),
    "ceil": (torch.ceil, -3, 3),
    "round": (torch.round, -3, 3),
    "trunc": (torch.trunc, -3, 3),
    "frac": (torch.frac, -3, 3),
    "exp": (torch.exp, -3, 3),
    "exp2": (torch.exp2, -3, 3),
    "expm1": (torch.expm1, -2, 2),
    "log": (torch.log, 0.1, 5),
    "log1p": (torch.log1p, -0.9, 4),
    "log2": (torch.log2, 0.1, 5),
    "log10": (torch.log10, 0.1, 5),
    "sin": (torch.sin, -4, 4),
    "cos": (torch.cos, -4, 4),
    "tan": (torch.tan, -1.4, 1.4),
    "asin": (torch.asin, -0.95, 0.95),
    "acos": (torch.acos, -0.95, 0.95),
    "atan": (torch.atan, -4, 4),
    "sinh": (torch.sinh, -3, 3),
    "cosh": (torch.cosh, -3, 3),
    "tanh": (torch.tanh, -3, 3),
    "asinh": (torch.asinh, -4, 4),
    "acosh": (torch.acosh, 1.1, 5),
    "atanh": (torch.atanh, -0.95, 0.95),
    "erf": (torch.erf, -2.5, 2.5),
    "erfc": (torch.erfc, -2.5, 2.5),
    "sigmoid": (torch.sigmoid, -5, 5),
    "relu": (torch.relu, -2, 2),
    "gelu": (F.gelu, -3, 3),
}


def floor_divide(x, y):
    return torch.div(x, y, rounding_mode="floor")


def trunc_divide(x, y):
    return torch.div(x, y, rounding_mode="trunc")


BINARY = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "remainder": torch.remainder,
    "fmod": torch.fmod,
    "floorDivide": floor_divide,
    "truncDivide": trunc_divide,
    "pow": torch.pow,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "atan2": torch.atan2,
}

COMPARISONS = {
    "eq": torch.eq,
    "ne": torch.ne,
    "lt": torch.lt,
    "le": torch.le,
    "gt": torch.gt,
    "ge": torch.ge,
}

LOGIC = {
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
    "logicalXor": torch.logical_xor,
}

BITWISE = {
    "bitwiseAnd": torch.bitwise_and,
    "bitwiseOr": torch.bitwise_or,
    "bitwiseXor": torch.bitwise_xor,
}


def with_numbers(function):
    """PyTorch takes numbers in few places; a tensor without axes is as weak."""

    def call(*arguments):
        like = next(x for x in arguments if isinstance(x, torch.Tensor))
        return function(*(x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=like.dtype) for x in arguments))

    return call


def unary(subject):
    for name, (function, low, high) in UNARY.items():
        s = Samples(name)
        subject.case(name, function, [s.uniform([2, 5], low, high)])
        subject.case(name, function, [s.uniform([7], low, high, F32)])
        subject.case(name, function, [s.uniform([], low, high)])
        subject.case(name, function, [s.uniform([0, 2], low, high)])


def decimals(subject):
    s = Samples("decimals")
    rounded = lambda x, given: torch.round(x, decimals=given["decimals"])
    for count in [0, 1, -1, 3]:
        subject.case("round", rounded, [s.uniform([2, 5], -30, 30), {"decimals": count}])
        subject.case("round", rounded, [s.uniform([7], -30, 30, F32), {"decimals": count}])


def binary(subject):
    for name, function in BINARY.items():
        s = Samples(name)
        low = 0.2 if name == "pow" else -3

        def divisor(shape, dtype=F64):
            """Away from 0, and from the multiples where quotients jump."""
            values = s.uniform(shape, 0.6, 2.5, dtype)
            return values if name == "pow" else values * (s.integers(shape, 0, 2, dtype) * 2 - 1)

        number = with_numbers(function)
        for a, b in [([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1], [1, 3]), ([], [2]), ([4, 1, 2], [3, 1]), ([0, 3], [3])]:
            subject.case(name, function, [s.uniform(a, low, 3), divisor(b)])
        subject.case(name, function, [s.uniform([3, 2], low, 3, F32), divisor([2], F32)])
        subject.case(name, number, [s.uniform([4], low, 3), 1.75])
        subject.case(name, number, [s.uniform([4], low, 3), 2])
        subject.case(name, number, [2.5, divisor([4])])
        x = s.uniform([3], low, 3)
        subject.case(name, lambda a, f=function: f(a, a), [x])
        subject.operations[name][-1]["arguments"] = ["$0", "$0"]
    # Powers of numbers and by numbers with rules of their own.
    s = Samples("pow numbers")
    for exponent in [0, 1, 2, 3, 0.5, -1, -2]:
        subject.case("pow", torch.pow, [s.uniform([4], 0.2, 3), exponent])
    subject.case("pow", torch.pow, [torch.tensor([-2.0, -0.5, 0, 3], dtype=F64), 3])
    subject.case("pow", torch.pow, [torch.tensor([-2.0, -0.5, 0, 3], dtype=F64), 2])
    # At ties both arguments share the gradient.
    x = torch.tensor([1.0, 2, 3, -1], dtype=F64)
    y = torch.tensor([1.0, 3, 2, -1], dtype=F64)
    for name in ["maximum", "minimum"]:
        subject.case(name, BINARY[name], [x, y])


def truth(subject):
    s = Samples("comparisons")
    x, y = s.integers([3, 4], -2, 3, F64), s.integers([4], -2, 3, F64)
    for name, function in COMPARISONS.items():
        subject.case(name, function, [x, y])
        subject.case(name, function, [x, 1])
        subject.case(name, function, [x.to(I32), y.to(F32)])
        subject.case(name, function, [x > 0, y > 0])
    for name, function in LOGIC.items():
        subject.case(name, function, [x > 0, y > 0])
        subject.case(name, function, [x, y])
        subject.case(name, function, [x.to(I32), y > 1])
    for value in [x, x.to(I32), x > 0]:
        subject.case("logicalNot", torch.logical_not, [value])
    a, b = s.integers([6], -100, 100), s.integers([6], -100, 100)
    for name, function in BITWISE.items():
        subject.case(name, function, [a, b])
        subject.case(name, function, [a.abs().to(U8), b.abs().to(U8)])
        subject.case(name, function, [a > 0, b > 0])
    for value in [a, a.abs().to(U8), a > 0]:
        subject.case("bitwiseNot", torch.bitwise_not, [value])
    for given in [a, a.abs().to(U8)]:
        counts = s.integers([6], 0, 8).to(given.dtype)
        subject.case("bitwiseLeftShift", torch.bitwise_left_shift, [given, counts])
        subject.case("bitwiseRightShift", torch.bitwise_right_shift, [given, counts])
    near = torch.tensor([1.0, 2 + 1e-6, 3.1, float("nan"), float("inf"), 1e-9], dtype=F64)
    other = torch.tensor([1.0, 2, 3, float("nan"), float("inf"), 0], dtype=F64)
    subject.case("isclose", torch.isclose, [near, other])
    subject.case("isclose", lambda p, q, o: torch.isclose(p, q, o["rtol"], o["atol"], o["equalNan"]), [near, other, {"rtol": 0.1, "atol": 0, "equalNan": True}])
    for p, q in [(near, other), (near[:2], other[:2]), (near[:1], other[:1]), (other, other)]:
        subject.case("allclose", lambda u, v: torch.tensor(torch.allclose(u, v)), [p, q])
        subject.case("equal", lambda u, v: torch.tensor(torch.equal(u, v)), [p, q])
    subject.case("equal", lambda u, v: torch.tensor(torch.equal(u, v)), [near[:1], near[:2]])
    special = torch.tensor([0.0, -1, float("nan"), float("inf"), -float("inf"), 3e38])
    for name, function in [("isnan", torch.isnan), ("isinf", torch.isinf), ("isfinite", torch.isfinite)]:
        subject.case(name, function, [special])
        subject.case(name, function, [special.to(F64)])
        subject.case(name, function, [a])
    signed = torch.tensor([0.0, -0.0, -1, float("nan"), float("inf"), -float("inf")])
    for name, function in [("isposinf", torch.isposinf), ("isneginf", torch.isneginf), ("signbit", torch.signbit)]:
        for given in [signed, signed.to(F64), a, torch.tensor([True, False])]:
            subject.case(name, function, [given])


def clamp(x, low, high=None):
    return torch.clamp(x, low, high)


def choosing(subject):
    s = Samples("choosing")
    x, y = s.uniform([2, 4]), s.uniform([4])
    condition = s.integers([2, 4], 0, 2).to(BOOL)
    subject.case("where", torch.where, [condition, x, y])
    subject.case("where", torch.where, [condition[0], x, x.flip(0)])
    subject.case("where", torch.where, [condition[:, :1], y, x[:, :1]])
    subject.case("where", torch.where, [condition, x.to(F32), y.to(F32)])
    subject.case("where", with_numbers(lambda c, a, b: torch.where(c.bool(), a, b)), [condition, x, 0.5])
    subject.operations["where"].pop()
    subject.case("where", lambda c, a, b: torch.where(c, a, torch.tensor(b, dtype=a.dtype)), [condition, x, 0.5])
    subject.case("where", lambda c, a, b: torch.where(c, torch.tensor(a, dtype=b.dtype), b), [condition, -1.5, x])

    x = s.uniform([3, 5], -3, 3)
    subject.case("clamp", clamp, [x, -1, 1.5])
    subject.case("clamp", clamp, [x, MISSING, 0.5])
    subject.case("clamp", clamp, [x, -0.5])
    subject.case("clamp", clamp, [x.to(F32), -1, 1.5])
    subject.case("clamp", clamp, [torch.tensor([-1.0, 1, 2, 0.5], dtype=F64), -1, 1])
    subject.case("clamp", clamp, [torch.tensor([-1.0, 1, 2, 0.5], dtype=F64), 1, -1])
    subject.case("clamp", clamp, [s.integers([6], -9, 9), -3, 4])

    a, b = s.uniform([2, 3]), s.uniform([2, 3])
    subject.case("lerp", torch.lerp, [a, b, 0.25])
    subject.case("lerp", torch.lerp, [a, b, 0.75])
    subject.case("lerp", torch.lerp, [a, b, s.uniform([2, 3], 0, 1)])
    subject.case("lerp", torch.lerp, [a, b[0], s.uniform([3], 0, 1)])
    subject.case("lerp", torch.lerp, [a.to(F32), b.to(F32), 0.25])


def activations(subject):
    s = Samples("activations")
    x = s.uniform([2, 6], -4, 4)
    subject.case("gelu", lambda x, o: F.gelu(x, approximate=o["approximate"]), [x, {"approximate": "tanh"}])
    subject.case("gelu", lambda x, o: F.gelu(x, approximate=o["approximate"]), [x.to(F32), {"approximate": "tanh"}])


def special(subject):
    x = Samples("special").uniform([2, 4], 0.3, 6)
    # PyTorch's derivatives of order 0 and its function of order 1 have fewer digits.
    for n in [2, 3]:
        subject.case("polygamma", torch.polygamma, [n, x], second=False)
    subject.case("polygamma", torch.polygamma, [2, torch.tensor([-0.5, -2.25, 0.25], dtype=F64)], second=False)


def with_options(subject):
    """alpha of add and sub, roundingMode of div."""

    def scaled(function):
        return lambda x, y, given: function(x, y, alpha=given["alpha"])

    def divide(x, y, given):
        return torch.div(x, y, rounding_mode=given["roundingMode"])

    for name, function in [("add", torch.add), ("sub", torch.sub)]:
        s = Samples(f"{name} with alpha")
        for alpha in [2, -0.5, 0]:
            subject.case(name, scaled(function), [s.uniform([2, 3]), s.uniform([3]), {"alpha": alpha}])
        subject.case(name, scaled(function), [s.integers([4], -9, 9), s.integers([4], -9, 9), {"alpha": -3}])
    s = Samples("div with roundingMode")
    for mode in ["floor", "trunc", None]:
        subject.case("div", divide, [s.uniform([2, 3], -5, 5), s.uniform([3], 0.6, 2), {"roundingMode": mode}])
    for mode in ["floor", "trunc"]:
        subject.case("div", divide, [s.integers([5], -9, 9), s.integers([5], 1, 4), {"roundingMode": mode}])


def integers(subject):
    """Where integers end: products wrap around, quotients round towards their side."""
    ends = torch.tensor([-2147483647, -7, -1, 1, 2, 3, 7, 2147483647], dtype=I32)
    bytes_ = torch.tensor([1, 2, 3, 100, 200, 255], dtype=U8)
    for name in ["add", "sub", "mul", "remainder", "fmod", "floorDivide", "truncDivide", "maximum", "minimum"]:
        for values in [ends, bytes_]:
            subject.case(name, BINARY[name], [values.unsqueeze(1), values])
            subject.case(name, with_numbers(BINARY[name]), [values, 3])


def generate():
    subject = Subject("elementwise")
    unary(subject)
    decimals(subject)
    binary(subject)
    truth(subject)
    choosing(subject)
    activations(subject)
    with_options(subject)
    special(subject)
    integers(subject)
    return subject.write()
