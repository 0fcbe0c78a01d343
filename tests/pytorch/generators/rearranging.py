"""Layers and functions that look up, pad, rearrange and resample."""
import torch
import torch.nn.functional as F

from .common import F32, F64, I32, INF, Layer, Samples, Subject, options, snake

TYPES = {F32: "float32", F64: "float64"}


def padding(subject):
    s = Samples("pad")
    call = lambda x, pad, given={}: F.pad(x, pad, **given)
    for dtype in [F64, F32]:
        for x, pad, given in [
            ([3], [1, 2], {}),
            ([2, 3], [1, 0, 0, 2], {"value": 1.5}),
            ([2, 3], [-1, 2, 1, -1], {}),
            ([2, 2, 3], [0, 1, 1, 0, 2, 1], {}),
            ([2, 4], [3, 2], {"mode": "reflect"}),
            ([1, 2, 3, 4], [1, 2, 2, 0], {"mode": "reflect"}),
            ([2, 3, 2, 3], [1, 1, 0, 1, 2, 0], {"mode": "reflect"}),
            ([2, 4], [5, 0], {"mode": "replicate"}),
            ([1, 2, 3, 4], [1, 2, 0, 3], {"mode": "replicate"}),
            ([2, 2, 2, 3], [1, 1, 0, 1, 2, 0], {"mode": "replicate"}),
            ([1, 2, 4], [3, 1], {"mode": "circular"}),
            ([1, 2, 3, 4], [1, 2, 2, 0], {"mode": "circular"}),
        ]:
            subject.case("pad", call, [s.uniform(x, dtype=dtype), pad, *([given] if given else [])])
    for pad in [[-1, 1, -2, 1], [2, -1, 0, -1]]:
        subject.case("pad", call, [s.uniform([1, 2, 4, 4]), pad, {"mode": "circular"}])
    for pad, given in [([3, 0], {"mode": "reflect"}), ([4, 0], {"mode": "circular"}), ([1], {}), ([-2, -2], {})]:
        subject.case("pad", call, [s.uniform([1, 3]), pad, given], error=True)
    for kind, mode in [("Reflection", "reflect"), ("Replication", "replicate"), ("Circular", "circular"), ("Constant", "constant")]:
        for n, shape in [(1, [2, 4]), (2, [2, 3, 4]), (3, [2, 3, 3, 4])]:
            for given in [1, [1, 0, 0, 2, 1, 1][: 2 * n]]:
                value = [2.5] if kind == "Constant" else []
                pads = [given] * (2 * n) if isinstance(given, int) else given
                layer = lambda x, pad, value=0, pads=pads, mode=mode: F.pad(x, pads, mode, value)
                # PyTorch pads circularly only where there is a batch.
                batch = [1] if kind == "Circular" else []
                subject.case(f"{kind}Pad{n}d", layer, [s.uniform([*batch, *shape]), given, *value])
    subject.case("ZeroPad2d", lambda x, pad: F.pad(x, pad), [s.uniform([2, 3, 4]), [1, 0, 0, 2]])


def channel_shuffle(x, groups):
    """PyTorch's function has no derivative; its definition has one."""
    shuffled = x.reshape(x.shape[0], groups, -1, *x.shape[2:]).transpose(1, 2).reshape(x.shape)
    assert torch.equal(shuffled, F.channel_shuffle(x.detach(), groups))
    return shuffled


def shuffles(subject):
    s = Samples("shuffles")
    for name, layer, function, shapes in [
        ("pixelShuffle", "PixelShuffle", F.pixel_shuffle, [([2, 8, 2, 3], 2), ([9, 1, 2], 3)]),
        ("pixelUnshuffle", "PixelUnshuffle", F.pixel_unshuffle, [([2, 2, 4, 6], 2), ([1, 3, 3], 3)]),
        ("channelShuffle", "ChannelShuffle", channel_shuffle, [([2, 6, 2], 3), ([1, 4, 2, 2], 2)]),
    ]:
        for shape, factor in shapes:
            for target in [name, layer]:
                subject.case(target, function, [s.uniform(shape), factor])
        subject.case(name, function, [s.uniform([1, 5, 5, 5]), 2], error=True)
    subject.case("Unflatten", lambda x, dim, sizes: x.unflatten(dim, sizes), [s.uniform([2, 6]), 1, [2, 3]])
    subject.case("Unflatten", lambda x, dim, sizes: x.unflatten(dim, sizes), [s.uniform([4, 3]), 0, [-1, 2]])


def folding(subject):
    s = Samples("folding")
    unfold = lambda x, kernel, given={}: F.unfold(x, kernel, **given)
    fold = lambda x, size, kernel, given={}: F.fold(x, size, kernel, **given)
    for dtype in [F64, F32]:
        for x, kernel, given in [
            ([2, 2, 4, 5], [2, 3], {}),
            ([1, 1, 5, 5], 2, {"stride": 2}),
            ([1, 2, 4, 4], [3, 2], {"padding": [1, 0], "stride": [1, 2]}),
            ([2, 1, 6, 5], [2, 2], {"dilation": [2, 1], "padding": 1, "stride": [2, 1]}),
            ([2, 4, 5], [2, 2], {"dilation": 2}),
        ]:
            images = s.uniform(x, dtype=dtype)
            rest = [given] if given else []
            subject.case("Unfold", unfold, [images, kernel, *rest])
            columns = s.uniform(list(unfold(images, kernel, given).shape), dtype=dtype)
            for target in ["fold", "Fold"]:
                subject.case(target, fold, [columns, x[-2:], kernel, *rest])
    subject.case("Unfold", unfold, [s.uniform([1, 1, 2, 2]), 3], error=True)
    subject.case("fold", fold, [s.uniform([1, 4, 5]), [3, 3], 2], error=True)


def norms(subject):
    s = Samples("norms")
    local = lambda x, size, given={}: F.local_response_norm(x, size, **given)
    for dtype in [F64, F32]:
        for target in ["localResponseNorm", "LocalResponseNorm"]:
            for shape, size, given in [([2, 5, 3], 2, {}), ([1, 4, 2, 2], 3, {"alpha": 0.5, "beta": 0.5, "k": 2}), ([1, 3, 2], 5, {"alpha": 1})]:
                subject.case(target, local, [s.uniform(shape, dtype=dtype), size, *([given] if given else [])])
        for given in [{}, {"p": 1}, {"p": 3, "dim": 0}, {"p": INF}, {"dim": -1, "eps": 5}]:
            subject.case("normalize", lambda x, given={}: F.normalize(x, **given), [s.uniform([3, 4], dtype=dtype), *([given] if given else [])])
    counted = torch.tensor([[0.5, 0, -2], [0, 0, 3]], dtype=F64)
    subject.case("normalize", lambda x, given: F.normalize(x, **given), [counted, {"p": 0}], second=False)
    subject.case("normalize", F.normalize, [torch.zeros([2, 3], dtype=F64)], second=False)


def bilinear(subject):
    s = Samples("bilinear")
    for dtype in [F64, F32]:
        for leading in [[3], [2, 2], []]:
            x, y, w = s.uniform([*leading, 2], dtype=dtype), s.uniform([*leading, 3], dtype=dtype), s.uniform([4, 2, 3], dtype=dtype)
            subject.case("bilinear", F.bilinear, [x, y, w])
            subject.case("bilinear", F.bilinear, [x, y, w, s.uniform([4], dtype=dtype)])
            for bias in [True, False]:
                layer = Layer([2, 3, 4, {"bias": bias, "dtype": TYPES[dtype]}], weight=w, bias=s.uniform([4], dtype=dtype) if bias else None)
                subject.case("Bilinear", lambda x, y, own: F.bilinear(x, y, own["weight"], own.get("bias")), [x, y, layer])
    subject.case("bilinear", F.bilinear, [s.uniform([2, 3]), s.uniform([3, 3]), s.uniform([1, 3, 3])], error=True)


def distances(subject):
    s = Samples("pdist")
    call = lambda x, given={}: F.pdist(x, **given)
    for shape, given in [([4, 3], {}), ([3, 2], {"p": 3.0}), ([3, 2], {"p": 1.0}), ([1, 2], {})]:
        subject.case("pdist", call, [s.uniform(shape), given], second=False)
    for shape, given in [([3], {}), ([3, 2], {"p": -1.0})]:
        subject.case("pdist", call, [s.uniform(shape), given], error=True)


def one_hot(subject):
    s = Samples("oneHot")
    call = lambda x, given={}: F.one_hot(x.to(torch.int64), **options(given))
    for shape, given in [([4], {}), ([2, 3], {"numClasses": 6}), ([], {"numClasses": 4}), ([0], {"numClasses": 3})]:
        subject.case("oneHot", call, [s.integers(shape, 0, 4), given])
    for values, given in [([0, 3], {"numClasses": 3}), ([0, -1], {}), ([0, 1], {"numClasses": 0}), ([0, 1], {"numClasses": -2})]:
        subject.case("oneHot", call, [torch.tensor(values, dtype=I32), given], error=True)
    subject.case("oneHot", call, [torch.zeros([0], dtype=I32)], error=True)


def embeddings(subject):
    s = Samples("embedding")
    call = lambda x, w, given={}: F.embedding(x.long(), w.clone(), **options(given))
    for dtype in [F64, F32]:
        for shape in [[4], [2, 3], [], [0]]:
            for given in [{}, {"paddingIdx": 1}, {"paddingIdx": -1, "scaleGradByFreq": True}]:
                x, w = s.integers(shape, 0, 4), s.uniform([4, 3], dtype=dtype)
                # PyTorch's gradient of these options is no derivative.
                subject.case("embedding", call, [x, w, *([given] if given else [])], kink=bool(given))
                layer = Layer([4, 3, {**given, "dtype": TYPES[dtype]}], weight=w)
                subject.case("Embedding", lambda x, own, given=given: call(x, own["weight"], given), [x, layer], kink=bool(given))

    def bag(x, w, given={}):
        given = {key: value.long() if key == "offsets" else value for key, value in given.items()}
        return F.embedding_bag(x.long(), w, **options(given))

    offsets = torch.tensor([0, 2, 2, 5], dtype=I32)
    for mode in ["sum", "mean", "max"]:
        for given in [{}, {"paddingIdx": 2}]:
            base = {"mode": mode, **given}
            for dtype in [F64, F32]:
                x, w = s.integers([3, 2], 0, 5), s.distinct([5, 3], dtype=dtype)
                subject.case("embeddingBag", bag, [x, w, base], second=False)
                x = s.integers([6], 0, 5)
                subject.case("embeddingBag", bag, [x, w, {**base, "offsets": offsets}], second=False)
                subject.case("embeddingBag", bag, [x, w, {**base, "offsets": torch.tensor([0, 1, 4, 6], dtype=I32), "includeLastOffset": True}], second=False)
                layer = Layer([5, 3, {**base, "dtype": TYPES[dtype]}], weight=w)
                subject.case("EmbeddingBag", lambda x, own, base=base: bag(x, own["weight"], base), [s.integers([2, 3], 0, 5), layer], second=False)
    x, w, weights = s.integers([6], 0, 5), s.uniform([5, 3]), s.uniform([6])
    subject.case("embeddingBag", bag, [x, w, {"mode": "sum", "offsets": offsets, "perSampleWeights": weights}], second=False)
    subject.case("embeddingBag", bag, [x, w, {"mode": "mean", "offsets": offsets, "scaleGradByFreq": True}], second=False, kink=True)
    subject.case("embeddingBag", bag, [x, w, {"mode": "mean", "offsets": offsets, "perSampleWeights": weights}], error=True)
    subject.case("embeddingBag", bag, [x, w], error=True)
    subject.case("embedding", call, [torch.tensor([4], dtype=I32), s.uniform([4, 3])], error=True)


def dropouts(subject):
    """In evaluation they pass their input on."""
    s = Samples("dropouts")
    for name, shape in [("Dropout1d", [2, 3, 4]), ("Dropout2d", [2, 3, 2, 2]), ("Dropout3d", [2, 1, 2, 2, 2]), ("AlphaDropout", [3]), ("FeatureAlphaDropout", [2, 3])]:
        subject.case(name, lambda x, p: x.clone(), [s.uniform(shape), 0.5])


def resampling(subject):
    s = Samples("interpolate")
    call = lambda x, given: F.interpolate(x, **options(given))
    for dtype in [F64, F32]:
        for shape, given in [
            ([1, 2, 4], {"scaleFactor": 2}),
            ([1, 1, 5], {"size": 3}),
            ([1, 1, 3, 4], {"size": [5, 2]}),
            ([1, 1, 2, 2, 3], {"scaleFactor": [2, 1, 1.5]}),
            ([1, 1, 7], {"size": 5, "mode": "nearest-exact"}),
            ([1, 1, 3, 4], {"scaleFactor": [1.7, 2.3], "mode": "nearest-exact"}),
            ([1, 2, 4], {"size": 7, "mode": "linear"}),
            ([1, 2, 5], {"scaleFactor": 0.6, "mode": "linear", "alignCorners": False}),
            ([1, 2, 5], {"scaleFactor": 0.6, "mode": "linear", "recomputeScaleFactor": True}),
            ([1, 1, 4], {"size": 6, "mode": "linear", "alignCorners": True}),
            ([1, 1, 3, 4], {"size": [5, 7], "mode": "bilinear"}),
            ([1, 1, 3, 4], {"scaleFactor": 2, "mode": "bilinear", "alignCorners": True}),
            ([1, 1, 5, 6], {"size": [2, 3], "mode": "bilinear"}),
            ([1, 1, 3, 4], {"size": [5, 3], "mode": "bicubic"}),
            ([1, 1, 3, 4], {"scaleFactor": [2, 1.5], "mode": "bicubic", "alignCorners": True}),
            ([1, 1, 2, 3, 2], {"size": [3, 4, 3], "mode": "trilinear"}),
            ([1, 1, 2, 3, 2], {"scaleFactor": 2, "mode": "trilinear", "alignCorners": True}),
            ([1, 2, 7], {"size": 3, "mode": "area"}),
            ([1, 1, 4, 6], {"scaleFactor": 0.5, "mode": "area"}),
            ([1, 1, 3, 5], {"size": [5, 2], "mode": "area"}),
            ([1, 1, 7, 8], {"size": [3, 3], "mode": "bilinear", "antialias": True}),
            ([1, 1, 6, 9], {"size": [4, 12], "mode": "bicubic", "antialias": True}),
            ([1, 1, 3, 4], {"size": [3, 4], "mode": "bilinear"}),
        ]:
            x = s.uniform(shape, dtype=dtype)
            subject.case("interpolate", call, [x, given])
            if "antialias" not in given:
                subject.case("Upsample", call, [x, given])
        image = s.uniform([1, 1, 2, 3], dtype=dtype)
        subject.case("UpsamplingNearest2d", lambda x, given: torch.nn.UpsamplingNearest2d(**options(given))(x), [image, {"scaleFactor": 2}])
        subject.case("UpsamplingBilinear2d", lambda x, given: torch.nn.UpsamplingBilinear2d(**options(given))(x), [image, {"size": [3, 5]}])
    for shape, given in [([1, 2, 3], {}), ([1, 2, 3], {"size": 2, "scaleFactor": 1}), ([1, 2, 3], {"size": 2, "mode": "bilinear"}), ([1, 2, 3], {"size": 2, "alignCorners": True})]:
        subject.case("interpolate", call, [s.uniform(shape), given], error=True)


def generate():
    subject = Subject("rearranging")
    resampling(subject)
    padding(subject)
    shuffles(subject)
    folding(subject)
    norms(subject)
    bilinear(subject)
    embeddings(subject)
    one_hot(subject)
    distances(subject)
    dropouts(subject)
    return subject.write()
