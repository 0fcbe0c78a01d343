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
    s = Samples("like")
    for name, function in [("zerosLike", torch.zeros_like), ("onesLike", torch.ones_like)]:
        for dtype in [F32, F64, I32, BOOL]:
            subject.case(name, function, [s.integers([2, 2], 0, 2, dtype)])
    subject.case("fullLike", torch.full_like, [s.uniform([2, 2]), 0.5])
    subject.case("fullLike", torch.full_like, [s.integers([2], 0, 4), 3])
    return subject.write()
