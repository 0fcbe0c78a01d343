"""Layers with given parameters."""
import torch
import torch.nn.functional as F

from .common import F32, F64, INF, MISSING, NAN, Layer, Samples, Subject

TYPES = {F32: "float32", F64: "float64"}


def layers(subject):
    s = Samples("layers")
    for dtype in [F64, F32]:
        for x, w in [([2, 3], [4, 3]), ([3], [2, 3]), ([2, 2, 3], [1, 3]), ([0, 3], [2, 3])]:
            linear = lambda x, own: F.linear(x, own["weight"], own.get("bias"))
            for bias in [True, False]:
                given, weight = s.uniform(x, dtype=dtype), s.uniform(w, dtype=dtype)
                construct = [w[1], w[0], {"bias": bias, "dtype": TYPES[dtype]}]
                layer = Layer(construct, weight=weight, bias=s.uniform(w[:1], dtype=dtype) if bias else None)
                subject.case("Linear", linear, [given, layer])
        x = s.uniform([2, 5], -3, 3, dtype)
        for name, function in [
            ("ReLU", F.relu),
            ("Tanh", torch.tanh),
            ("Sigmoid", torch.sigmoid),
            ("GELU", F.gelu),
            ("Identity", torch.clone),
            ("Flatten", lambda x: torch.flatten(x, 1)),
        ]:
            subject.case(name, function, [x])
        subject.case("GELU", lambda x, o: F.gelu(x, approximate="tanh"), [x, {"approximate": "tanh"}])
        # Dropout in evaluation passes its input on.
        subject.case("Dropout", lambda x, p: F.dropout(x, p, training=False), [x, 0.5])
        for axis in [0, -1]:
            subject.case("Softmax", F.softmax, [x, axis])
            subject.case("LogSoftmax", F.log_softmax, [x, axis])


def normalisation(subject):
    s = Samples("layerNorm")
    norm = lambda x, shape, weight=None, bias=None, eps=1e-5: F.layer_norm(x, shape, weight, bias, eps)
    for dtype in [F64, F32]:
        for x, shape in [([3, 5], [5]), ([2, 3, 4], [3, 4]), ([4], [4])]:
            subject.case("layerNorm", norm, [s.uniform(x, dtype=dtype), shape])
            subject.case("layerNorm", norm, [s.uniform(x, dtype=dtype), shape, s.uniform(shape, dtype=dtype), s.uniform(shape, dtype=dtype)])
            subject.case("layerNorm", norm, [s.uniform(x, dtype=dtype), shape, s.uniform(shape, dtype=dtype), MISSING, 0.25])
        for shape in [[4], [3, 4]]:
            x, weight, bias = s.uniform([2, 3, 4], dtype=dtype), s.uniform(shape, dtype=dtype), s.uniform(shape, dtype=dtype)
            layer = lambda eps: lambda x, own: F.layer_norm(x, shape, own.get("weight"), own.get("bias"), eps)
            options = {"dtype": TYPES[dtype]}
            subject.case("LayerNorm", layer(1e-5), [x, Layer([shape, options], weight=weight, bias=bias)])
            subject.case("LayerNorm", layer(0.25), [x, Layer([shape, {**options, "bias": False, "eps": 0.25}], weight=weight)])
            subject.case("LayerNorm", layer(1e-5), [x, Layer([shape, {**options, "elementwiseAffine": False}])])
        subject.case("layerNorm", norm, [torch.tensor([[1, NAN, 2], [1, INF, 2], [1, 2, 3]], dtype=dtype), [3]], gradient=False)
    subject.case("layerNorm", norm, [s.uniform([0, 3]), [3]])
    subject.case("layerNorm", norm, [s.uniform([2, 3]), [2]], error=True)


def distances(subject):
    s = Samples("distances")
    cosine = lambda x, y, given={}: F.cosine_similarity(x, y, **given)
    distance = lambda x, y, given={}: F.pairwise_distance(x, y, **given)
    for dtype in [F64, F32]:
        pair = lambda a, b=None: [s.uniform(a, dtype=dtype), s.uniform(b or a, dtype=dtype)]
        for given in [{}, {"dim": 0}, {"dim": -1, "eps": 0.5}, {"eps": 5}]:
            subject.case("cosineSimilarity", cosine, [*pair([3, 4]), given], kink="eps" in given)
        subject.case("cosineSimilarity", cosine, pair([2, 3, 2], [3, 1]))
        for given in [{}, {"p": 1}, {"p": 3}, {"p": 0}, {"p": 1.5, "keepdim": True}, {"p": INF}, {"p": 2, "eps": 0.25}]:
            subject.case("pairwiseDistance", distance, [*pair([3, 4]), given])
        subject.case("pairwiseDistance", distance, pair([4]))
        subject.case("pairwiseDistance", distance, pair([2, 4], [4]))
        for name, function, table in [
            ("CosineSimilarity", cosine, [{}, {"dim": 0}]),
            ("PairwiseDistance", distance, [{}, {"p": 1, "keepdim": True}]),
        ]:
            for given in table:
                subject.case(name, function, [*pair([3, 4]), *([given] if given else [])])
    zero = torch.zeros([2, 3], dtype=F64)
    subject.case("cosineSimilarity", cosine, [zero, s.uniform([2, 3])], second=False)
    subject.case("pairwiseDistance", distance, [zero, zero, {"eps": 0}], second=False)


def adaptive(subject):
    s = Samples("adaptive")
    for dtype in [F64, F32]:
        for x, target, bias in [([6, 8], [0, 3, 4, 9, 10, 11], False), ([3, 8], [7, 1, 2], True), ([8], 10, False)]:
            module = torch.nn.AdaptiveLogSoftmaxWithLoss(8, 12, [4, 10], div_value=2, head_bias=bias).to(dtype)
            state = {name: s.uniform(list(value.shape), -1, 1, dtype) for name, value in module.state_dict().items()}
            layer = Layer([8, 12, [4, 10], {"divValue": 2, "headBias": bias, "dtype": TYPES[dtype]}], **state)
            call = lambda x, y, own, module=module: torch.nn.utils.stateless.functional_call(module, own, (x, y.long()))
            subject.case("AdaptiveLogSoftmaxWithLoss", call, [s.uniform(x, dtype=dtype), torch.tensor(target, dtype=torch.int32), layer])


def generate():
    subject = Subject("layers")
    distances(subject)
    adaptive(subject)
    layers(subject)
    normalisation(subject)
    return subject.write()
