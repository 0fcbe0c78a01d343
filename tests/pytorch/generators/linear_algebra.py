"""Products of matrices and vectors, with every rule about ranks."""
import torch

from .common import F32, F64, I32, NAN, Samples, Subject


def einsum(subject, s):
    """Diagonals, traces, sums, products of several tensors, dimensions without a name."""
    table = [
        ("ij,jk->ik", [2, 3], [3, 4]),
        ("ij,kj", [2, 3], [4, 3]),
        ("ii", [3, 3]),
        ("ii->i", [3, 3]),
        ("bij,bjk->bik", [2, 2, 3], [2, 3, 2]),
        ("i,j->ji", [2], [3]),
        ("...ij,...jk->...ik", [2, 1, 2, 3], [4, 3, 2]),
        ("ij,jk,kl->il", [2, 3], [3, 4], [4, 2]),
        ("ijk->k", [2, 3, 2]),
        ("bn,anm,bm->ba", [2, 3], [2, 3, 4], [2, 4]),
        ("iij,jk->ik", [2, 2, 3], [3, 2]),
        ("i j, j -> i", [2, 3], [1]),
        ("...a->a...", [2, 3]),
    ]
    for equation, *shapes in table:
        tensors = [s.uniform(shape) for shape in shapes]
        subject.case("einsum", lambda text, xs: torch.einsum(text, *xs), [equation, tensors])


def generate():
    subject = Subject("linear-algebra")
    s = Samples("matmul")
    shapes = [
        ([3], [3]),
        ([2, 3], [3]),
        ([3], [3, 2]),
        ([2, 3], [3, 4]),
        ([2, 2, 3], [3]),
        ([3], [2, 3, 2]),
        ([2, 2, 3], [3, 2]),
        ([2, 3], [2, 3, 2]),
        ([2, 2, 3], [2, 3, 2]),
        ([2, 1, 2, 3], [3, 3, 2]),
        ([1, 1, 2], [4, 2, 1]),
        ([2, 0], [0, 3]),
        ([0, 2], [2, 3]),
        ([2, 3], [3, 0]),
        ([0], [0]),
        ([0, 2, 3], [3, 2]),
        ([2, 2, 0], [2, 0, 3]),
        ([1, 1], [1, 1]),
    ]
    for a, b in shapes:
        subject.case("matmul", torch.matmul, [s.uniform(a), s.uniform(b)])
    for a, b in [([5, 7], [7, 3]), ([2, 4, 5], [5]), ([6], [6])]:
        subject.case("matmul", torch.matmul, [s.uniform(a, dtype=F32), s.uniform(b, dtype=F32)])
    subject.case("matmul", torch.matmul, [s.integers([2, 3], -5, 5), s.integers([3, 2], -5, 5)])
    subject.case("matmul", torch.matmul, [torch.tensor([[1.0, NAN], [0, 2]], dtype=F64), s.uniform([2, 2])], second=False)
    x = s.uniform([3, 3])
    subject.case("matmul", lambda a: torch.matmul(a, a), [x])
    subject.operations["matmul"][-1]["arguments"] = ["$0", "$0"]
    for a, b in [([], [2]), ([2, 3], [2, 3]), ([2, 2, 3], [3, 3, 2]), ([2], [3])]:
        subject.case("matmul", torch.matmul, [s.uniform(a), s.uniform(b)], error=True)
    subject.case("mm", torch.mm, [s.uniform([2, 3]), s.uniform([3, 2])])
    subject.case("mm", torch.mm, [s.uniform([2, 3]), s.uniform([3])], error=True)
    subject.case("bmm", torch.bmm, [s.uniform([2, 2, 3]), s.uniform([2, 3, 1])])
    subject.case("bmm", torch.bmm, [s.uniform([2, 2, 3]), s.uniform([1, 3, 1])], error=True)
    subject.case("mv", torch.mv, [s.uniform([2, 3]), s.uniform([3])])
    subject.case("dot", torch.dot, [s.uniform([4]), s.uniform([4])])
    subject.case("dot", torch.dot, [s.uniform([4]), s.uniform([3])], error=True)
    subject.case("outer", torch.outer, [s.uniform([2]), s.uniform([3])])
    linear = torch.nn.functional.linear
    for x, w in [([2, 3], [4, 3]), ([3], [2, 3]), ([2, 2, 3], [1, 3]), ([0, 3], [2, 3])]:
        subject.case("linear", linear, [s.uniform(x), s.uniform(w)])
        subject.case("linear", linear, [s.uniform(x), s.uniform(w), s.uniform(w[:1])])
        subject.case("linear", linear, [s.uniform(x, dtype=F32), s.uniform(w, dtype=F32), s.uniform(w[:1], dtype=F32)])
    subject.case("linear", linear, [s.uniform([2, 3]), s.uniform([4, 2])], error=True)
    einsum(subject, s)
    return subject.write()
