"""Sorting and selecting by size."""
import torch

from .common import F32, F64, I32, INF, NAN, Samples, Subject


def sort(x, *arguments):
    """dim and descending by position, or as options, which come last."""
    given = dict(zip(["dim", "descending"], [a for a in arguments if not isinstance(a, dict)]))
    for options in arguments:
        if isinstance(options, dict):
            given.update(options)
    return tuple(torch.sort(x, stable=True, dim=given.get("dim", -1), descending=given.get("descending", False)))


def argsort(x, *arguments):
    return sort(x, *arguments)[1]


def topk(x, k, *arguments):
    """dim by position, or as an option."""
    given = {"dim": -1, "largest": True}
    for argument in arguments:
        given.update(argument if isinstance(argument, dict) else {"dim": argument})
    return tuple(torch.topk(x, k, **given))


def generate():
    subject = Subject("ordering")
    s = Samples("ordering")
    x = s.distinct([3, 5])
    ties = torch.tensor([[2.0, 1, 2, 1], [0, 0, 3, -1]], dtype=F64)
    special = torch.tensor([NAN, INF, 0.0, -INF, -0.0, 1, NAN, -1], dtype=F64)
    for name, function in [("sort", sort), ("argsort", argsort)]:
        for given in [x, ties, x.to(F32), s.integers([2, 6], -9, 9)]:
            for arguments in [[], [0], [-1, True], [0, True]]:
                subject.case(name, function, [given, *arguments])
        subject.case(name, function, [special], second=False)
        subject.case(name, function, [special, 0, True], second=False)
        subject.case(name, function, [s.uniform([0])])
        subject.case(name, function, [s.uniform([])])
        for arguments in [[{"descending": True}], [0, {"descending": True}], [{"dim": 0, "descending": True, "stable": True}]]:
            subject.case(name, function, [x, *arguments])
    for given in [x, x.to(F32), (x * 4).to(I32)]:
        for arguments in [[2], [5], [1, 0], [3, -1, {"largest": False}], [0], [2, {"dim": 0, "largest": False}]]:
            subject.case("topk", topk, [given, *arguments])
    subject.case("topk", topk, [torch.tensor([1.0, NAN, 3]), 2], second=False)
    return subject.write()
