"""What the generators share: how tensors become text, how a case is recorded, where sample values come from.

A fixture file holds, for every operation, a list of cases:

    inputs     tensors, each one string: "float64[2,3] 0.5 -0 NaN Infinity 1e-05 7" (dtype, shape, elements in row-major order)
    arguments  what the operation is called with; "$0" stands for the first input, {"slice": [start, stop, step]} for a
               slice, "$undefined" for an argument left out. Without this key: the inputs, in order.
               {"construct": [3, 2], "state": {"weight": "$1"}} stands for a layer: the arguments of its constructor,
               and its state; with "training", the outputs are those of training, and the buffers after the call
    outputs    what PyTorch answers, or
    error      true, where PyTorch refuses
    constants  which inputs are not differentiated (tensors among options, such as class weights)
    gradients  the derivative of sum(output k * pattern(k)) over all floating outputs, for every input; null: none.
               Without this key, no gradient was asked for. Where all are null, no output depends on the inputs differentiably.
    kink       true, where the function or its gradient has a corner or a jump at the inputs, or PyTorch's gradient is no
               derivative: finite differences say nothing
    second     the derivative of sum(gradient i * pattern(100 + i)) over all inputs, for every input; null: none

`pattern(k)` is a fixed, irregular sequence of exactly representable numbers, which both sides compute. PyTorch's int64
is written as int32, which is lucid's only wide integer type.
"""
import json
import math
import os
import re
import zlib

import numpy
import torch

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures")
NAMES = {
    torch.float32: "float32",
    torch.float64: "float64",
    torch.float16: "float16",
    torch.bfloat16: "bfloat16",
    torch.int32: "int32",
    torch.int64: "int32",
    torch.uint8: "uint8",
    torch.bool: "bool",
}
F32, F64, I32, I64, U8, BOOL = torch.float32, torch.float64, torch.int32, torch.int64, torch.uint8, torch.bool
NAN, INF = math.nan, math.inf


class Missing:
    """An argument that is left out."""


MISSING = Missing()


class Layer:
    """A layer: the arguments of lucid's constructor, and its state, which the function gets as a dict.

    In training, the outputs are those of the layer, and its buffers after the call.
    """

    def __init__(self, construct, *, training=False, **state):
        self.construct = construct
        self.training = training
        self.state = {name: value for name, value in state.items() if value is not None}


def number(value, dtype):
    """The shortest decimal that reads back as the same element."""
    if dtype == torch.bool:
        return "1" if value else "0"
    if not dtype.is_floating_point:
        return str(int(value))
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    single = dtype in (torch.float32, torch.float16, torch.bfloat16)
    text = str(numpy.float32(value)) if single else repr(float(value))
    read = numpy.float32(float(text)) if single else float(text)
    assert read == value, text
    return text[:-2] if text.endswith(".0") else text


def encode(tensor):
    tensor = tensor.detach()
    if tensor._is_zerotensor():
        tensor = torch.zeros(tensor.shape, dtype=tensor.dtype)
    values = " ".join(number(value, tensor.dtype) for value in tensor.flatten().tolist())
    return f"{NAMES[tensor.dtype]}[{','.join(map(str, tensor.shape))}] {values}".rstrip()


def pattern(seed, like):
    """Numbers between -2 and 2 without an evident order; multiples of 1/32."""
    count = like.numel()
    values = [((i * i * 17 + i * 53 + seed * 31 + 29) % 127 - 63) / 32 for i in range(count)]
    return torch.tensor(values, dtype=like.dtype).reshape(like.shape)


def snake(name):
    return re.sub("[A-Z]", lambda match: "_" + match.group().lower(), name)


def options(given):
    """Options as lucid spells them, for a PyTorch call."""
    return {snake(key): value for key, value in given.items()}


class Samples:
    """Reproducible sample values with few digits, so that the files stay small."""

    def __init__(self, name):
        self.random = numpy.random.RandomState(zlib.crc32(name.encode()))

    def uniform(self, shape, low=-2.0, high=2.0, dtype=F64):
        values = numpy.round(self.random.uniform(low, high, size=shape), 2)
        return torch.tensor(values, dtype=dtype)

    def integers(self, shape, low, high, dtype=I32):
        return torch.tensor(self.random.randint(low, high, size=shape), dtype=dtype)

    def distinct(self, shape, dtype=F64):
        """All different, at least 0.25 apart."""
        count = int(numpy.prod(shape))
        return torch.tensor(self.random.permutation(count) / 4 - count / 8, dtype=dtype).reshape(shape)


def flat(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return list(value)


def weighted(outputs):
    """What is differentiated: the sum of all elements, each with another weight."""
    return sum((x * pattern(k, x)).sum() for k, x in enumerate(outputs) if x.requires_grad)


def bends(call, leaves, step=1e-6):
    """Whether the slopes to both sides differ, of the outputs or of the gradient, in any element of the float64 leaves."""
    if any(x.dtype != F64 or not x.isfinite().all() for x in leaves):
        return False

    def values():
        outputs = call()
        gradients = torch.autograd.grad(weighted(outputs), leaves, allow_unused=True)
        found = [*(x.detach() for x in outputs if x.dtype == F64), *(g for g in gradients if g is not None)]
        return torch.cat([x.flatten() for x in found])

    def at(elements, i, value):
        elements[i] = value
        return values()

    here = values()
    for leaf in leaves:
        elements = leaf.detach().view(-1)
        for i, value in enumerate(elements.tolist()):
            try:
                above, below = at(elements, i, value + step), at(elements, i, value - step)
            except RuntimeError:
                # The end of the range in which the function is defined.
                return True
            finally:
                elements[i] = value
            left, right = (here - below) / step, (above - here) / step
            if ((left - right).abs() > 1e-3 * (1 + left.abs())).any():
                return True
    return False


def differentiate(record, inputs, outputs, second):
    """Adds the gradients to the record of a case, and their derivatives where `second` says so."""
    leaves = [x for x in inputs if x.requires_grad]

    def in_order(found):
        rest = iter(found)
        return [next(rest) if x.requires_grad else None for x in inputs]

    gradients = in_order(torch.autograd.grad(weighted(outputs), leaves, allow_unused=True, create_graph=second))
    record["gradients"] = [None if g is None else encode(g) for g in gradients]
    if not second:
        return
    directed = [(g * pattern(100 + i, g)).sum() for i, g in enumerate(gradients) if g is not None and g.requires_grad]
    if not directed:
        return
    seconds = in_order(torch.autograd.grad(sum(directed), leaves, allow_unused=True))
    if any(g is not None for g in seconds):
        record["second"] = [None if g is None else encode(g) for g in seconds]


class Subject:
    """One fixture file."""

    def __init__(self, name):
        self.name = name
        self.operations = {}

    def case(self, operation, function, arguments, *, gradient=True, second=None, error=False, kink=False):
        """Calls `function` with `arguments` (in which tensors may stand at any depth) and records what comes out.

        `kink` says that PyTorch's gradient is no derivative, by its own decision.
        """
        inputs = []
        constants = []

        def prepare(value, constant=False):
            """The argument as PyTorch gets it, with its description."""
            if isinstance(value, torch.Tensor):
                leaf = value.detach().clone(memory_format=torch.contiguous_format)
                if constant:
                    constants.append(len(inputs))
                elif gradient and leaf.is_floating_point():
                    leaf.requires_grad_()
                inputs.append(leaf)
                return leaf, f"${len(inputs) - 1}"
            if isinstance(value, (list, tuple)):
                pairs = [prepare(item) for item in value]
                return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
            if isinstance(value, dict):
                pairs = {key: prepare(item, True) for key, item in value.items()}
                return {k: p[0] for k, p in pairs.items()}, {k: p[1] for k, p in pairs.items()}
            if isinstance(value, Layer):
                pairs = {key: prepare(item) for key, item in value.state.items()}
                described = {"construct": value.construct, "state": {k: p[1] for k, p in pairs.items()}}
                if value.training:
                    described["training"] = True
                return {k: p[0] for k, p in pairs.items()}, described
            if value is MISSING:
                return None, "$undefined"
            if isinstance(value, slice):
                return value, {"slice": [value.start, value.stop, value.step]}
            if value is Ellipsis:
                return value, "..."
            if isinstance(value, float) and not math.isfinite(value):
                return value, f"${number(value, F64)}"
            return value, value

        actual, described = prepare(list(arguments))
        record = {"inputs": [encode(x) for x in inputs]}
        if described != [f"${i}" for i in range(len(inputs))]:
            record["arguments"] = described
        if constants:
            record["constants"] = constants
        self.operations.setdefault(operation, []).append(record)
        if error:
            try:
                function(*actual)
            except (RuntimeError, ValueError, IndexError, TypeError):
                record["error"] = True
                return
            raise AssertionError(f"{operation}: PyTorch was expected to refuse {described}")
        outputs = flat(function(*actual))
        record["outputs"] = [encode(x) for x in outputs]
        leaves = [x for x in inputs if x.requires_grad]
        traced = [x for x in outputs if x.requires_grad]
        if leaves and not traced:
            record["gradients"] = [None for _ in inputs]
        elif leaves:
            differentiate(record, inputs, outputs, all(x.dtype == F64 for x in leaves) if second is None else second)
            if kink or bends(lambda: flat(function(*actual)), leaves):
                record["kink"] = True
    def write(self):
        write(self.name, self.operations)
        return sum(len(cases) for cases in self.operations.values())


def save(name, text):
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, f"{name}.json"), "w", encoding="utf-8") as file:
        file.write(text)


def write(name, content):
    """One line per case, so that a change shows as a change of that case."""
    lines = []
    for operation, cases in content.items():
        if isinstance(cases, list):
            body = ",\n".join(json.dumps(case, separators=(",", ":"), ensure_ascii=False, allow_nan=False) for case in cases)
            lines.append(f"{json.dumps(operation)}:[\n{body}\n]")
        else:
            lines.append(f"{json.dumps(operation)}:{json.dumps(cases, separators=(',', ':'), allow_nan=False)}")
    save(name, "{\n" + ",\n".join(lines) + "\n}\n")
