"""Operations that move elements without computing: views, joining, splitting, repeating."""
import torch

from .common import F32, F64, I32, I64, Samples, Subject, options

X = [2, 3, 4]


def views(subject):
    s = Samples("views")
    table = {
        "reshape": (torch.reshape, [[X, [6, 4]], [X, [-1, 2]], [X, [24]], [[1], []], [[0, 3], [3, 0]], [X, [2, 1, 3, 4, 1]]]),
        "view": (lambda x, shape: x.view(shape), [[X, [6, 4]], [X, [2, -1]]]),
        "permute": (torch.permute, [[X, [2, 0, 1]], [X, [0, -1, 1]], [[], []]]),
        "transpose": (torch.transpose, [[X, 0, 1], [X, -1, 0], [X, 1, 1]]),
        "t": (torch.t, [[[2, 3]], [[3]], [[]]]),
        "squeeze": (torch.squeeze, [[[1, 2, 1, 3]], [[1, 2, 1, 3], 0], [[1, 2, 1, 3], -2], [[1, 2], 1]]),
        "unsqueeze": (torch.unsqueeze, [[X, 0], [X, -1], [X, 2], [[], 0]]),
        "flatten": (torch.flatten, [[X], [X, 1], [X, 0, 1], [X, -2, -1], [[]]]),
        "unflatten": (lambda x, axis, sizes: x.unflatten(axis, sizes), [[[2, 6], 1, [2, 3]], [[6, 2], 0, [-1, 3]]]),
        "expand": (lambda x, shape: x.expand(shape), [[[3, 1], [3, 4]], [[3], [2, 3]], [[1, 3], [2, -1]], [[], [2, 2]]]),
        "broadcastTo": (torch.broadcast_to, [[[3, 1], [3, 4]], [[1], [2, 3]]]),
        "flip": (torch.flip, [[X, [0]], [X, [0, 2]], [X, [-1]], [[0, 2], [0]]]),
        "roll": (torch.roll, [[X, 1, 0], [X, -2, 2], [X, 5], [X, [1, -1], [0, 1]]]),
        "narrow": (torch.narrow, [[X, 1, 1, 2], [X, -1, 0, 3], [X, 0, 1, 0]]),
        "select": (torch.select, [[X, 0, 1], [X, -1, -2]]),
        "diagonal": (torch.diagonal, [[[3, 4]], [[3, 4], 1], [[3, 4], -1], [X, 0, 1, 2], [[3, 3], 5]]),
        "movedim": (torch.movedim, [[X, 0, 2], [X, [0, 1], [1, 2]], [X, -1, 0]]),
        "moveaxis": (torch.moveaxis, [[X, 0, 2], [X, [0, 1], [1, 2]]]),
        "swapaxes": (torch.swapaxes, [[X, 0, 2]]),
        "swapdims": (torch.swapdims, [[X, 0, 2]]),
        "unfold": (lambda x, a, n, k: x.unfold(a, n, k), [[[7], 0, 3, 2], [[2, 6], 1, 2, 2], [[5], 0, 3, 1]]),
        "tril": (torch.tril, [[[3, 4]], [[4, 3], 1], [[2, 3, 3], -1]]),
        "triu": (torch.triu, [[[3, 4]], [[4, 3], 1], [[2, 3, 3], -1]]),
        "repeat": (lambda x, times: x.repeat(times), [[[2, 3], [2, 1]], [[3], [2, 2]], [[2], [0]]]),
        "tile": (torch.tile, [[[2, 3], [2]], [[3], [2, 2]]]),
        "repeatInterleave": (torch.repeat_interleave, [[[2, 3], 2, 1], [[3], 2], [[2, 2], 3, 0]]),
        "split": (torch.split, [[[5, 2], 2], [[2, 5], 3, 1], [[6], [1, 2, 3]], [[2, 4], [3, 1], -1]]),
        "splitWithSizes": (torch.split_with_sizes, [[[6], [1, 2, 3]], [[2, 4], [3, 1], -1]]),
        "chunk": (torch.chunk, [[[5, 2], 2], [[2, 6], 3, 1], [[4], 3], [[7], 4]]),
        "unbind": (torch.unbind, [[[2, 3]], [[2, 3], 1]]),
        "diag": (torch.diag, [[[3]], [[2], 1], [[2], -1], [[3, 3]], [[2, 3], 1]]),
        "clone": (torch.clone, [[X], [[]]]),
        "contiguous": (lambda x: x.contiguous(), [[X]]),
    }
    pairs = {"expandAs": lambda x, y: x.expand_as(y), "reshapeAs": lambda x, y: x.reshape(y.shape)}
    subject.case("expandAs", pairs["expandAs"], [s.uniform([3, 1]), s.uniform([2, 3, 2])])
    subject.case("reshapeAs", pairs["reshapeAs"], [s.uniform([3, 4]), s.uniform([2, 6])])
    for name, (function, cases) in table.items():
        for shape, *arguments in cases:
            subject.case(name, function, [s.uniform(shape), *arguments])
        shape, *arguments = cases[0]
        subject.case(name, function, [s.integers(shape, -9, 10, I32), *arguments])
        subject.case(name, function, [s.uniform(shape, dtype=F32), *arguments])


def by_tensors(subject):
    """Numbers of repeats and starts that tensors hold."""
    s = Samples("by tensors")

    def interleave(x, repeats, given={}):
        return torch.repeat_interleave(x, repeats, **options(given))

    for shape, repeats, given in [
        ([3], [1, 0, 2], {}),
        ([2, 3], [2, 1], {"dim": 0}),
        ([2, 3], [1, 0, 2], {"dim": -1, "outputSize": 3}),
        ([2, 2], [2], {"dim": 1}),
        ([], [2], {}),
    ]:
        counts = torch.tensor(repeats, dtype=I32)
        subject.case("repeatInterleave", interleave, [s.uniform(shape), counts, given])
    for shape, repeats, given in [([3], [1, 2], {}), ([2], [1, -1], {}), ([2, 3], [1, 1], {"dim": 1})]:
        subject.case("repeatInterleave", interleave, [s.uniform(shape), torch.tensor(repeats, dtype=I32), given], error=True)
    narrow = lambda x, dim, start, length: torch.narrow(x, dim, start.to(I64), length)
    for shape, dim, start, length in [([5], 0, 1, 3), ([2, 4], -1, -3, 2), ([3, 2], 0, 0, 0)]:
        subject.case("narrow", narrow, [s.uniform(shape), dim, torch.tensor(start, dtype=I32), length])
    subject.case("narrow", narrow, [s.uniform([3]), 0, torch.tensor(1, dtype=I32), 4], error=True)


def joining(subject):
    s = Samples("joining")

    def on(shapes, dtype=F64):
        return [s.uniform(shape, dtype=dtype) for shape in shapes]

    for shapes, *axis in [([[2, 3], [1, 3]],), ([[2, 3], [2, 1], [2, 2]], 1), ([[2, 3], [2, 3]], -1), ([[3]],), ([[0, 2], [1, 2]], 0)]:
        subject.case("cat", torch.cat, [on(shapes), *axis])
        subject.case("cat", torch.cat, [on(shapes, F32), *axis])
    subject.case("cat", torch.cat, [[s.integers([2], 0, 5), s.integers([1], 0, 5)]])
    for shapes, *axis in [([[2, 3], [2, 3]],), ([[2, 3], [2, 3], [2, 3]], 1), ([[2], [2]], -1), ([[], []],)]:
        subject.case("stack", torch.stack, [on(shapes), *axis])
    subject.case("stack", torch.stack, [on([[3], [3]], F32), 1])
    x = s.uniform([2])
    subject.case("stack", lambda tensors: torch.stack([tensors[0], tensors[0]]), [[x]])
    subject.operations["stack"][-1]["arguments"] = [["$0", "$0"]]


def generate():
    subject = Subject("shapes")
    views(subject)
    by_tensors(subject)
    joining(subject)
    return subject.write()
