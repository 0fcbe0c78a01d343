"""Tensors from nothing."""
import torch

from .common import BOOL, F32, F64, I32, Samples, Subject, U8, encode

NAMES = {"float32": F32, "float64": F64, "int32": I32, "uint8": U8, "bool": BOOL}


def made(function):
    """With options as lucid spells them. A number fills with float32; only arange looks at whether it is an integer."""

    def call(*arguments):
        *rest, last = arguments
        if isinstance(last, dict):
            return function(*rest, dtype=NAMES[last["dtype"]])
        return function(*arguments) if function is torch.arange else function(*arguments, dtype=F32)

    return call


def logspace(start, end, steps, given=None):
    given = given or {}
    dtype = {"float64": F64}.get(given.get("dtype"), F32)
    # In float64 first, as lucid does: PyTorch raises float32 exponents.
    return torch.logspace(start, end, steps, base=given.get("base", 10), dtype=F64).to(dtype)


def triangle(function):
    return lambda rows, columns, given=None: function(rows, columns, offset=(given or {}).get("offset", 0))


def generate():
    subject = Subject("creation")
    for name, function in [("zeros", torch.zeros), ("ones", torch.ones)]:
        for shape in [[2, 3], [], [0, 2], [1]]:
            subject.case(name, made(function), [shape])
        for dtype in NAMES:
            subject.case(name, made(function), [[2], {"dtype": dtype}])
    for shape, value in [([2, 2], 2.5), ([], -1), ([0], 3)]:
        subject.case("full", made(torch.full), [shape, value])
    for dtype in NAMES:
        subject.case("full", made(torch.full), [[2], 1, {"dtype": dtype}])
    for arguments in [[3], [2, 4], [4, 2], [0]]:
        subject.case("eye", made(torch.eye), arguments)
    subject.case("eye", made(torch.eye), [2, 3, {"dtype": "int32"}])
    for arguments in [[5], [2, 6], [1, 2, 0.25], [5, 0, -2], [0, 1, 0.3], [-1, 1, 0.5], [3, 3]]:
        subject.case("arange", made(torch.arange), arguments)
    for dtype in ["float64", "int32", "uint8"]:
        subject.case("arange", made(torch.arange), [1, 8, 3, {"dtype": dtype}])
    subject.case("arange", made(torch.arange), [0, 1, 0.1, {"dtype": "float64"}])
    for arguments in [[0, 1, 5], [-2, 3, 4], [1, 1, 3], [0, 1, 1], [3, -3, 7], [0, 1, 0]]:
        subject.case("linspace", made(torch.linspace), arguments)
        subject.case("linspace", made(torch.linspace), [*arguments, {"dtype": "float64"}])
    for arguments in [[0, 2, 3], [-1, 1, 5], [0, 3, 4, {"base": 2}], [1, 1, 1], [0, 1, 0]]:
        subject.case("logspace", logspace, arguments)
        more = arguments[3] if len(arguments) > 3 else {}
        subject.case("logspace", logspace, [*arguments[:3], {**more, "dtype": "float64"}])
    for name, function in [("trilIndices", torch.tril_indices), ("triuIndices", torch.triu_indices)]:
        for arguments in [[3, 3], [2, 4, {"offset": 1}], [4, 2, {"offset": -1}], [0, 2]]:
            subject.case(name, triangle(function), arguments)
    s = Samples("like")
    for name, function in [("zerosLike", torch.zeros_like), ("onesLike", torch.ones_like)]:
        for dtype in [F32, F64, I32, BOOL]:
            subject.case(name, function, [s.integers([2, 2], 0, 2, dtype)])
    subject.case("fullLike", torch.full_like, [s.uniform([2, 2]), 0.5])
    subject.case("fullLike", torch.full_like, [s.integers([2], 0, 4), 3])
    return subject.write()
