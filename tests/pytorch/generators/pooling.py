"""Pooling: values, positions and gradients of windows, as functions and as layers."""
import torch
import torch.nn.functional as F

from .common import F32, F64, I32, INF, NAN, Samples, Subject, options

SPACES = {1: [7], 2: [5, 6], 3: [3, 4, 4]}


def layer_name(function):
    """maxPool2d → MaxPool2d, lpPool1d → LPPool1d."""
    return "LP" + function[2:] if function.startswith("lp") else function[0].upper() + function[1:]


def both(subject, name, call, x, *rest, **marks):
    """A case of the function and one of the layer."""
    subject.case(name, call, [x, *rest], **marks)
    subject.case(layer_name(name), call, [x, *rest], **marks)


def per_axis(axes, values):
    return values[:axes]


def maxima(subject):
    s = Samples("maxPool")
    for axes in [1, 2, 3]:
        name, function = f"maxPool{axes}d", getattr(F, f"max_pool{axes}d")

        def call(x, kernel, given={}):
            found = function(x, kernel, **options(given))
            return [found[0], found[1].to(torch.int32)] if given.get("returnIndices") else found

        for batch, kernel, given in [
            ([2, 2], 2, {}),
            ([2], [3, 2, 2][:axes], {"stride": 1, "returnIndices": True}),
            ([1, 2], 3, {"stride": 2, "padding": 1, "returnIndices": True}),
            ([1, 2], 2, {"stride": [2, 3, 1][:axes], "ceilMode": True, "returnIndices": True}),
            ([1, 1], 2, {"dilation": 2, "stride": [1]}),
            ([1, 2], 3, {"stride": 3, "padding": 1, "ceilMode": True}),
        ]:
            rest = [kernel, given] if given else [kernel]
            both(subject, name, call, s.distinct([*batch, *SPACES[axes]]), *rest)
        # Ties, infinities and NaN.
        values = torch.tensor([1, 3, 3, 2, NAN, NAN, 1, -INF, -INF, -INF, -INF, INF, INF, 0, -0.0, 0], dtype=F64)
        shape = {1: [1, 1, 16], 2: [1, 1, 4, 4], 3: [1, 1, 1, 4, 4]}[axes]
        indices = {"returnIndices": True}
        subject.case(name, call, [values.reshape(shape), per_axis(axes, {1: [2], 2: [2, 2], 3: [1, 2, 2]}[axes]), indices], kink=True)
        strided = {"returnIndices": True, "stride": 1, "padding": {1: 1, 2: 1, 3: [0, 1, 1]}[axes]}
        subject.case(name, call, [values.reshape(shape), {1: [3], 2: [2, 2], 3: [1, 3, 2]}[axes], strided], kink=True)
        subject.case(name, call, [s.distinct([2, 2, *SPACES[axes]], F32), 2, indices])
        x = s.distinct([1, 2, *SPACES[axes]])
        for wrong in [[9], [2, {"padding": 2}], [0], [2, {"stride": -1}], [[2] * (axes + 1)]]:
            subject.case(name, call, [x, *wrong], error=True)
        subject.case(name, call, [s.distinct([1] * (axes + 3)), 1], error=True)


def averages(subject):
    s = Samples("avgPool")
    for axes in [1, 2, 3]:
        name, function = f"avgPool{axes}d", getattr(F, f"avg_pool{axes}d")
        call = lambda x, kernel, given={}: function(x, kernel, **options(given))
        cases = [
            ([2, 2], 2, {}),
            ([2], [3, 2, 2][:axes], {"stride": 1}),
            ([1, 2], 3, {"stride": 2, "padding": 1}),
            ([1, 2], 3, {"stride": 2, "padding": 1, "countIncludePad": False}),
            ([1, 2], 2, {"stride": [2, 3, 1][:axes], "ceilMode": True}),
            ([1, 1], 3, {"stride": 3, "padding": 1, "ceilMode": True}),
            ([1, 1], 3, {"stride": 3, "padding": 1, "ceilMode": True, "countIncludePad": False}),
        ]
        if axes > 1:
            cases += [([1, 1], 3, {"stride": 2, "padding": 1, "divisorOverride": -5})]
        for batch, kernel, given in cases:
            rest = [kernel, given] if given else [kernel]
            both(subject, name, call, s.uniform([*batch, *SPACES[axes]]), *rest)
        subject.case(name, call, [s.uniform([2, 2, *SPACES[axes]], dtype=F32), 2])
        special = torch.tensor([1, INF, -INF, 2, NAN, 1, 3, 4], dtype=F64).reshape([1, 1, *([1] * (axes - 1)), 8])
        subject.case(name, call, [special, [*([1] * (axes - 1)), 2]], gradient=False)
        x = s.uniform([1, 2, *SPACES[axes]])
        wrongs = [[9], [2, {"padding": 2}], [0], [2, {"stride": -1}]]
        for wrong in wrongs + ([[2, {"divisorOverride": 0}]] if axes > 1 else []):
            subject.case(name, call, [x, *wrong], error=True)
    for given in [{}, {"padding": 1, "countIncludePad": False}]:
        integers = s.integers([1, 2, 5, 4], -9, 10, torch.int64)
        subject.case("avgPool2d", lambda x, k, g: F.avg_pool2d(x, k, **options(g)), [integers, 3, given])


def adaptive(subject):
    s = Samples("adaptivePool")
    for axes in [1, 2, 3]:
        mean = getattr(F, f"adaptive_avg_pool{axes}d")
        maximum = getattr(F, f"adaptive_max_pool{axes}d")

        def largest(x, size, given={}):
            found = maximum(x, size, **options(given))
            return [found[0], found[1].to(torch.int32)] if given.get("returnIndices") else found

        sizes = [1, 3, [4, 3, 2][:axes], [[5], [5, 6], [2, 4, 3]][axes - 1], *([[None, 4, 2][:axes]] if axes > 1 else [])]
        for i, size in enumerate(sizes):
            shape = [*([2] if i == 0 else [1, 2]), *SPACES[axes]]
            both(subject, f"adaptiveAvgPool{axes}d", lambda x, size: mean(x, size), s.uniform(shape), size)
            given = [{"returnIndices": True}] if i % 2 == 0 else []
            both(subject, f"adaptiveMaxPool{axes}d", largest, s.distinct(shape), size, *given)
        subject.case(f"adaptiveAvgPool{axes}d", lambda x, size: mean(x, size), [s.uniform([1, 2, *SPACES[axes]], dtype=F32), 3])
        values = torch.tensor([1, 3, 3, 2, NAN, NAN, 1, -INF, -INF, -INF, -INF, INF, INF, 0, -0.0], dtype=F64)
        line = values.reshape([1, 1, *([1] * (axes - 1)), 15])
        size = [*([1] * (axes - 1)), 4]
        subject.case(f"adaptiveMaxPool{axes}d", largest, [line, size, {"returnIndices": True}], kink=True)
        subject.case(f"adaptiveAvgPool{axes}d", lambda x, size: mean(x, size), [line, size], gradient=False)
        for name, call in [(f"adaptiveAvgPool{axes}d", lambda x, size: mean(x, size)), (f"adaptiveMaxPool{axes}d", largest)]:
            subject.case(name, call, [line, [1] * (axes + 1)], error=True)
            subject.case(name, call, [torch.zeros([2] * (axes + 3), dtype=F64), 3], error=True)


def norms(subject):
    s = Samples("lpPool")
    # PyTorch 1.13 has no lp_pool3d; this is what later versions compute.
    def volumes(x, p, kernel, stride=None, ceil_mode=False):
        size = [kernel] * 3 if isinstance(kernel, int) else kernel
        mean = F.avg_pool3d(x.pow(p), kernel, stride, 0, ceil_mode)
        return (torch.sign(mean) * F.relu(torch.abs(mean))).mul(size[0] * size[1] * size[2]).pow(1.0 / p)

    for axes, function in [(1, F.lp_pool1d), (2, F.lp_pool2d), (3, volumes)]:
        def call(x, p, kernel, given={}):
            if axes == 1 and isinstance(kernel, list):
                kernel = kernel[0]
            return function(x, p, kernel, **options(given))

        for p, kernel, given in [
            (2, 2, {}),
            (1, 3, {"stride": 2}),
            (3, [2, 3, 2][:axes], {"ceilMode": True}),
            (1.5, 2, {"stride": [3, 2, 1][:axes], "ceilMode": True}),
        ]:
            rest = [p, kernel, given] if given else [p, kernel]
            both(subject, f"lpPool{axes}d", call, s.uniform([1, 2, *SPACES[axes]], 0.2, 2), *rest)
        zeros = torch.zeros([1, 1, *SPACES[axes]], dtype=F64)
        subject.case(f"lpPool{axes}d", call, [zeros, 2, 2], second=False, kink=True)


def unpooling(subject):
    s = Samples("maxUnpool")
    for axes in [1, 2, 3]:
        name, function = f"maxUnpool{axes}d", getattr(F, f"max_unpool{axes}d")
        pool = getattr(F, f"max_pool{axes}d")
        call = lambda x, indices, kernel, given={}: function(x, indices.to(torch.int64), kernel, **options(given))
        space = SPACES[axes]
        for batch, kernel, pooling, given in [
            ([1, 2], 2, {}, {}),
            ([2], [2] * axes, {}, {"outputSize": space}),
            ([1, 1], 3, {"stride": 2, "padding": 1}, {"stride": 2, "padding": 1, "outputSize": [1, 1, *space]}),
        ]:
            found, indices = pool(s.distinct([*batch, *space]), kernel, return_indices=True, **pooling)
            values, indices = s.uniform(found.shape), indices.to(torch.int32)
            rest = [kernel, given] if given else [kernel]
            # Overlapping windows may choose one element twice. Which value wins is not defined.
            if pooling:
                values = torch.zeros_like(found) + 1.5
            marks = {"kink": True} if pooling else {}
            subject.case(name, call, [values, indices, *rest], **marks)
            if "outputSize" not in given:
                subject.case(layer_name(name), call, [values, indices, *rest], **marks)
        values, indices = s.uniform([1, 1, *([2] * axes)]), torch.zeros([1, 1, *([2] * axes)], dtype=I32)
        subject.case(name, call, [values, indices, 2, {"outputSize": [9] * axes}], error=True)
        subject.case(name, call, [values, indices[:, :, :1], 2], error=True)


def fractional(subject):
    s = Samples("fractionalMaxPool")
    for axes, space in [(2, [6, 7]), (3, [5, 5, 6])]:
        name, function = f"fractionalMaxPool{axes}d", getattr(F, f"fractional_max_pool{axes}d")

        def call(x, kernel, given):
            given = dict(given)
            samples = given.pop("randomSamples")
            found = function(x, kernel, **options(given), _random_samples=samples)
            return [found[0], found[1].to(torch.int32)] if given.get("returnIndices") else found

        for batch, kernel, given in [
            ([1, 2], 2, {"outputSize": 3}),
            ([2, 1], [2, 3, 1][:axes], {"outputSize": [4, 3] if axes == 2 else [2, 2, 5], "returnIndices": True}),
            ([2], 2, {"outputRatio": 0.5, "returnIndices": True}),
            ([1, 1], 3, {"outputRatio": [0.4, 0.3, 0.5][:axes]}),
            ([1, 1], 2, {"outputSize": 1}),
        ]:
            lines = batch if len(batch) == 2 else [1, *batch]
            samples = torch.tensor(s.random.uniform(size=[*lines, axes]).round(3), dtype=F64)
            given = {**given, "randomSamples": samples}
            subject.case(name, call, [s.distinct([*batch, *space]), kernel, given])
        # The layers draw numbers. Where the distance is an integer, the windows do not depend on them.
        for kernel, given in [
            (2, {"outputSize": 1}),
            ([2, 3, 2][-axes:], {"outputSize": [3, 2, 3][-axes:], "returnIndices": True}),
        ]:
            layer = lambda x, kernel, given: call(x, kernel, {**given, "randomSamples": None})
            subject.case(layer_name(name), layer, [s.distinct([2, 1, *([6, 5, 6][-axes:])]), kernel, given])
        samples = torch.zeros([1, 1, axes], dtype=F64)
        x = s.distinct([1, 1, *space])
        subject.case(name, call, [x, 3, {"outputSize": 6, "randomSamples": samples}], error=True)
        subject.case(name, call, [x, 3, {"randomSamples": samples}], error=True)


def generate():
    subject = Subject("pooling")
    maxima(subject)
    averages(subject)
    adaptive(subject)
    norms(subject)
    unpooling(subject)
    fractional(subject)
    return subject.write()
