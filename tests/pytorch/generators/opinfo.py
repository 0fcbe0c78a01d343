"""A few small samples of PyTorch's own test database (OpInfo), for the operations that no other fixture compares.

They are what admits an operation whose samples in the database are telling; `pnpm opinfo` compares all of them.
"""
import json
import os
import re

import torch

from opinfo.generate import Unsupported, answer, described, import_database, results
from .common import F64, FOLDER, I32, bends, weighted, write

OPERATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../packages/tensor/src/operations")
# Drawn at random, of undefined contents, in place, or another function in lucid.
LEFT_OUT = {"bernoulli", "polygamma", "broadcastShapes", "empty", "emptyLike", "multinomial", "newEmpty", "zero_", "slice"}
# PyTorch takes the tensors one by one, lucid a list of them.
LISTED = {"block_diag", "broadcast_tensors", "cartesian_prod", "meshgrid"}
DECIMALS = 2
MOST_ELEMENTS = 60
SAMPLES = {F64: 3, I32: 1}
# Where every sample is large, its tensors are cut to this length along every dimension.
LENGTHS = [None, 3, 2]


def lucid_names():
    """The names that lucid's operations are exported by."""
    found = set()
    for folder, _, files in os.walk(OPERATIONS):
        for file in files:
            if file.endswith(".ts") and not file.endswith(".test.ts"):
                with open(os.path.join(folder, file), encoding="utf-8") as source:
                    found |= set(re.findall(r"^export (?:const|function) (\w+)", source.read(), re.MULTILINE))
    return found


def compared_elsewhere():
    """The operations of the other fixtures."""
    names = set()
    for file in os.listdir(FOLDER):
        if file != "opinfo.json":
            with open(os.path.join(FOLDER, file), encoding="utf-8") as fixture:
                names |= set(json.load(fixture))
    return names


def camel(name):
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda match: match.group(1).upper(), name)


def size(case):
    return sum(text.count(" ") for text in [*case["inputs"], *case["outputs"]])


def kind(case):
    """What tells samples apart: ranks, and which options are given."""
    ranks = [text[: text.index("]")].count(",") for text in case["inputs"]]
    options = [sorted(argument.items()) for argument in case["arguments"] if isinstance(argument, dict)]
    return f"{ranks} {len(case['arguments'])} {options}"


def small_samples(op, dtype):
    """Samples that differ in kind, the most telling of the small ones first."""
    if dtype not in op.supported_dtypes("cpu"):
        return []
    differentiable = dtype == F64 and op.supports_autograd
    torch.manual_seed(0)
    samples = list(op.sample_inputs("cpu", dtype, requires_grad=differentiable))
    for length in LENGTHS:
        found = cases_of_samples(op, samples, length)
        if found:
            break
    return sorted(found.values(), key=lambda case: case.get("kink", False))


def has_second(call, leaves):
    """Whether PyTorch has a second derivative."""
    try:
        found = torch.autograd.grad(weighted(results(call())), leaves, allow_unused=True, create_graph=True)
        for gradient in found:
            if gradient is not None and gradient.requires_grad:
                torch.autograd.grad(gradient.sum(), leaves, allow_unused=True, retain_graph=True)
        return True
    except RuntimeError:
        return False


def cases_of_samples(op, samples, length):
    """One case of each kind."""
    found = {}
    for sample in samples:
        try:
            case, inputs, call = described(op, sample, DECIMALS, length)
            answer(case, inputs, call)
        except (Unsupported, RuntimeError, IndexError, ValueError, TypeError):
            continue
        if case.get("random") or not 0 < size(case) <= MOST_ELEMENTS or not any(" " in text for text in case["outputs"]):
            continue
        if "prod" in case["arguments"] and any(" 0" in text for text in case["inputs"] if text.startswith("float")):
            # Neither PyTorch nor lucid has all second derivatives of a product with several zeros.
            continue
        leaves = [x for x in inputs if x.requires_grad]
        traced = [x for x in results(call()) if x.requires_grad]
        if leaves and traced and (bends(lambda: results(call()), leaves) or not has_second(call, leaves)):
            case["kink"] = True
        if op.name in LISTED:
            tensors = [a for a in case["arguments"] if isinstance(a, str)]
            case["arguments"] = [tensors, *case["arguments"][len(tensors) :]] if tensors else case["arguments"]
        found.setdefault(kind(case), case)
    return found


def plain(case):
    if case["arguments"] == [f"${i}" for i in range(len(case["inputs"]))]:
        del case["arguments"]
    return case


def renamed(case):
    case["arguments"] = [
        {camel(name): value for name, value in argument.items()} if isinstance(argument, dict) else argument
        for argument in case["arguments"]
    ]
    return case


def generate():
    wanted = lucid_names() - compared_elsewhere() - LEFT_OUT
    operations = {}
    for op in import_database():
        name = camel(op.name)
        name = name.removeprefix("special.")
        if "." in name or name not in wanted:
            continue
        for dtype, count in SAMPLES.items():
            cases = [plain(renamed(case)) for case in small_samples(op, dtype)[:count]]
            operations.setdefault(name, []).extend(cases)
    operations = {name: cases for name, cases in sorted(operations.items()) if cases}
    write("opinfo", operations)
    return sum(len(cases) for cases in operations.values())
