"""Writes the public names of PyTorch into names.json, by namespace.

    /usr/bin/python3 tests/pytorch/names/generate.py

`pnpm report:pytorch` compares them with lucid's, and needs no Python.
"""
import inspect
import json
import os

import torch
import torch.nn.utils.parametrize
import torch.nn.utils.prune
import torch.optim.swa_utils

NAMESPACES = [
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.nn.utils.parametrize",
    "torch.nn.utils.prune",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.optim.swa_utils",
    "torch.autograd",
    "torch.autograd.functional",
    "torch.special",
    "torch.fft",
    "torch.linalg",
]
# Classes of `torch` that stand for what the library does; its other classes belong to the compiler.
CLASSES = {"Tensor", "Generator", "Size", "no_grad", "enable_grad", "inference_mode", "set_grad_enabled"}
# What modules import for themselves, and helpers of their own.
HELPERS = {
    "List", "Tuple", "Optional", "Union", "Callable", "Any", "Sequence", "Tensor", "DType", "BroadcastingList1",
    "BroadcastingList2", "BroadcastingList3", "TYPE_CHECKING", "GRID_SAMPLE_INTERPOLATION_MODES",
    "GRID_SAMPLE_PADDING_MODES", "assert_int_or_pair", "boolean_dispatch", "handle_torch_function", "has_torch_function",
    "has_torch_function_unary", "has_torch_function_variadic", "reproducibility_notes", "sparse_support_notes",
    "tf32_notes", "common_notes", "factory_kwargs", "is_tensor_like", "cast", "kineto_available", "deepcopy",
    "contextmanager", "ABC", "abstractmethod", "Iterable", "Dict", "Module", "ModuleList", "ModuleDict", "Parameter",
}
AUTOGRAD = [
    "Function", "backward", "grad", "no_grad", "enable_grad", "set_grad_enabled", "inference_mode", "gradcheck",
    "gradgradcheck", "detect_anomaly", "set_detect_anomaly", "Variable",
]


def names_of(namespace):
    if namespace == "torch.autograd":
        return AUTOGRAD
    module = eval(namespace)
    found = getattr(module, "__all__", None) or dir(module)
    if namespace == "torch":
        # The list of `torch` lacks some of its own functions.
        found = [*found, *torch.functional.__all__, "set_grad_enabled", "set_default_dtype"]
    kept = []
    for name in found:
        value = getattr(module, name, None)
        if name.startswith("_") or inspect.ismodule(value) or not callable(value):
            continue
        if namespace == "torch" and inspect.isclass(value) and name not in CLASSES:
            continue
        if name in HELPERS and namespace not in ("torch", "torch.nn"):
            continue
        if name == "factory_kwargs":
            continue
        kept.append(name)
    return kept


content = {"version": torch.__version__, "namespaces": {name: sorted(set(names_of(name))) for name in NAMESPACES}}
content["namespaces"]["torch.Tensor"] = [name for name in dir(torch.Tensor) if not name.startswith("_")]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.json")
with open(path, "w", encoding="utf-8") as file:
    json.dump(content, file, separators=(",", ":"))
    file.write("\n")
