"""Element types of results: every operation with every type, every pair of types, and numbers and booleans beside tensors."""
import warnings

import torch

from .common import BOOL, F32, F64, I32, Subject, U8
from .elementwise import BINARY, BITWISE, COMPARISONS, LOGIC, UNARY

DTYPES = [F32, F64, I32, U8, BOOL]
NUMBERS = [3, 2.5, True]
REDUCTIONS = {
    "sum": torch.sum,
    "prod": torch.prod,
    "mean": torch.mean,
    "any": torch.any,
    "all": torch.all,
    "amax": torch.amax,
    "amin": torch.amin,
    "argmax": torch.argmax,
    "argmin": torch.argmin,
    "var": torch.var,
    "std": torch.std,
}


TRUTH = {
    "isnan": torch.isnan,
    "isinf": torch.isinf,
    "isfinite": torch.isfinite,
    "logicalNot": torch.logical_not,
    "bitwiseNot": torch.bitwise_not,
}
SHIFTS = {"bitwiseLeftShift": torch.bitwise_left_shift, "bitwiseRightShift": torch.bitwise_right_shift}


def tensor(values, dtype):
    return torch.tensor(values).to(dtype)


def add(subject, name, function, arguments):
    """PyTorch's answer, or that it refuses."""
    try:
        function(*arguments)
    except (RuntimeError, TypeError):
        subject.case(name, function, arguments, gradient=False, error=True)
    else:
        subject.case(name, function, arguments, gradient=False)


def generate():
    warnings.simplefilter("ignore")
    subject = Subject("promotion")
    for name, function in {**BINARY, **COMPARISONS, **LOGIC, **BITWISE, **SHIFTS}.items():
        for a in DTYPES:
            for b in DTYPES:
                add(subject, name, function, [tensor([3, 7], a), tensor([2, 2], b)])
            for value in NUMBERS:
                if name not in ("atan2", "maximum", "minimum", *LOGIC):
                    add(subject, name, function, [tensor([3, 7], a), value])
    for name, (function, _, _) in UNARY.items():
        for dtype in DTYPES:
            add(subject, name, function, [tensor([1, 1], dtype)])
    for name, function in TRUTH.items():
        for dtype in DTYPES:
            add(subject, name, function, [tensor([1, 0], dtype)])
    for name, function in REDUCTIONS.items():
        for dtype in DTYPES:
            add(subject, name, function, [tensor([2, 0, 3], dtype)])
    for a in DTYPES:
        for b in DTYPES:
            add(subject, "where", torch.where, [torch.tensor([True, False]), tensor([3, 7], a), tensor([2, 2], b)])
            add(subject, "cat", torch.cat, [[tensor([3, 7], a), tensor([2], b)]])
        add(subject, "softmax", lambda x, axis: torch.softmax(x, axis), [tensor([1, 0], a), 0])
        add(subject, "cumsum", torch.cumsum, [tensor([1, 1, 1], a), 0])
    # Tensors without axes beside tensors with axes.
    for a in DTYPES:
        for b in DTYPES:
            add(subject, "mul", torch.mul, [tensor([3, 7], a), tensor(2, b)])
    # Casts: floats to integers truncate; integers wrap.
    values = torch.tensor([0.0, -0.0, 1.5, -1.5, 2.9, 100, 200], dtype=F64)
    names = {F32: "float32", F64: "float64", I32: "int32", U8: "uint8", BOOL: "bool"}
    for a in DTYPES:
        source = values.abs().to(a) if a in (U8, BOOL) else values.to(a)
        for b in DTYPES:
            shown = source.abs() if b == U8 and a in (F32, F64) else source
            subject.case("to", lambda x, _, dtype=b: x.to(dtype), [shown, names[b]])
    short = {"float": F32, "double": F64, "int": I32, "byte": U8, "bool": BOOL}
    for name, dtype in short.items():
        for source in [torch.tensor([0.0, 1.5, 200.25]), torch.tensor([0, 1.5], dtype=F64), torch.tensor([0, 7], dtype=I32)]:
            subject.case(name, lambda x, dtype=dtype: x.to(dtype), [source], second=False)
    for a in DTYPES:
        subject.case("typeAs", torch.Tensor.type_as, [torch.tensor([1.5, 0]), tensor([1, 2], a)])
    subject.case("typeAs", torch.Tensor.type_as, [tensor([1.5, 0], F64), tensor([1, 2], F64)])
    subject.case("to", lambda x, _: x.to(F64), [torch.tensor([1.5, 0]), "float64"])
    subject.case("to", lambda x, _: x.to(U8), [torch.tensor([-1, 256, 300, 70000], dtype=I32), "uint8"])
    return subject.write()
