"""Fourier transforms. Complex numbers are pairs of real numbers on a last axis."""
import math
import warnings

import torch

from .common import F32, F64, Samples, Subject, options

TAKE_COMPLEX = {"fft", "ifft", "irfft", "hfft"}


def transform(name):
    function = getattr(torch.fft, name)
    takes_complex = name.rstrip("2n") in TAKE_COMPLEX

    def call(x, given={}):
        result = function(torch.view_as_complex(x) if takes_complex else x, **options(given))
        return torch.view_as_real(result.resolve_conj()) if result.is_complex() else result

    return call


def pairs(x):
    return torch.view_as_complex(x)


def along_one(subject, s):
    """Lengths that are transformed by one matrix, in several steps, and as a convolution."""
    for name in ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]:
        call = transform(name)
        pair = [2] if name in TAKE_COMPLEX else []
        for shape in [[1], [2], [5], [8], [2, 3]]:
            if shape != [1] or name not in ["irfft", "hfft"]:
                subject.case(name, call, [s.uniform([*shape, *pair])])
        for given in [
            {"n": 4},
            {"n": 7, "norm": "ortho"},
            {"n": 1},
            {"dim": 0, "norm": "forward"},
            {"n": 6, "dim": -2, "norm": "backward"},
            {"n": None, "dim": 1, "norm": "ortho"},
        ]:
            subject.case(name, call, [s.uniform([3, 5, *pair]), given])
        subject.case(name, call, [s.uniform([3, 4, *pair], dtype=F32), {"n": 9}])
        subject.case(name, call, [s.uniform([0, 4, *pair])])
        # 70 = 10 · 7, 81 = 9 · 9, 67 is a prime, 134 = 2 · 67, 132 = 12 · 11.
        for n in [67, 70, 81, 134]:
            subject.case(name, call, [s.uniform([3, *pair]), {"n": n}])
        subject.case(name, call, [s.uniform([132, *pair], dtype=F32), {"norm": "ortho"}])
        for given in [{"n": 0}, {"n": -1}, {"dim": 2}, {"norm": "none"}]:
            subject.case(name, call, [s.uniform([3, 4, *pair]), given], error=True)
        subject.case(name, call, [s.uniform([2, 0, *pair])], error=True)
    subject.case("rfft", transform("rfft"), [s.integers([4], -5, 5)])


def along_several(subject, s):
    for name in ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]:
        pair = [2] if name in TAKE_COMPLEX else []
        two, many = transform(f"{name}2"), transform(f"{name}n")
        for shape, given in [
            ([3, 4], {}),
            ([2, 3, 4], {"norm": "ortho"}),
            ([2, 3, 4], {"s": [2, 5], "norm": "forward"}),
            ([3, 2, 4], {"dim": [0, 2]}),
            ([3, 4], {"dim": [1, 0], "s": [5, -1]}),
        ]:
            subject.case(f"{name}2", two, [s.uniform([*shape, *pair]), given])
        for shape, given in [
            ([5], {}),
            ([2, 3, 4], {}),
            ([2, 3, 4], {"s": [3], "norm": "ortho"}),
            ([2, 3, 4], {"dim": 1, "norm": "forward"}),
            ([2, 3, 4], {"dim": [2, 0, 1], "s": [4, 3, 5]}),
        ]:
            subject.case(f"{name}n", many, [s.uniform([*shape, *pair]), given])
        subject.case(f"{name}n", many, [s.uniform([2, 66, *pair], dtype=F32), {}])
        for shape, given in [([3, 4], {"dim": [0, 0]}), ([3, 4], {"s": [2, 2], "dim": [0]}), ([3], {"s": [2, 2]})]:
            subject.case(f"{name}n", many, [s.uniform([*shape, *pair]), given], error=True)
        subject.case(f"{name}2", two, [s.uniform([4, *pair])], error=True)


def frequencies(subject, s):
    for n in [1, 4, 5]:
        for given in [{}, {"d": 0.25}]:
            for name in ["fftfreq", "rfftfreq"]:
                subject.case(name, lambda n, given, name=name: [getattr(torch.fft, name)(n, **given)], [n, given])
    for name in ["fftshift", "ifftshift"]:
        call = lambda x, given={}, name=name: getattr(torch.fft, name)(x, **options(given))
        for shape, given in [([5], {}), ([4, 3], {}), ([4, 3], {"dim": 1}), ([2, 3, 5], {"dim": [0, -1]})]:
            subject.case(name, call, [s.uniform(shape), given])
        of_pairs = lambda x, given, name=name: torch.view_as_real(getattr(torch.fft, name)(pairs(x)))
        subject.case(name, of_pairs, [s.uniform([4, 3, 2]), {"pairs": True}])
        subject.case(name, call, [s.uniform([4, 3]), {"dim": 2}], error=True)


def numbers(subject, s):
    """Making and taking apart complex numbers."""
    subject.case("complex", lambda a, b: torch.view_as_real(torch.complex(a, b)), [s.uniform([2, 3]), s.uniform([2, 3])])
    subject.case("complex", torch.complex, [s.uniform([2, 3]), s.uniform([3, 2])], error=True)
    subject.case("fft.abs", lambda x: pairs(x).abs(), [s.uniform([2, 3, 2])])
    subject.case("angle", lambda x: pairs(x).angle(), [s.uniform([2, 3, 2])])
    subject.case("real", lambda x: pairs(x).real, [s.uniform([2, 3, 2])])
    subject.case("imag", lambda x: pairs(x).imag, [s.uniform([2, 3, 2])])
    subject.case("conj", lambda x: torch.view_as_real(pairs(x).conj().resolve_conj()), [s.uniform([2, 3, 2])])
    product = lambda x, y: torch.view_as_real(pairs(x) * pairs(y))
    subject.case("complexMul", product, [s.uniform([2, 3, 2]), s.uniform([3, 2])])


def cosine_sum(size, coefficients, sym=True):
    """The definition; PyTorch 1.13 does not have these windows."""
    k = torch.arange(size, dtype=F64)
    steps = size - 1 if sym else size
    return sum((-1) ** i * a * torch.cos(2 * math.pi * i * k / steps) for i, a in enumerate(coefficients))


def windows(subject):
    types = {"float64": F64}
    for name in ["hann", "hamming", "blackman", "bartlett", "kaiser"]:
        function = getattr(torch, f"{name}_window")
        own = {"hamming": {"alpha": 0.6, "beta": 0.3}, "kaiser": {"beta": 5.5}}.get(name, {})
        for size, given in [(1, {}), (2, {}), (6, {}), (7, {"periodic": False}), (5, {"periodic": True, **own, "dtype": "float64"})]:
            call = lambda size, given: [function(size, **{k: types.get(v, v) for k, v in given.items()})]
            subject.case(f"{name}Window", call, [size, given])
            # The same window in torch.signal.windows, which is symmetric by default.
            if "alpha" in given or size == 1:
                continue
            symmetric = {k: v for k, v in given.items() if k != "periodic"}
            periodic = lambda size, given: [
                function(size, **{("periodic" if k == "sym" else k): (not v if k == "sym" else types.get(v, v)) for k, v in given.items()})
            ]
            subject.case(name, periodic, [size, {**symmetric, "sym": given.get("periodic") is False}])
    f64 = {"dtype": "float64"}
    subject.case("generalCosine", lambda m, a, given: [cosine_sum(m, a)], [6, [0.4, 0.5, 0.1], f64])
    subject.case("generalHamming", lambda m, given: [cosine_sum(m, [0.7, 0.3])], [6, {"alpha": 0.7, **f64}])
    nuttall = [0.3635819, 0.4891775, 0.1365995, 0.0106411]
    subject.case("nuttall", lambda m, given: [cosine_sum(m, nuttall, False)], [6, {"sym": False, **f64}])
    for size in [1, 5, 6]:
        k = torch.arange(size, dtype=F64)
        middle = (size - 1) / 2
        for name, given, expected in [
            ("cosine", {}, torch.sin(math.pi * (k + 0.5) / size)),
            ("exponential", {"tau": 2.5}, torch.exp(-(k - middle).abs() / 2.5)),
            ("exponential", {"tau": 1.5, "center": 0, "sym": False}, torch.exp(-k / 1.5)),
            ("gaussian", {"std": 1.25}, torch.exp(-(((k - middle) / 1.25) ** 2) / 2)),
        ]:
            subject.case(name, lambda size, given: [expected], [size, {**given, **f64}])


def short_time(subject, s):
    def spectra(x, size, given={}):
        given = dict(given)
        signal = torch.view_as_complex(x) if given.pop("pairs", False) else x
        return torch.view_as_real(torch.stft(signal, size, return_complex=True, **options(given)))

    def signal(x, size, given={}):
        # PyTorch warns of a length that needs zeros.
        warnings.simplefilter("ignore")
        result = torch.istft(torch.view_as_complex(x), size, **options(given))
        return torch.view_as_real(result) if result.is_complex() else result

    window = lambda n: s.uniform([n], 0.5, 1.5)
    for shape, size, given in [
        ([9], 4, {}),
        ([2, 9], 4, {"hopLength": 2, "normalized": True}),
        ([2, 9], 5, {"window": window(5), "center": False}),
        ([2, 9], 6, {"window": window(3), "winLength": 3, "padMode": "constant"}),
        ([9], 6, {"winLength": 5, "hopLength": 3, "padMode": "replicate", "onesided": False}),
        ([1, 9], 4, {"padMode": "circular"}),
        ([9, 2], 4, {"pairs": True, "center": False, "window": window(4)}),
    ]:
        subject.case("stft", spectra, [s.uniform(shape), size, given])
    for shape, size, given in [([9], 10, {"center": False}), ([9], 4, {"hopLength": 0}), ([9], 4, {"winLength": 5}), ([2, 2, 9], 4, {})]:
        subject.case("stft", spectra, [s.uniform(shape), size, given], error=True)
    for shape, size, given in [
        ([3, 4], 4, {}),
        ([2, 3, 5], 4, {"hopLength": 2, "normalized": True, "window": window(4)}),
        ([2, 3, 5], 4, {"hopLength": 2, "length": 6}),
        ([3, 5], 4, {"hopLength": 1, "winLength": 4, "length": 9, "center": False, "window": window(4)}),
        ([2, 5, 4], 5, {"hopLength": 2, "onesided": False, "returnComplex": True, "window": window(5)}),
        ([5, 4], 5, {"hopLength": 2, "onesided": False}),
    ]:
        subject.case("istft", signal, [s.uniform([*shape, 2]), size, given])
    for shape, size, given in [([4, 4], 4, {"onesided": True}), ([3, 4], 4, {"hopLength": 5}), ([3, 0], 4, {})]:
        subject.case("istft", signal, [s.uniform([*shape, 2]), size, given], error=True)


def generate():
    subject = Subject("fft")
    s = Samples("fft")
    along_one(subject, s)
    along_several(subject, s)
    frequencies(subject, s)
    numbers(subject, s)
    windows(subject)
    short_time(subject, s)
    return subject.write()
