"""Attention: values and gradients."""
import math

import torch

from .common import F32, F64, Samples, Subject


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


def generate():
    subject = Subject("attention")
    for dtype in [F64, F32]:
        functions(subject, dtype)
    return subject.write()
