"""How the arguments of a PyTorch call become those of a lucid call.

One rule: required arguments stand by position, optional ones in one object at the end, by their names. PyTorch's own
signature of the operation says which are required, so that nothing has to be written down per operation.
"""
import inspect

import torch

# What lucid leaves out: where results are written, and how tensors lie in memory.
LEFT_OUT = {"out", "memory_format", "layout", "pin_memory", "device", "requires_grad", "non_blocking", "copy", "names"}


class Parameter:
    def __init__(self, name, required, default, by_name, accepts):
        self.name, self.required, self.default, self.by_name, self.accepts = name, required, default, by_name, accepts


def is_number(value):
    return isinstance(value, (int, float, bool))


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_list_of(test):
    return lambda value: isinstance(value, (list, tuple, torch.Size)) and all(test(item) for item in value)


def is_tensor(value):
    return isinstance(value, torch.Tensor)


TYPES = {
    "Tensor": lambda value: is_tensor(value),
    "number": is_number,
    "int": is_integer,
    "float": is_number,
    "bool": lambda value: isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "Device": lambda value: True,
    "List[int]": lambda value: is_integer(value) or is_list_of(is_integer)(value),
    "List[float]": lambda value: is_number(value) or is_list_of(is_number)(value),
    "List[number]": lambda value: is_number(value) or is_list_of(is_number)(value),
    "List[bool]": is_list_of(lambda value: isinstance(value, bool)),
    "List[Tensor]": is_list_of(is_tensor),
    "List[Optional[Tensor]]": is_list_of(lambda value: value is None or is_tensor(value)),
}


def tester(annotation):
    """Whether a value fits a type, as the signatures of ATen write it."""
    if annotation.startswith("Optional["):
        inner = tester(annotation[len("Optional[") : -1])
        return lambda value: value is None or inner(value)
    return TYPES.get(annotation, lambda value: True)


def schemas(name):
    """The signatures that ATen has of a name."""
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{name}"):
        if any(argument.is_out for argument in schema.arguments) or "Dimname" in str(schema):
            continue
        yield [
            Parameter(
                "x" if argument.name == "self" else argument.name,
                not argument.has_default_value(),
                argument.default_value,
                argument.kwarg_only,
                tester(str(argument.type)),
            )
            for argument in schema.arguments
        ]


def python_signature(function):
    """The signature of a function that is written in Python, or None."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    kinds = inspect.Parameter
    if any(p.kind in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD) for p in found.parameters.values()):
        return None
    return [
        Parameter(p.name, p.default is kinds.empty, p.default, p.kind is kinds.KEYWORD_ONLY, lambda value: True)
        for p in found.parameters.values()
    ]


def fit(parameters, args, kwargs):
    """The values by parameter, or None where the call does not fit the signature."""
    by_position = [p for p in parameters if not p.by_name]
    args = list(args)
    if len(args) > len(by_position) and by_position and by_position[-1].accepts([1]) and not by_position[-1].accepts("s"):
        # Integers one by one in place of a list.
        first = len(by_position) - 1
        args = [*args[:first], list(args[first:])]
    if len(args) > len(by_position):
        return None
    names = {"self": "x", "input": "x"}
    values = dict(zip((p.name for p in by_position), args))
    known = {p.name: p for p in parameters}
    for name, value in kwargs.items():
        name = name if name in known else names.get(name, name)
        if name not in known or name in values:
            return None
        values[name] = value
    if any(p.required and p.name not in values for p in parameters):
        return None
    if not all(known[name].accepts(value) for name, value in values.items()):
        return None
    return values


def is_default(value, default):
    return type(value) == type(default) and not is_tensor(value) and value == default


def bind(name, function, args, kwargs):
    """The required arguments in order, and the optional ones that the call gives, by name."""
    short = name.split(".")[-1]
    candidates = [python_signature(function)] if name.startswith("nn.functional.") else []
    candidates += [*schemas(name.replace(".", "_")), *schemas(short), python_signature(function)]
    kwargs = {key: value for key, value in kwargs.items() if key not in LEFT_OUT}
    for parameters in candidates:
        if parameters is None:
            continue
        values = fit(parameters, args, kwargs)
        if values is None:
            continue
        required = [values[p.name] for p in parameters if p.required and not p.by_name]
        options = {
            p.name: values[p.name]
            for p in parameters
            if (p.by_name or not p.required) and p.name in values and not is_default(values[p.name], p.default)
        }
        return required, options
    return list(args), dict(kwargs)
