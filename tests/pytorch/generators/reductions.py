"""Reductions over any axes, softmax, running sums."""
import warnings

import torch

from .common import BOOL, F32, F64, I32, INF, MISSING, NAN, Samples, Subject, U8

AXES = [
    [],
    [0],
    [1],
    [-1],
    [[0, 2]],
    [[0, 1, 2]],
    [1, True],
    [[-1, 0], True],
    [MISSING, True],
]


def axes_of(x, axis):
    if axis is None:
        return tuple(range(x.dim()))
    return tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)


def over_axes(function):
    """sum, mean, amax, amin take several axes in PyTorch."""
    return lambda x, axis=None, keepdim=False: function(x, axes_of(x, axis), keepdim)


def one_by_one(function):
    """prod, any and all take one axis in PyTorch 1.13; several are reduced one after the other."""

    def call(x, axis=None, keepdim=False):
        axes = sorted((a % max(x.dim(), 1) for a in axes_of(x, axis)), reverse=True)
        for a in axes:
            x = function(x, a, keepdim)
        return x

    return call


def prod(x, axis, keepdim):
    return torch.prod(x, axis, keepdim)


def total_prod(x, axis=None, keepdim=False):
    if axis is None and not keepdim:
        return torch.prod(x)
    return one_by_one(prod)(x, axis, keepdim)


def spread(function):
    """var and std: axis, then correction and keepdim as options."""

    def call(x, axis=None, options=None):
        options = options or {}
        return function(x, axes_of(x, axis), correction=options.get("correction", 1), keepdim=options.get("keepdim", False))

    return call


def logsumexp(x, axis=None, keepdim=False):
    return torch.logsumexp(x, axes_of(x, axis), keepdim)


def values_and_indices(function):
    def call(x, axis=None, keepdim=False):
        if axis is None:
            return function(x)
        return tuple(function(x, axis, keepdim))

    return call


def float_reductions(subject):
    table = {
        "sum": over_axes(torch.sum),
        "mean": over_axes(torch.mean),
        "prod": total_prod,
        "amax": over_axes(torch.amax),
        "amin": over_axes(torch.amin),
        "logsumexp": logsumexp,
    }
    for name, function in table.items():
        s = Samples(name)
        x = s.distinct([2, 3, 4]) if name in ("amax", "amin") else s.uniform([2, 3, 4])
        for arguments in AXES:
            subject.case(name, function, [x, *arguments])
        subject.case(name, function, [x.to(F32), 1])
        subject.case(name, function, [s.uniform([])])
        subject.case(name, function, [s.uniform([1, 3]), 0])
        if name not in ("amax", "amin"):
            subject.case(name, function, [s.uniform([0, 3])])
            subject.case(name, function, [s.uniform([0, 3]), 0])
        subject.case(name, function, [s.uniform([0, 3]), 1])
        for values in [[1, NAN, 3], [INF, 1, 2], [-INF, INF, 1], [-INF, -INF], [INF, INF], [NAN, INF]]:
            for dtype in [F64, F32]:
                subject.case(name, function, [torch.tensor(values, dtype=dtype), 0], second=False)
    for name, function in [("var", torch.var), ("std", torch.std)]:
        s = Samples(name)
        x = s.uniform([2, 3, 4])
        function = spread(function)
        for arguments in [[], [0], [-1], [[0, 2]], [1, {"correction": 0}], [[1, 2], {"keepdim": True}], [2, {"correction": 2}]]:
            subject.case(name, function, [x, *arguments])
        subject.case(name, function, [x, MISSING, {"correction": 0, "keepdim": True}])
        subject.case(name, function, [x.to(F32), 1])
        for values in [[1, NAN, 3], [INF, 1], [5], [2, 2, 2]]:
            subject.case(name, function, [torch.tensor(values, dtype=F64), 0], second=False)


def ties_and_zeros(subject):
    x = torch.tensor([[3.0, 1, 3], [2, 2, 2], [0, -1, -1]], dtype=F64)
    for name, function in [("amax", over_axes(torch.amax)), ("amin", over_axes(torch.amin))]:
        for arguments in [[], [0], [1], [[0, 1], True]]:
            subject.case(name, function, [x, *arguments])
    for name, function in [("max", values_and_indices(torch.max)), ("min", values_and_indices(torch.min))]:
        s = Samples(name)
        for given in [x, s.distinct([2, 3, 4])]:
            for arguments in [[], [0], [-1], [1, True]]:
                subject.case(name, function, [given, *arguments])
        subject.case(name, function, [s.distinct([3, 2], F32), 1])
        subject.case(name, function, [s.integers([3, 4], -5, 6), 1])
        subject.case(name, function, [torch.tensor([1, NAN, 3, NAN], dtype=F64), 0], second=False)
        subject.case(name, function, [torch.tensor([1, NAN, 3, NAN], dtype=F32)], second=False)
    for name, function in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
        for given in [x, x.to(F32), x.to(I32), (x + 1).to(U8)]:
            for arguments in [[], [0], [-1], [1, True]]:
                subject.case(name, function, [given, *arguments])
        subject.case(name, function, [torch.tensor([1.0, NAN, 3, NAN])])
        subject.case(name, function, [torch.tensor([-INF, -INF, 1.0, INF, INF])])
        subject.case(name, function, [torch.tensor(2.5)])
    for rows in [[[2, 0, 3], [1, 2, 3]], [[0, 2, 0], [4, 0, 1]], [[0, 0, 0], [1, 1, 5]]]:
        values = torch.tensor(rows, dtype=F64)
        for arguments in [[], [1], [0, True]]:
            subject.case("prod", total_prod, [values, *arguments])


def truth_reductions(subject):
    s = Samples("truth reductions")
    x = s.integers([2, 3, 4], 0, 4).to(BOOL)
    for name, function in [("any", torch.any), ("all", torch.all)]:
        for arguments in AXES:
            subject.case(name, one_by_one(function), [x, *arguments])
        for given in [torch.tensor([0.0, NAN]), torch.tensor([0.0, -0.0]), torch.tensor([2, 1], dtype=I32), torch.zeros([0, 2])]:
            subject.case(name, function, [given])
    x = s.integers([3, 4], -5, 6)
    for name, function in [("sum", over_axes(torch.sum)), ("amax", over_axes(torch.amax)), ("amin", over_axes(torch.amin))]:
        for arguments in [[], [0], [1, True]]:
            subject.case(name, function, [x, *arguments])
    subject.case("prod", total_prod, [x, 0])
    subject.case("sum", over_axes(torch.sum), [x > 0, 1])
    for given in [x, x > 0, x.to(F32)]:
        subject.case("countNonzero", lambda v, axis=None: torch.count_nonzero(v, axis), [given])
        subject.case("countNonzero", lambda v, axis=None: torch.count_nonzero(v, axis), [given, 1])


def along_an_axis(subject):
    for name, function in [("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)]:
        s = Samples(name)
        x = s.uniform([2, 3, 4], -3, 3)
        for axis in [0, 1, -1]:
            subject.case(name, function, [x, axis])
        subject.case(name, function, [x.to(F32), -1])
        subject.case(name, function, [torch.tensor([1000.0, 1001, 999], dtype=F64), 0])
        subject.case(name, function, [torch.tensor([-INF, 0, 1], dtype=F64), 0], second=False)
        subject.case(name, function, [torch.tensor([-INF, -INF], dtype=F64), 0], second=False)
        subject.case(name, function, [torch.tensor([INF, 0], dtype=F64), 0], second=False)
        subject.case(name, function, [torch.tensor([NAN, 0], dtype=F64), 0], second=False)
        subject.case(name, function, [s.uniform([0, 3]), 1])
        subject.case(name, function, [s.uniform([2, 0]), 1])
    for name, function in [("cumsum", torch.cumsum)]:
        s = Samples(name)
        x = s.uniform([2, 3, 4])
        for axis in [0, 1, -1]:
            subject.case(name, function, [x, axis])
        subject.case(name, function, [x.to(F32), 1])
        subject.case(name, function, [s.integers([2, 4], -3, 4), 1])
        subject.case(name, function, [torch.tensor([1, NAN, INF, 2], dtype=F64), 0], second=False)
        subject.case(name, function, [s.uniform([0, 3]), 0])


def generate():
    warnings.simplefilter("ignore")
    subject = Subject("reductions")
    float_reductions(subject)
    ties_and_zeros(subject)
    truth_reductions(subject)
    along_an_axis(subject)
    return subject.write()
