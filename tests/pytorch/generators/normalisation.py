"""Normalization over batches, instances and groups: values, gradients, and what training does to running statistics.

The statistics are outputs that PyTorch does not differentiate: finite differences would see that they depend on the input.
"""
import torch
import torch.nn.functional as F

from .common import F32, F64, Layer, Samples, Subject, options

TYPES = {F32: "float32", F64: "float64"}
SHAPES = {1: [3, 2, 4], 2: [2, 2, 2, 3], 3: [2, 2, 1, 2, 2]}


def batch_norm(x, mean, variance, given={}):
    """The result and the statistics after the call."""
    mean, variance = [None if t is None else t.detach().clone() for t in (mean, variance)]
    y = F.batch_norm(x, mean, variance, **options(given))
    return [t for t in (y, mean, variance) if t is not None]


def instance_norm(x, given={}):
    given = dict(given)
    for name in ["runningMean", "runningVar"]:
        if name in given:
            given[name] = given[name].detach().clone()
    y = F.instance_norm(x, **options(given))
    return [y, *(given[name] for name in ["runningMean", "runningVar"] if name in given)]


def rms_norm(x, shape, given={}):
    """PyTorch 1.13 has none; this is the formula of later versions."""
    eps = given.get("eps") or torch.finfo(x.dtype).eps
    axes = list(range(-len(shape), 0))
    y = x * torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)
    return y * given["weight"] if given.get("weight") is not None else y


def functions(subject, dtype):
    s = Samples("normalisation")
    two = lambda low=-2.0, high=2.0: s.uniform([2], low, high, dtype)
    for shape in [[4, 2], [3, 2, 4], [2, 2, 2, 3]] if dtype == F64 else [[3, 2, 2]]:
        x = s.uniform(shape, dtype=dtype)
        mean, variance = two(), two(0.25, 2)
        affine = {"weight": two(), "bias": two()}
        for given in [
            {},
            affine,
            {**affine, "eps": 0.25},
            {"weight": two()},
            {"bias": two()},
            {"training": True},
            {**affine, "training": True},
            {"training": True, "momentum": 0.5, "eps": 0.25, "weight": two()},
            {"training": True, "momentum": 0, "bias": two()},
        ]:
            subject.case("batchNorm", batch_norm, [x, mean, variance, given], kink="training" in given)
        subject.case("batchNorm", batch_norm, [x, None, None, {**affine, "training": True}])
    subject.case("batchNorm", batch_norm, [s.uniform([1, 2], dtype=dtype), None, None, {"training": True}], error=True)
    subject.case("batchNorm", batch_norm, [s.uniform([3, 2], dtype=dtype), None, None], error=True)
    for shape in [[2, 2, 4], [2, 2, 2, 3]] if dtype == F64 else [[2, 2, 3]]:
        x = s.uniform(shape, dtype=dtype)
        affine = {"weight": two(), "bias": two()}
        running = {"runningMean": two(), "runningVar": two(0.25, 2)}
        for given in [{}, affine, {"eps": 0.25}, running, {**running, **affine, "momentum": 0.5}, {**running, "useInputStats": False}]:
            subject.case("instanceNorm", instance_norm, [x, given], kink="runningMean" in given)
    subject.case("instanceNorm", instance_norm, [s.uniform([2, 2, 1], dtype=dtype)], error=True)
    group = lambda x, groups, given={}: F.group_norm(x, groups, **given)
    for shape in [[3, 4], [2, 4, 3], [2, 4, 1, 2]]:
        four = lambda: s.uniform([4], dtype=dtype)
        for groups in [1, 2]:
            for given in [{}, {"weight": four(), "bias": four()}, {"weight": four(), "eps": 0.25}]:
                subject.case("groupNorm", group, [s.uniform(shape, dtype=dtype), groups, given])
    subject.case("groupNorm", group, [s.uniform([2, 4, 3], dtype=dtype), 4])
    subject.case("groupNorm", group, [s.uniform([2, 4, 3], dtype=dtype), 3], error=True)
    for shape, last in [([3, 4], [4]), ([2, 3, 2], [3, 2])]:
        for given in [{}, {"eps": 0.25}, {"weight": s.uniform(last, dtype=dtype)}]:
            subject.case("rmsNorm", rms_norm, [s.uniform(shape, dtype=dtype), last, given])


def layers(subject, dtype):
    """Layers with a state of PyTorch's names. In training, the buffers after the call are outputs too."""
    s = Samples("normalisation layers")

    def state_of(module):
        found = {}
        for name, value in module.state_dict().items():
            low = 0.25 if name == "running_var" else -2
            counter = name == "num_batches_tracked"
            found[name] = torch.tensor(3, dtype=torch.int32) if counter else s.uniform(list(value.shape), low, 2, dtype)
        return found

    def case(name, construct, given, x, training=False):
        module = getattr(torch.nn, name)(*construct, **options(given)).to(dtype)
        state = state_of(module)
        layer = Layer([*construct, {**given, "dtype": TYPES[dtype]}], training=training, **state)

        def call(x, own):
            module.train(training)
            buffers = {key: own[key].detach().clone() for key, _ in module.named_buffers()}
            for key, value in buffers.items():
                module._buffers[key] = value
            parameters = {key: own[key] for key, _ in module.named_parameters()}
            y = torch.nn.utils.stateless.functional_call(module, parameters, x)
            return [y, *(module._buffers[key] for key in buffers)] if training else y

        subject.case(name, call, [x, layer], kink=training and "running_mean" in state)

    for d, shape in SHAPES.items():
        if dtype == F32 and d != 2:
            continue
        for given in [{}, {"momentum": None, "eps": 0.25}, {"affine": False, "momentum": 0.25}, {"trackRunningStats": False}]:
            for training in [False, True]:
                case(f"BatchNorm{d}d", [2], given, s.uniform(shape, dtype=dtype), training)
        for given in [{}, {"affine": True, "eps": 0.25}, {"trackRunningStats": True}]:
            for training in [False, True]:
                case(f"InstanceNorm{d}d", [2], given, s.uniform([2, 2, *[2] * d], dtype=dtype), training)
        case(f"InstanceNorm{d}d", [2], {"affine": True}, s.uniform([2, *[2] * d], dtype=dtype))
    case("BatchNorm1d", [2], {}, s.uniform([4, 2], dtype=dtype), True)
    for given in [{}, {"eps": 0.25}, {"affine": False}]:
        case("GroupNorm", [2, 4], given, s.uniform([2, 4, 3], dtype=dtype))
    for given in [{}, {"eps": 0.25}]:
        layer = Layer([[3], {**given, "dtype": TYPES[dtype]}], weight=s.uniform([3], dtype=dtype))
        call = lambda x, own, given=given: rms_norm(x, [3], {**given, **own})
        subject.case("RMSNorm", call, [s.uniform([2, 3], dtype=dtype), layer])


def generate():
    subject = Subject("normalisation")
    for dtype in [F64, F32]:
        functions(subject, dtype)
        layers(subject, dtype)
    return subject.write()
