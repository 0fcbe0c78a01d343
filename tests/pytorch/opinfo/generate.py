"""Writes what PyTorch's own test database (OpInfo) asks of every operation, and what PyTorch answers.

    /usr/bin/python3 generate.py FOLDER [name …]

FOLDER gets one file per operation, one line per sample: the fields of ../generators/common.py, and the element type.
`pnpm opinfo` calls this, and compares.
"""
import json
import os
import re
import sys
import types
import unittest
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def import_database():
    """Imports the database. It needs a package for its own tests that is not installed; nothing here uses it."""
    stub = types.ModuleType("expecttest")
    stub.TestCase, stub.ACCEPT = type("TestCase", (unittest.TestCase,), {}), False
    sys.modules.setdefault("expecttest", stub)
    warnings.simplefilter("ignore")
    from torch.testing._internal.common_methods_invocations import op_db

    return op_db


import torch

from generators.common import NAMES, encode, number, weighted
from opinfo.binding import LEFT_OUT, bind

DTYPES = [torch.float64, torch.float32, torch.int32, torch.uint8, torch.bool]
# The operations with complex numbers that lucid has, as pairs of real numbers on a last axis, besides those in PAIRS_GROUP.
PAIRS, PAIRS_GROUP = {"stft", "istft"}, "fft."
# Their types; and the functions that take complex numbers, but of which PyTorch also takes real ones.
COMPLEX = [torch.complex128, torch.complex64]
TAKE_COMPLEX = re.compile(r"fft\.(i?fft|irfft|hfft)[2n]?$")
# Functions that take both, and are told by an option.
TAKE_BOTH = re.compile(r"fft\.i?fftshift$|stft$")
# Samples with more elements than this test no other code, and take long to compare.
MOST_ELEMENTS = 20_000


class Unsupported(Exception):
    """The sample needs what lucid leaves out, such as complex numbers."""


class Record:
    """One call."""

    def __init__(self, round_to=None, length=None, name=""):
        self.inputs, self.round_to, self.length = [], round_to, length
        self.pairs, self.wants_pairs = has_pairs(name), TAKE_COMPLEX.match(name) is not None
        self.is_told = TAKE_BOTH.match(name) is not None

    def prepare(self, value, differentiable):
        """The value as PyTorch gets it, and its description."""
        if self.pairs and isinstance(value, torch.Tensor) and value.is_complex():
            if value.numel() > MOST_ELEMENTS:
                raise Unsupported("large")
            leaf = torch.view_as_real(value.detach().resolve_conj().contiguous()).clone()
            if differentiable and value.requires_grad:
                leaf.requires_grad_()
            self.inputs.append(leaf)
            text = f"${len(self.inputs) - 1}"
            if len(self.inputs) > 1:
                raise Unsupported("complex windows")
            return torch.view_as_complex(leaf), {"pairs": text} if self.is_told else text
        if isinstance(value, torch.Tensor):
            if value.dtype not in NAMES or value.layout != torch.strided:
                raise Unsupported(str(value.dtype))
            if self.length is None and value.numel() > MOST_ELEMENTS:
                raise Unsupported("large")
            part = value.detach()[tuple(slice(self.length) for _ in value.shape)]
            leaf = part.clone(memory_format=torch.contiguous_format).resolve_neg()
            if self.round_to is not None and leaf.is_floating_point():
                leaf = torch.round(leaf, decimals=self.round_to)
            if differentiable and value.requires_grad:
                leaf.requires_grad_()
            self.inputs.append(leaf)
            text = f"${len(self.inputs) - 1}"
            return leaf, {"complex": text} if self.wants_pairs and len(self.inputs) == 1 else text
        if isinstance(value, (list, tuple, torch.Size)):
            pairs = [self.prepare(item, differentiable) for item in value]
            return type(value)(pair[0] for pair in pairs) if not isinstance(value, torch.Size) else value, [
                pair[1] for pair in pairs
            ]
        if isinstance(value, torch.dtype):
            if value == torch.int64:
                return value, "int32"
            if value not in NAMES:
                raise Unsupported(str(value))
            return value, NAMES[value]
        if isinstance(value, slice):
            return value, {"slice": [value.start, value.stop, value.step]}
        if value is Ellipsis:
            return value, "..."
        if isinstance(value, float) and not (abs(value) < float("inf")):
            return value, f"${number(value, torch.float64)}"
        if value is None or isinstance(value, (bool, int, float, str)):
            return value, value
        raise Unsupported(type(value).__name__)


def has_pairs(name):
    return name in PAIRS or name.startswith(PAIRS_GROUP)


def results(value):
    """The tensors in a result, in order; complex numbers as pairs."""
    if isinstance(value, torch.Tensor):
        return [torch.view_as_real(value.resolve_conj()) if value.is_complex() else value]
    if isinstance(value, (bool, int, float)):
        return [torch.tensor(value)]
    return [x for item in value for x in results(item)]


def described(op, sample, round_to=None, length=None):
    """The sample as a fixture describes a case, the call, and what is differentiated."""
    record = Record(round_to, length, op.name)
    pairs = {}
    function = op.op

    def keep(value):
        actual, text = record.prepare(value, True)
        pairs[id(value)] = (value, text)
        return actual

    first = keep(sample.input)
    args = [keep(value) for value in sample.args]
    kwargs = {name: value if name in LEFT_OUT else keep(value) for name, value in sample.kwargs.items()}
    required, options = bind(op.name, function, (sample.input, *sample.args), sample.kwargs)

    def text(value):
        if id(value) in pairs and pairs[id(value)][0] is value:
            return pairs[id(value)][1]
        if isinstance(value, (list, tuple)):
            return [text(item) for item in value]
        return Record().prepare(value, False)[1]

    arguments = [text(value) for value in required]
    if options:
        arguments.append({name: text(value) for name, value in options.items()})
    case = {"inputs": [encode(x) for x in record.inputs], "arguments": arguments}
    return case, record.inputs, lambda: determined(op.name, function)(first, *args, **kwargs)


# Decompositions whose vectors have signs, and directions beyond the rank, that nothing determines.
VECTORS = {"linalg.svd": 1, "svd": 1, "linalg.eigh": 0, "symeig": 0}
# Of these only the first result is compared: one entry of the database returns nothing else, another returns all.
FIRST = {"linalg.lstsq"}


def determined(name, function):
    """The function without what it does not determine."""

    def values_and_sizes(*args, **kwargs):
        found = function(*args, **kwargs)
        at = VECTORS[name]
        if at == 0:
            return found[0], found[1].abs()
        u, s, v = found
        k = s.shape[-1]
        rows = v.mT if name == "svd" else v
        return s, u[..., :k].abs(), rows[..., :k, :].abs()

    if name in FIRST:
        return lambda *args, **kwargs: results(function(*args, **kwargs))[0]
    return values_and_sizes if name in VECTORS else function


def reseeded(call, by):
    """The call with other random numbers, although the database seeds the generator itself."""
    original = torch.manual_seed
    torch.manual_seed = lambda seed: original(seed + by)
    try:
        original(by)
        return call()
    finally:
        torch.manual_seed = original


def answer(case, inputs, call):
    """Adds what PyTorch answers."""
    torch.manual_seed(1)
    outputs = results(call())
    if any(x.dtype not in NAMES for x in outputs):
        raise Unsupported("output")
    if sum(x.numel() for x in outputs) > MOST_ELEMENTS:
        raise Unsupported("large")
    others = [results(reseeded(call, seed)) for seed in range(5)]
    if any(not torch.equal(a.nan_to_num(), b.nan_to_num()) for again in others for a, b in zip(outputs, again)):
        # Drawn at random: only types and shapes can be compared.
        case["random"] = True
    case["outputs"] = [encode(x) for x in outputs]
    leaves = [x for x in inputs if x.requires_grad]
    if case.get("random") or not leaves:
        return
    traced = [x for x in outputs if x.requires_grad]
    found = [None] * len(leaves)
    if traced:
        found = torch.autograd.grad(weighted(outputs), leaves, allow_unused=True)
    rest = iter(found)
    gradients = [next(rest) if x.requires_grad else None for x in inputs]
    case["gradients"] = [None if g is None else encode(g) for g in gradients]
    constants = [i for i, x in enumerate(inputs) if x.is_floating_point() and not x.requires_grad]
    if constants:
        case["constants"] = constants


def cases_of(op):
    for dtype in [*COMPLEX, *DTYPES] if has_pairs(op.name) else DTYPES:
        if dtype not in op.supported_dtypes("cpu"):
            continue
        differentiable = dtype in (torch.float64, torch.complex128) and op.supports_autograd and dtype in op.supported_backward_dtypes("cpu")
        torch.manual_seed(0)
        try:
            samples = list(op.sample_inputs("cpu", dtype, requires_grad=differentiable))
        except Exception as error:
            yield {"unsupported": f"samples: {error}"[:200]}
            continue
        for sample in samples:
            try:
                case, inputs, call = described(op, sample)
                answer(case, inputs, call)
                yield {"dtype": NAMES.get(dtype, "complex"), **case}
            except Unsupported as reason:
                yield {"unsupported": str(reason)}
            except Exception as error:
                yield {"unsupported": f"PyTorch: {error}"[:200]}


def main(folder, wanted):
    os.makedirs(folder, exist_ok=True)
    by_name = {}
    for op in import_database():
        if not wanted or op.name in wanted:
            by_name.setdefault(op.name, []).append(op)
    for name, variants in by_name.items():
        lines = [json.dumps(case, allow_nan=False) for op in variants for case in cases_of(op)]
        with open(os.path.join(folder, f"{name}.jsonl"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], set(sys.argv[2:]))
