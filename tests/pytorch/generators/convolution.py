"""Convolution and transposed convolution: values, gradients, and the layers with given parameters."""
import torch
import torch.nn.functional as F

from .common import F32, F64, I32, Layer, Samples, Subject, options

TYPES = {F32: "float32", F64: "float64"}

# Shapes of input and weight, and options, by the number of axes.
FORWARD = {
    1: [
        ([2, 2, 6], [3, 2, 3], {}),
        ([2, 6], [3, 2, 3], {"padding": 1}),
        ([1, 4, 7], [4, 2, 2], {"stride": 2, "groups": 2}),
        ([2, 2, 8], [2, 2, 3], {"dilation": 2, "padding": [2], "stride": [3]}),
        ([1, 2, 5], [1, 2, 4], {"padding": "same"}),
        ([1, 2, 5], [1, 2, 2], {"padding": "valid", "dilation": 3}),
        ([2, 3, 5], [3, 1, 3], {"groups": 3, "padding": 4}),
        ([1, 2, 4], [4, 1, 2], {"groups": 2}),
        ([2, 3, 3], [2, 3, 1], {}),
        ([1, 1, 9], [1, 1, 2], {"stride": 4}),
    ],
    2: [
        ([2, 2, 4, 5], [2, 2, 2, 3], {}),
        ([2, 4, 4], [3, 2, 3, 3], {"padding": 1, "stride": 2}),
        ([1, 4, 4, 3], [2, 2, 2, 1], {"groups": 2, "padding": [0, 1]}),
        ([2, 3, 4, 4], [3, 1, 3, 3], {"groups": 3, "padding": 1}),
        ([1, 2, 5, 6], [2, 2, 3, 2], {"dilation": [1, 3], "stride": [2, 1]}),
        ([1, 2, 3, 4], [1, 2, 2, 4], {"padding": "same", "dilation": [2, 1]}),
        ([2, 3, 2, 3], [2, 3, 1, 1], {}),
    ],
    3: [
        ([1, 2, 3, 3, 3], [2, 2, 2, 2, 2], {}),
        ([2, 2, 3, 2], [2, 1, 2, 3, 1], {"groups": 2, "padding": [1, 1, 0], "stride": [2, 1, 1]}),
        ([1, 1, 3, 2, 4], [1, 1, 2, 1, 2], {"dilation": [1, 1, 2], "padding": "same"}),
    ],
}
TRANSPOSED = {
    1: [
        ([2, 2, 4], [2, 3, 3], {}),
        ([2, 4], [2, 3, 3], {"stride": 2, "padding": 1, "output_padding": 1}),
        ([1, 4, 3], [4, 2, 2], {"groups": 2, "stride": [3]}),
        ([1, 2, 3], [2, 1, 3], {"dilation": 3, "output_padding": 2, "stride": 2}),
        ([2, 3, 4], [3, 1, 2], {"groups": 3, "dilation": 2, "padding": 2}),
        ([2, 2, 3], [2, 2, 1], {"stride": 3, "output_padding": [2]}),
        ([1, 1, 1], [1, 2, 1], {"stride": 3, "output_padding": 2, "padding": 1}),
        ([1, 2, 2], [2, 1, 4], {"stride": 2, "output_padding": 3, "padding": 2, "dilation": 4}),
    ],
    2: [
        ([2, 2, 2, 3], [2, 2, 2, 3], {}),
        ([2, 3, 2], [2, 1, 3, 2], {"stride": [2, 1], "padding": [1, 0], "output_padding": [1, 0]}),
        ([1, 4, 2, 2], [4, 1, 2, 2], {"groups": 2, "stride": 2}),
        ([1, 2, 2, 3], [2, 1, 2, 2], {"groups": 2, "dilation": [2, 1], "padding": 1}),
    ],
    3: [
        ([1, 2, 2, 2, 2], [2, 2, 2, 1, 2], {"stride": [1, 2, 2]}),
        ([2, 2, 1, 2], [2, 1, 1, 2, 2], {"groups": 2, "padding": [0, 0, 1], "output_padding": [0, 1, 0], "stride": 2}),
    ],
}


def camel(given):
    return {"outputPadding" if key == "output_padding" else key: value for key, value in given.items()}


def functions(subject):
    s = Samples("convolution")
    for table, names, outputs in [
        (FORWARD, ("conv{}d", "conv{}d"), lambda weight, groups: weight[0]),
        (TRANSPOSED, ("convTranspose{}d", "conv_transpose{}d"), lambda weight, groups: weight[1] * groups),
    ]:
        for axes, cases in table.items():
            name, torch_name = (name.format(axes) for name in names)
            function = getattr(F, torch_name)
            call = lambda x, w, given={}: function(x, w, **options(given))
            for x, weight, given in cases:
                subject.case(name, call, [s.uniform(x), s.uniform(weight), *([camel(given)] if given else [])])
            x, weight, given = cases[1]
            bias = s.uniform([outputs(weight, given.get("groups", 1))])
            # Tensors among options are constants; the gradient of the bias is compared with the layers.
            subject.case(name, call, [s.uniform(x), s.uniform(weight), {**camel(given), "bias": bias}])
            subject.case(name, call, [s.uniform(x, dtype=F32), s.uniform(weight, dtype=F32), camel(given)])
            batch = [0, *cases[0][0][1:]]
            subject.case(name, call, [s.uniform(batch), s.uniform(cases[0][1])], second=False)
            right = [s.uniform(cases[0][0]), s.uniform(cases[0][1])]
            for wrong in [
                {"stride": 0},
                {"padding": -1},
                {"dilation": 0},
                {"groups": 3},
                {"stride": [1] * (axes + 1)},
                {"bias": s.uniform([9])},
            ]:
                subject.case(name, call, [*right, wrong], error=True)
            subject.case(name, call, [s.uniform([2] * axes), right[1]], error=True)
            subject.case(name, call, [right[0], s.uniform([2, 5] + [1] * axes if table is FORWARD else [5, 2] + [1] * axes)], error=True)
            if table is FORWARD:
                subject.case(name, call, [*right, {"padding": "same", "stride": 2}], error=True)
                subject.case(name, call, [*right, {"padding": "full"}], error=True)
                subject.case(name, call, [right[0], s.uniform([1, 2] + [9] * axes)], error=True)
            else:
                subject.case(name, call, [*right, {"outputPadding": 1}], error=True)
                subject.case(name, call, [*right, {"padding": 9}], error=True)
    for x, weight in [([1, 2, 4], [2, 2, 2])]:
        integers = [s.integers(x, -5, 6, torch.int64), s.integers(weight, -5, 6, torch.int64)]
        subject.case("conv1d", lambda x, w: F.conv1d(x, w), integers)


def layers(subject):
    s = Samples("convolution layers")
    modes = {"zeros": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
    for axes in [1, 2, 3]:
        space = [5, 4, 3][:axes] if axes > 1 else [5]
        kernel = [3, 2, 2][:axes]
        for given in [
            {},
            {"bias": False, "stride": 2, "padding": 1},
            {"groups": 2, "dilation": 2 if axes == 1 else 1, "padding": "same"},
            *({"padding": 1, "paddingMode": mode} for mode in modes if mode != "zeros"),
            *([{"padding": "same", "paddingMode": "circular"}] if axes < 3 else []),
        ]:
            if axes == 3 and given.get("paddingMode") == "reflect":
                continue
            arguments = {**given, "dtype": "float64"}

            def call(x, own, given=given):
                own_options = {key: value for key, value in options(given).items() if key != "bias"}
                layer = getattr(torch.nn, f"Conv{axes}d")(4, 2, kernel, bias="bias" in own, dtype=F64, **own_options)
                return torch.nn.utils.stateless.functional_call(layer, own, (x,))

            weight = s.uniform([2, 4 // given.get("groups", 1), *kernel])
            bias = s.uniform([2]) if given.get("bias", True) else None
            layer = Layer([4, 2, kernel, arguments], weight=weight, bias=bias)
            subject.case(f"Conv{axes}d", call, [s.uniform([1, 4, *space]), layer])
        for given in [{}, {"bias": False, "stride": 2, "padding": 1, "outputPadding": 1}, {"groups": 2, "dilation": 2}]:
            arguments = {**given, "dtype": "float64"}

            def call(x, own, given=given):
                own_options = {key: value for key, value in options(given).items() if key != "bias"}
                layer = getattr(torch.nn, f"ConvTranspose{axes}d")(2, 4, kernel, bias="bias" in own, dtype=F64, **own_options)
                return torch.nn.utils.stateless.functional_call(layer, own, (x,))

            weight = s.uniform([2, 4 // given.get("groups", 1), *kernel])
            bias = s.uniform([4]) if given.get("bias", True) else None
            layer = Layer([2, 4, kernel, arguments], weight=weight, bias=bias)
            subject.case(f"ConvTranspose{axes}d", call, [s.uniform([2, *([2] * axes)]), layer])


def generate():
    subject = Subject("convolution")
    functions(subject)
    layers(subject)
    return subject.write()
