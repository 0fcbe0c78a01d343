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
        other = getattr(torch, name)
        subject.case(name, other, [s.uniform([2, 3]), s.uniform([3])])
        subject.case(name, other, [s.uniform([2], dtype=F32), s.integers([3, 1], -2, 3)])
        subject.case(name, other, [s.uniform([2]), s.uniform([3])], error=True)
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


TYPES = {"float32": F32, "float64": F64, "int32": I32, "uint8": U8, "bool": BOOL}


def with_options(subject):
    """dim, keepdim and dtype as options, in one object or after dim."""

    def read(arguments, names=("dim", "keepdim")):
        """Positional arguments and options in one dict; dtype as PyTorch has it."""
        given = {"dim": None, "keepdim": False}
        given.update(zip(names, (a for a in arguments if not isinstance(a, dict))))
        for options in arguments:
            given.update(options if isinstance(options, dict) else {})
        if "dtype" in given:
            given["dtype"] = TYPES[given["dtype"]]
        return given

    def several(function):
        def call(x, *arguments):
            given = read(arguments)
            return function(x, axes_of(x, given.pop("dim")), given.pop("keepdim"), **given)

        return call

    def each(function):
        def call(x, *arguments):
            given = read(arguments)
            if "dtype" in given:
                x = x.to(given["dtype"])
            found = one_by_one(function)(x, given["dim"], given["keepdim"])
            # PyTorch makes integers int64 where it isn't told a type.
            return found.to(given["dtype"]) if "dtype" in given else found

        return call

    def single(function):
        def call(x, *arguments):
            given = read(arguments)
            found = function(x, given["dim"], given["keepdim"])
            return found if isinstance(found, torch.Tensor) else tuple(found)

        return call

    def spreads(function):
        def call(x, *arguments):
            given = read(arguments)
            correction = given.get("correction", 1 if given.get("unbiased", True) else 0)
            return function(x, axes_of(x, given["dim"]), correction=correction, keepdim=given["keepdim"])

        return call

    def along(function):
        def call(x, *arguments):
            given = read(arguments)
            return function(x, given["dim"], dtype=given.get("dtype"))

        return call

    s = Samples("reductions with options")
    x = s.distinct([2, 3, 4])
    anywhere = [[{"dim": 1}], [{"dim": [0, -1], "keepdim": True}], [1, {"keepdim": True}], [{"keepdim": True}]]
    somewhere = [[{"dim": 1}], [{"dim": -1, "keepdim": True}], [0, {"keepdim": True}]]
    table = {"sum": torch.sum, "mean": torch.mean, "amax": torch.amax, "amin": torch.amin, "logsumexp": torch.logsumexp}
    for name, function in table.items():
        for arguments in anywhere:
            subject.case(name, several(function), [x, *arguments])
    numbers = s.integers([3, 4], -9, 9)
    for name, function in [("sum", torch.sum), ("mean", torch.mean)]:
        for dtype in ["float32", "float64"]:
            subject.case(name, several(function), [numbers, {"dim": 1, "dtype": dtype}])
    subject.case("sum", several(torch.sum), [torch.tensor([1.75, -1.75, 2.5], dtype=F64), {"dtype": "int32"}], gradient=False)
    subject.case("sum", several(torch.sum), [s.uniform([2, 3], dtype=F32), 0, {"dtype": "float64"}])
    for name, function in [("var", torch.var), ("std", torch.std)]:
        options = [*anywhere, [{"dim": [0, 2], "correction": 0}], [{"correction": 2, "keepdim": True}], [1, {"unbiased": False}]]
        for arguments in [*options, [{"dim": 2, "unbiased": True}]]:
            subject.case(name, spreads(function), [x, *arguments])
        # As many elements as the correction takes, and fewer: the divisor is 0.
        for correction in [2, 3]:
            subject.case(name, spreads(function), [torch.tensor([[1.0, 2]], dtype=F64), 1, {"correction": correction}], gradient=False)
    truth = s.integers([2, 3, 4], 0, 5)
    for name, function in [("any", torch.any), ("all", torch.all)]:
        for given in [truth > 0, truth, truth.to(F64)]:
            for arguments in anywhere:
                subject.case(name, each(function), [given, *arguments])
    product = lambda x, dim, keepdim: torch.prod(x, dim, keepdim)
    for arguments in anywhere:
        subject.case("prod", each(product), [s.uniform([2, 3, 2]), *arguments])
    subject.case("prod", each(product), [numbers, {"dim": 1, "dtype": "float64"}])
    subject.case("prod", each(product), [numbers, 0, {"dtype": "float32", "keepdim": True}])
    subject.case("prod", each(product), [s.uniform([2, 3], dtype=F32), {"dim": 1, "dtype": "float64"}])
    subject.case("prod", each(product), [torch.tensor([1.75, -2.5, 3.5], dtype=F64), {"dtype": "int32"}], gradient=False)
    for name, function in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
        for arguments in [*somewhere, [{"keepdim": True}]]:
            subject.case(name, single(function), [x, *arguments])
    for name, function in [("max", torch.max), ("min", torch.min)]:
        for arguments in somewhere:
            subject.case(name, single(function), [x, *arguments])
    for axis in [0, [0, 2]]:
        subject.case("countNonzero", lambda v, given: torch.count_nonzero(v, given["dim"]), [truth, {"dim": axis}])
    for name, function in [("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)]:
        for arguments in [[{"dim": 0}], [{"dim": -1, "dtype": "float64"}], [1, {"dtype": "float32"}]]:
            subject.case(name, along(function), [s.uniform([2, 3]), *arguments])
        subject.case(name, along(function), [s.uniform([2, 3], dtype=F32), 1, {"dtype": "float64"}])
        subject.case(name, along(function), [numbers, 1, {"dtype": "float64"}])
    for arguments in [[{"dim": 0}], [{"dim": -1, "dtype": "float64"}], [1, {"dtype": "float32"}]]:
        subject.case("cumsum", along(torch.cumsum), [s.uniform([2, 3]), *arguments])
        subject.case("cumsum", along(torch.cumsum), [numbers, *arguments])
    subject.case("cumsum", along(torch.cumsum), [s.uniform([2, 3], dtype=F32), 1, {"dtype": "float64"}])
    subject.case("cumsum", along(torch.cumsum), [torch.tensor([1.75, -2.5, 3.5], dtype=F64), 0, {"dtype": "int32"}], gradient=False)
    subject.case("cumsum", along(torch.cumsum), [torch.tensor([200, 100, 7], dtype=U8), 0, {"dtype": "uint8"}])


def pairs(subject):
    """Two reductions at once."""
    s = Samples("pairs")

    def aminmax(x, given=None):
        """PyTorch 1.13 does not differentiate aminmax itself."""
        given = given or {}
        over = (given.get("dim", tuple(range(x.dim()))), given.get("keepdim", False))
        assert all(torch.equal(a, b) for a, b in zip(torch.aminmax(x, **given), (x.amin(*over), x.amax(*over))))
        return x.amin(*over), x.amax(*over)

    for arguments in [[], [{"dim": 0}], [{"dim": -1, "keepdim": True}]]:
        subject.case("aminmax", aminmax, [s.distinct([2, 3]), *arguments])
        subject.case("aminmax", aminmax, [s.integers([2, 3], -9, 9), *arguments])


def generate():
    warnings.simplefilter("ignore")
    subject = Subject("reductions")
    float_reductions(subject)
    ties_and_zeros(subject)
    truth_reductions(subject)
    along_an_axis(subject)
    with_options(subject)
    pairs(subject)
    return subject.write()
