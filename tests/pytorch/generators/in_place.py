"""Writing in place and through views, then differentiating. The runner has a scenario of the same name for each."""
import torch

from .common import F64, Samples, Subject, encode


def slice_assignment(x, value):
    y = x * 2
    y[1:3] = value
    return y * y


def slice_assignment_keeps_source(x, value):
    y = x * 2
    y[:, 0] = value * 3
    value_after = value * value
    return y, value_after


def chained_views(x):
    y = x * 3
    v = y[1:].t()[0]
    v.mul_(x[0])
    return y.exp(), v.sin()


def row_add(x, v):
    y = x * 1.5
    y[0].add_(v)
    return y * y


def two_views(x):
    y = x * 2
    first = y[0]
    second = y[:, 1]
    first.mul_(3)
    return y * y, second * second


def two_views_both_written(x):
    y = x.clone()
    first = y[0]
    second = y[:, 1]
    first.mul_(3)
    second.add_(first[0])
    return y * y, first * first, second.exp()


def add_own_transpose(x):
    y = x * 2
    y.add_(y.t().clone())  # PyTorch wants the copy of overlapping operands to be written out.
    return y * y


def add_flipped_self(x):
    y = x * 2
    y.add_(y.flip(0))
    return y * y


def base_written_after_view(x):
    y = x * 2
    v = y[1]
    y.mul_(x)
    return v * v, y


def view_of_view_of_view(x):
    y = x * 2
    a = y.reshape(6)
    b = a[1:5]
    c = b[::2]
    c.exp_()
    return y * y, a * 2, b * b


def repeated_in_place(x):
    y = x * 1
    for _ in range(3):
        y.mul_(x)
        y.add_(x)
        y.sin_()
    return y


def overwritten(x, value):
    y = x * 2
    y.copy_(value)
    return y * y


def zeroed(x):
    y = x * 2
    y[0].zero_()
    return y * y


def filled(x):
    y = x * x
    y[:, 1].fill_(2.5)
    return y * y


def broadcast_into(x, v):
    y = x * 2
    y.mul_(v)
    return y


def clamped(x):
    y = x * 2
    y[0].clamp_(-1, 1)
    return y * x


def masked_write(x, value):
    y = x * 2
    y[x > 0] = value
    return y * y


def indexed_write(x, value):
    y = x * 2
    y[torch.tensor([0, 2])] = value
    return y * y


def indexed_accumulate(x, value):
    y = x * 2
    y.index_put_((torch.tensor([0, 0, 1]),), value, accumulate=True)
    return y * y


def assigned_from_own_view(x):
    y = x * 2
    y[0] = y[1] + y[2]
    return y * y


def shifted_copy(x):
    y = x * 2
    y[1:] = y[:-1].clone()
    return y * y


def written_into_fresh(x):
    """A tensor that needs no gradient becomes part of the graph by what is written into it."""
    y = torch.zeros(3, 2, dtype=x.dtype)
    y[0] = x[1]
    y[2] = x[0] * x[2]
    return y * y


def diagonal_write(x, v):
    y = x * 2
    y.diagonal().copy_(v)
    return torch.matmul(y, y)


def detached_write(x):
    """A detached view shares the elements but not the graph; the change is made before anything is saved."""
    y = x * 2
    with torch.no_grad():
        y.add_(1)
    return y * y


def squeezed_write(x):
    y = x * 2
    y.unsqueeze(0).squeeze(0).permute(1, 0)[1].mul_(x[:, 0])
    return y * y


def sub_div_chain(x, v):
    y = x * 1
    y.sub_(v).neg_().div_(v)
    return y * y


def relu_in_place(x):
    y = x * 2
    y.relu_()
    return y * x


def tanh_of_view(x):
    y = x * 2
    y[:2].tanh_()
    return y.sum(0), y * y


def sum_after_write(x):
    y = x * 2
    total = y.sum()
    y[0] = 0
    return total, y * y


def in_place_by_view_of_itself(x):
    y = x * 2
    y.mul_(y[0].clone())
    return y * y


def select_then_accumulate(x, v):
    y = torch.zeros(2, dtype=x.dtype)
    for i in range(3):
        y.add_(x[i] * v)
        v = v * y.clone()
    return y, v


def saved_by_exp(x):
    y = x.exp()
    y.add_(1)
    return y


def saved_then_row_written(x):
    y = x * 2
    z = y * y
    y[0] = 0
    return z


def saved_row_then_base_written(x):
    y = x * 2
    z = y[1].square()
    y.add_(1)
    return z


def saved_base_then_view_written(x):
    y = x * 2
    v = y[0]
    z = y.sin()
    v.add_(1)
    return z


def row_of_rows(x):
    y = x * 2
    y[0] = y[1] * y[2]
    return y


SCENARIOS = {
    "slice assignment": (slice_assignment, [[4, 2], [2, 2]]),
    "slice assignment from a broadcast value": (slice_assignment, [[4, 2], [2]]),
    "slice assignment leaves its source alone": (slice_assignment_keeps_source, [[3, 2], [3]]),
    "chained views": (chained_views, [[3, 2]]),
    "add_ on a row": (row_add, [[3, 2], [2]]),
    "two views of one base": (two_views, [[2, 3]]),
    "two views, both written": (two_views_both_written, [[2, 3]]),
    "add_ of its own transpose": (add_own_transpose, [[3, 3]]),
    "add_ of itself flipped": (add_flipped_self, [[4]]),
    "base written after a view was taken": (base_written_after_view, [[3, 2]]),
    "view of a view of a view": (view_of_view_of_view, [[2, 3]]),
    "many times in place": (repeated_in_place, [[3]]),
    "copy_ over everything": (overwritten, [[2, 2], [2, 2]]),
    "zero_ on a row": (zeroed, [[2, 3]]),
    "fill_ on a column": (filled, [[2, 3]]),
    "mul_ by something broadcast": (broadcast_into, [[2, 3], [3]]),
    "clamp_ on a row": (clamped, [[2, 3]]),
    "write under a mask": (masked_write, [[3, 2], []]),
    "write at positions": (indexed_write, [[3, 2], [2, 2]]),
    "accumulate at positions": (indexed_accumulate, [[3, 2], [3, 2]]),
    "assignment from its own rows": (assigned_from_own_view, [[3, 2]]),
    "shifted copy of itself": (shifted_copy, [[4, 2]]),
    "write into a fresh tensor": (written_into_fresh, [[3, 2]]),
    "write on the diagonal": (diagonal_write, [[3, 3], [3]]),
    "write under noGrad": (detached_write, [[2, 2]]),
    "write through unsqueeze, squeeze and permute": (squeezed_write, [[3, 2]]),
    "sub_, neg_, div_ in a row": (sub_div_chain, [[2, 2], [2]]),
    "relu_": (relu_in_place, [[2, 3]]),
    "tanh_ on a slice": (tanh_of_view, [[3, 2]]),
    "sum before a write": (sum_after_write, [[2, 2]]),
    "mul_ by its own row": (in_place_by_view_of_itself, [[3, 2]]),
    "accumulation in a loop": (select_then_accumulate, [[3, 2], [2]]),
}


# A value that backward needs is gone: PyTorch refuses the backward.
REFUSED = {
    "result of exp changed": (saved_by_exp, [[3]]),
    "factor changed in one row": (saved_then_row_written, [[2, 2]]),
    "base of a squared row changed": (saved_row_then_base_written, [[2, 2]]),
    "row of an argument of sin changed": (saved_base_then_view_written, [[2, 2]]),
    "row overwritten by the product of other rows": (row_of_rows, [[3, 2]]),
}


def refused(function, shapes, s):
    leaves = [s.uniform(shape).requires_grad_() for shape in shapes]
    result = function(*leaves)
    try:
        result.sum().backward()
    except RuntimeError:
        return [encode(leaf) for leaf in leaves]
    raise AssertionError(f"{function.__name__}: PyTorch was expected to refuse")


def generate():
    subject = Subject("in-place")
    for name, (function, shapes) in SCENARIOS.items():
        s = Samples(name)
        subject.case(name, function, [s.uniform(shape, -2, 2, F64) for shape in shapes])
    for name, (function, shapes) in REFUSED.items():
        inputs = refused(function, shapes, Samples(name))
        subject.operations[name] = [{"inputs": inputs, "error": True}]
    return subject.write()
