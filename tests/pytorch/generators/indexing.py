"""Reading and writing by integers, slices, ellipses, new axes, masks and tensors of positions; gather and scatter."""
import torch

from .common import F32, F64, I32, I64, Samples, Subject


def positions(*values):
    return torch.tensor(values, dtype=I32)


def native(index):
    """PyTorch 1.13 indexes with int64 only."""
    if isinstance(index, torch.Tensor):
        return index.long() if index.dtype == I32 else index
    return index


def read(x, *indices):
    return x[tuple(native(i) for i in indices)]


def write_at(x, indices, value, options=None):
    """On a copy: what `x.clone().indexPut_(…)` gives."""
    y = x.clone()
    index = tuple(native(i) for i in indices)
    if options and options["accumulate"]:
        full = [i for i in index]
        y.index_put_(full, value if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=x.dtype), accumulate=True)
    else:
        y[index] = value
    return y


def reads(subject):
    s = Samples("reads")
    x = s.uniform([4, 3, 5])
    mask = s.integers([4, 3], 0, 2).bool()
    rows = s.integers([4], 0, 2).bool()
    rows[1] = True
    basic = [
        [1],
        [-1],
        [2, 0],
        [1, -1, 2],
        [slice(1, 3)],
        [slice(None), slice(None, None, 2)],
        [slice(None), 1, slice(1, None, 3)],
        [slice(-3, -1)],
        [slice(2, 2)],
        [slice(1, 100)],
        [..., 2],
        [..., slice(1, 4, 2)],
        [0, ..., 1],
        [None],
        [slice(None), None, 1],
        [..., None],
        [None, 1, ..., slice(0, 2), None],
        [...],
    ]
    advanced = [
        [positions(0, 2, 2)],
        [positions(-1, 0)],
        [positions(0, 1), positions(2, 1)],
        [slice(None), positions(2, 0)],
        [slice(None), positions(2, 0), positions(1, 1)],
        [positions(0, 3), slice(None), positions(1, 4)],
        [positions(0, 3), slice(1, 3)],
        [..., positions(4, 0, 4)],
        [positions([0, 1], [2, 3])],
        [positions([0], [2]), positions(0, 2)],
        [None, positions(1, 1)],
        [1, positions(0, 2)],
        [positions(0, 1), 2],
        [1, slice(None), positions(0, 2)],
        [positions(0, 2), slice(None), 1],
        [mask],
        [rows],
        [rows, 1],
        [slice(None), torch.tensor([True, False, True])],
        [torch.zeros([4], dtype=torch.bool)],
        [torch.zeros([0], dtype=I32)],
    ]
    for indices in basic + advanced:
        subject.case("at", read, [x, *indices])
    for indices in [[1], [slice(None), positions(2, 0)], [mask]]:
        subject.case("at", read, [x.to(F32), *indices])
        subject.case("at", read, [(x * 10).to(I32), *indices])
    full = x > 0
    subject.case("at", read, [x, full])
    subject.case("at", read, [s.uniform([]), ...])
    subject.case("at", read, [s.uniform([]), None])
    subject.case("at", read, [s.uniform([5]), positions(3)[0]])


def writes(subject):
    s = Samples("writes")
    x = s.uniform([4, 3])
    mask = s.integers([4, 3], 0, 2).bool()
    cases = [
        [[1], s.uniform([3])],
        [[slice(1, 3)], s.uniform([2, 3])],
        [[slice(None), 0], s.uniform([4])],
        [[slice(None), slice(None, None, 2)], s.uniform([2])],
        [[..., -1], s.uniform([])],
        [[slice(None, None, 3), 1], 2.5],
        [[positions(0, 2)], s.uniform([2, 3])],
        [[positions(0, 2)], s.uniform([3])],
        [[positions(0, 3), positions(1, 2)], s.uniform([2])],
        [[slice(None), positions(2, 0)], s.uniform([4, 2])],
        [[mask], 1.5],
        [[mask], s.uniform([])],
        [[mask], s.uniform([int(mask.sum())])],
        [[torch.tensor([True, False, True, False])], s.uniform([3])],
        [[positions(-1)], s.uniform([1, 3])],
    ]
    for indices, value in cases:
        subject.case("indexPut_", write_at, [x, indices, value])
    subject.case("indexPut_", write_at, [x.to(F32), [1], s.uniform([3], dtype=F32)])
    subject.case("indexPut_", write_at, [(x * 10).to(I32), [slice(1, 3)], s.integers([2, 3], 0, 9)])
    accumulate = {"accumulate": True}
    for indices, value in [
        [[positions(0, 2, 0)], s.uniform([3, 3])],
        [[positions(1, 1, 1), positions(0, 0, 2)], s.uniform([3])],
        [[positions(1, 1)], s.uniform([3])],
        [[positions(3, 3), positions(1, 1)], 2.0],
    ]:
        subject.case("indexPut_", write_at, [x, indices, value, accumulate])


def indexed(function):
    """Positions become int64."""
    return lambda *arguments: function(*(native(a) for a in arguments))


def by_tensors(subject):
    s = Samples("by tensors")
    x = s.uniform([3, 4])
    for axis, shape in [(0, [2, 4]), (0, [5, 3]), (1, [3, 2]), (-1, [2, 6]), (1, [0, 2])]:
        subject.case("gather", indexed(torch.gather), [x, axis, s.integers(shape, 0, 3)])
    subject.case("gather", indexed(torch.gather), [x.to(F32), 1, s.integers([3, 2], 0, 4)])
    subject.case("gather", indexed(torch.gather), [s.uniform([2, 3, 2]), 1, s.integers([2, 4, 2], 0, 3)])
    # Positions all different along the axis: with duplicates, which value stays is undefined in PyTorch.
    subject.case("scatter", indexed(torch.scatter), [x, 1, torch.tensor([[3, 0], [1, 2]], dtype=I32), s.uniform([2, 2])])
    subject.case("scatter", indexed(torch.scatter), [x, 0, torch.tensor([[2, 0, 1, 2]], dtype=I32), s.uniform([1, 4])])
    subject.case("scatter", indexed(torch.scatter), [x, 0, torch.tensor([[2, 0, 1]], dtype=I32), s.uniform([2, 4])], gradient=False)
    subject.case("scatter", indexed(torch.scatter), [x, 1, torch.tensor([[3], [0], [1]], dtype=I32), 1.5])
    subject.case("scatterAdd", indexed(torch.scatter_add), [x, 1, s.integers([3, 5], 0, 4), s.uniform([3, 5])])
    subject.case("scatterAdd", indexed(torch.scatter_add), [x, 0, s.integers([4, 4], 0, 3), s.uniform([4, 4])])
    subject.case("scatterAdd", indexed(torch.scatter_add), [x.to(F32), 0, s.integers([1, 2], 0, 3), s.uniform([1, 2], dtype=F32)])
    # Elements that are combined instead of replaced, all different.
    combined = {"add": "sum", "multiply": "prod", "amax": "amax", "amin": "amin"}

    def combine(x, axis, index, source, given):
        return x.scatter_reduce(axis, index.long(), source, combined[given["reduce"]])

    own = Samples("combined")
    for reduce in combined:
        for axis, index in [(1, [[0, 0], [1, 3], [2, 2]]), (0, [[2, 2, 2, 0], [2, 1, 2, 0]])]:
            index = torch.tensor(index, dtype=I32)
            source = own.distinct(list(index.shape)) + 0.1
            # PyTorch differentiates products in scatter_reduce only, lucid not at all.
            given = [own.distinct([3, 4]), axis, index, source, {"reduce": reduce}]
            subject.case("scatter", combine, given, gradient=reduce != "multiply")
    for axis, values in [(0, [2, 0, 2]), (1, [3, 3, 0]), (-1, [1]), (0, [])]:
        subject.case("indexSelect", indexed(torch.index_select), [x, axis, torch.tensor(values, dtype=I32)])
    subject.case("indexSelect", indexed(torch.index_select), [x.to(F32), 1, positions(3, 0)])
    subject.case("indexAdd", indexed(torch.index_add), [x, 0, positions(2, 0, 2), s.uniform([3, 4])])
    subject.case("indexAdd", indexed(torch.index_add), [x, 1, positions(1, 1), s.uniform([3, 2])])
    weighted = lambda x, axis, index, source, given: torch.index_add(x, axis, index.long(), source, alpha=given["alpha"])
    subject.case("indexAdd", weighted, [x, 1, positions(2, 2), own.uniform([3, 2]), {"alpha": 0.5}])
    mask = s.integers([3, 4], 0, 2).bool()
    subject.case("maskedFill", torch.masked_fill, [x, mask, 2.5])
    subject.case("maskedFill", torch.masked_fill, [x, mask[0], -float("inf")], second=False)
    subject.case("maskedFill", torch.masked_fill, [x, mask, s.uniform([])])
    subject.case("maskedFill", torch.masked_fill, [x[:1], mask, 0.5])
    subject.case("maskedFill", torch.masked_fill, [x.to(F32), mask, 0.5])
    subject.case("maskedSelect", torch.masked_select, [x, mask])
    subject.case("maskedSelect", torch.masked_select, [x, mask[1]])
    subject.case("take", indexed(torch.take), [x, torch.tensor([[0, 11], [-1, 5]], dtype=I32)])
    for value in [torch.tensor([[0.0, 2, 0], [-1, 0, float("nan")]]), torch.tensor([0, 3, 0, 4], dtype=I32), torch.tensor(1.0), mask]:
        subject.case("nonzero", torch.nonzero, [value])
        by_dimension = lambda x, given: torch.nonzero(x, as_tuple=given["asTuple"])
        subject.case("nonzero", by_dimension, [value, {"asTuple": True}])


def generate():
    subject = Subject("indexing")
    reads(subject)
    writes(subject)
    by_tensors(subject)
    return subject.write()
