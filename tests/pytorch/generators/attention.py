"""Attention and the layers that are made of it: values, weights, gradients of inputs and parameters."""
import math

import torch

from .common import F32, F64, Layer, Samples, Subject, options

TYPES = {F32: "float32", F64: "float64"}


def attend(q, k, v, given={}):
    """The formula of PyTorch's documentation; 1.13 has no public function for it."""
    if given.get("enableGqa"):
        groups = q.shape[-3] // k.shape[-3]
        k, v = k.repeat_interleave(groups, -3), v.repeat_interleave(groups, -3)
    scores = q @ k.transpose(-2, -1) * (given.get("scale") or 1 / math.sqrt(q.shape[-1]))
    mask = given.get("attnMask")
    if given.get("isCausal"):
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return scores.softmax(-1) @ v


def functions(subject, dtype):
    s = Samples("attention")
    number = lambda *shape: s.uniform(list(shape), -1, 1, dtype)
    seen = lambda *shape: torch.tensor(s.random.randint(0, 2, size=shape), dtype=torch.bool).index_fill(-1, torch.tensor([0]), True)
    case = lambda q, k, v, given={}: subject.case("scaledDotProductAttention", attend, [number(*q), number(*k), number(*v), given])
    case([3, 2], [4, 2], [4, 3])
    case([2, 3, 2], [2, 4, 2], [2, 4, 3], {"isCausal": True})
    case([2, 4, 2], [2, 3, 2], [2, 3, 1], {"isCausal": True, "scale": 0.5})
    case([2, 3, 2], [2, 4, 2], [2, 4, 3], {"attnMask": seen(3, 4)})
    case([2, 2, 3, 2], [2, 2, 2, 2], [2, 2, 2, 2], {"attnMask": seen(2, 1, 3, 2)})
    case([2, 2, 3, 2], [2, 2, 2, 2], [2, 2, 2, 2], {"attnMask": number(2, 2, 3, 2), "scale": 2})
    case([2, 3, 2], [1, 4, 2], [4, 3])
    case([1, 4, 2, 2], [1, 2, 3, 2], [1, 2, 3, 2], {"enableGqa": True})
    case([1, 4, 2, 2], [1, 2, 3, 2], [1, 2, 3, 2], {"enableGqa": True, "attnMask": number(1, 4, 2, 3)})
    case([2, 4, 2, 2], [2, 1, 3, 2], [2, 1, 3, 2], {"enableGqa": True, "isCausal": True})
    wrong = [number(3, 2), number(4, 3), number(4, 3)]
    subject.case("scaledDotProductAttention", attend, wrong, error=True)


def flat(value):
    return [value] if isinstance(value, torch.Tensor) else [x for x in value if x is not None]


def states_of(s, module, dtype):
    return {name: s.uniform(list(value.shape), -1, 1, dtype) for name, value in module.state_dict().items()}


def layers(subject, dtype):
    s = Samples("attention layers")
    number = lambda *shape: s.uniform(list(shape), -1, 1, dtype)
    padding = torch.tensor([[False, False, True], [False, False, False]])
    causal = torch.ones([2, 3], dtype=torch.bool).triu(1)

    def case(name, construct, given, inputs, call={}):
        """PyTorch's mask of padding and its other options are given by name."""
        module = getattr(torch.nn, name)(*construct, **options(given)).to(dtype).train()
        for part in module.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0
        layer = Layer([*construct, {**given, "dtype": TYPES[dtype]}], **states_of(s, module, dtype))

        def function(*arguments):
            *tensors, named, own = arguments
            return flat(torch.nn.utils.stateless.functional_call(module, own, tuple(tensors), options(named)))

        subject.case(name, function, [*inputs, call, layer], second=dtype == F64)

    attention = lambda given, inputs, call={}: case("MultiheadAttention", [4, 2], given, inputs, call)
    same = lambda *lead: [number(*lead, 4) for _ in range(3)]
    mixed = [number(2, 2, 4), number(3, 2, 4), number(3, 2, 4)]
    attention({}, same(3, 2))
    attention({"batchFirst": True}, [number(2, 2, 4), number(2, 3, 4), number(2, 3, 4)], {"keyPaddingMask": padding})
    if dtype == F32:
        return
    attention({"bias": False}, same(3), {"averageAttnWeights": False})
    attention({}, mixed, {"needWeights": False, "attnMask": causal})
    attention({}, mixed, {"attnMask": number(2, 3), "keyPaddingMask": padding})
    attention({}, mixed, {"attnMask": number(4, 2, 3), "averageAttnWeights": False})
    attention({"kdim": 2, "vdim": 3}, [number(2, 2, 4), number(3, 2, 2), number(3, 2, 3)])
    attention({"addBiasKv": True, "addZeroAttn": True}, mixed, {"keyPaddingMask": padding, "attnMask": causal})
    small = {"dimFeedforward": 3, "dropout": 0}
    for given in [{}, {"normFirst": True, "activation": "gelu"}, {"batchFirst": True, "layerNormEps": 0.25}]:
        case("TransformerEncoderLayer", [4, 2], {**small, **given}, [number(2, 2, 4)])
        case("TransformerDecoderLayer", [4, 2], {**small, **given}, [number(2, 2, 4), number(2, 2, 4)])
    square = torch.full([3, 3], -math.inf, dtype=dtype).triu(1)
    case("TransformerEncoderLayer", [4, 2], small, [number(3, 2, 4)], {"srcMask": square, "srcKeyPaddingMask": padding})
    masks = {"tgtMask": square, "memoryKeyPaddingMask": padding}
    case("TransformerDecoderLayer", [4, 2], small, [number(3, 2, 4), number(3, 2, 4)], masks)


def generate():
    subject = Subject("attention")
    for dtype in [F64, F32]:
        functions(subject, dtype)
        layers(subject, dtype)
    return subject.write()
