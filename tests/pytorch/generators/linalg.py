"""Decompositions, solvers, inverses, determinants and norms of matrices.

Of singular vectors and eigenvectors only what is determined is compared: their absolute values.
"""
import torch

from .common import F32, F64, INF, NAN, Samples, Subject, options

L = torch.linalg


def case(subject, name, function, arguments, **rest):
    subject.case(f"linalg.{name}", function, arguments, **rest)


def with_options(function):
    """The function with a last argument that holds lucid's options."""
    return lambda *args: function(*args[:-1], **options(args[-1])) if isinstance(args[-1], dict) else function(*args)


def regular(s, shape, dtype=F64):
    """Square matrices far from singular."""
    return s.uniform(shape, dtype=dtype) + 3 * torch.eye(shape[-1], dtype=dtype)


def positive(s, shape, dtype=F64):
    """Symmetric positive definite matrices."""
    x = s.uniform(shape, dtype=dtype)
    return torch.round(x @ x.mT + 2 * torch.eye(shape[-1], dtype=dtype), decimals=4)


def symmetric(s, shape, dtype=F64):
    x = s.uniform(shape, dtype=dtype)
    return torch.round((x + x.mT) / 2 + torch.diag(torch.arange(shape[-1], dtype=dtype) * 2), decimals=4)


def singular(a, full=True):
    u, values, vh = L.svd(a, full_matrices=full)
    k = values.shape[-1]
    return values, u[..., :k].abs(), vh[..., :k, :].abs()


def eigen(a, uplo="L"):
    values, vectors = L.eigh(a, uplo)
    return values, vectors.abs()


# Matrices of more than one block. Finite differences of all elements would take too long.
LARGE = {"second": False, "kink": True}


def of_symmetric(function):
    """The function of the symmetric part, which lucid's function gets too: the gradient is one of symmetric matrices."""
    return lambda a, *rest: function((a + a.mT) / 2 if a.shape[-1] == a.shape[-2] else a, *rest)


def decompositions(subject):
    s = Samples("decompositions")
    for shape in [[1, 1], [3, 3], [2, 3, 3], [0, 0], [0, 2, 2]]:
        a = positive(s, shape)
        second = a.numel() > 0
        case(subject, "cholesky", of_symmetric(L.cholesky), [a], second=second)
        case(subject, "choleskyEx", of_symmetric(L.cholesky_ex), [a], second=second)
    case(subject, "cholesky", of_symmetric(with_options(L.cholesky)), [positive(s, [3, 3]), {"upper": True}])
    case(subject, "cholesky", of_symmetric(L.cholesky), [positive(s, [4, 4], F32)])
    case(subject, "cholesky", of_symmetric(L.cholesky), [positive(s, [40, 40])], **LARGE)
    for wrong in [torch.tensor([[1.0, 2], [2, 1]], dtype=F64), torch.zeros(2, 2, dtype=F64), s.uniform([2, 3])]:
        case(subject, "cholesky", L.cholesky, [wrong], error=True)
    lower = L.cholesky(positive(s, [3, 3])).round(decimals=3)
    case(subject, "choleskySolve", lambda b, l: torch.cholesky_solve(b, l.tril()), [s.uniform([3, 2]), lower])
    case(subject, "choleskyInverse", lambda l: torch.cholesky_inverse(l.tril()), [lower])
    for shape in [[1, 1], [3, 3], [2, 3, 3], [4, 2], [2, 4]]:
        a = s.uniform(shape)
        case(subject, "luFactor", L.lu_factor, [a])
        case(subject, "luFactorEx", L.lu_factor_ex, [a])
        case(subject, "lu", L.lu, [a])
        factors, pivots = L.lu_factor(a)
        case(subject, "luUnpack", torch.lu_unpack, [factors, pivots])
        if shape[-1] == shape[-2]:
            right = s.uniform([*shape[:-1], 2])
            case(subject, "luSolve", L.lu_solve, [factors, pivots, right])
            case(subject, "luSolve", with_options(L.lu_solve), [factors, pivots, right, {"adjoint": True}])
            case(subject, "luSolve", with_options(L.lu_solve), [factors, pivots, right.mT, {"left": False}])
    case(subject, "luFactor", L.lu_factor, [s.uniform([40, 35])], **LARGE)
    case(subject, "luFactorEx", lambda a: L.lu_factor_ex(a), [torch.tensor([[1.0, 2], [2, 4]], dtype=F64)], gradient=False)
    for shape in [[1, 1], [3, 3], [2, 4, 3], [2, 3], [0, 3], [0, 2, 2]]:
        a = s.uniform(shape)
        case(subject, "qr", L.qr, [a], second=a.numel() > 0)
    case(subject, "qr", L.qr, [s.uniform([3, 2]), "complete"], gradient=False)
    case(subject, "qr", L.qr, [s.uniform([3, 2]), "r"], gradient=False)
    case(subject, "qr", L.qr, [s.uniform([40, 35])], **LARGE)
    for shape in [[3, 3], [4, 2], [2, 2, 2]]:
        case(subject, "geqrf", torch.geqrf, [s.uniform(shape)], gradient=False)
        packed, tau = torch.geqrf(s.uniform(shape))
        case(subject, "householderProduct", L.householder_product, [packed, tau], second=False)
        other = s.uniform(shape)
        case(subject, "ormqr", torch.ormqr, [packed, tau, other], gradient=False)
        case(subject, "ormqr", torch.ormqr, [packed, tau, other, True, True], gradient=False)
        case(subject, "ormqr", torch.ormqr, [packed, tau, other.mT, False], gradient=False)
    for shape in [[1, 1], [2, 2], [3, 3], [2, 4, 4], [0, 0]]:
        a = symmetric(s, shape)
        second = a.numel() > 0
        case(subject, "eigvalsh", of_symmetric(L.eigvalsh), [a], second=second)
        case(subject, "eigh", of_symmetric(eigen), [a], second=second)
        case(subject, "eigh", eigen, [s.uniform(shape), "U"], gradient=False)
    for shape in [[1, 1], [3, 3], [4, 2], [2, 2, 3], [0, 2]]:
        a = s.uniform(shape)
        case(subject, "svd", singular, [a, False], second=a.numel() > 0)
        case(subject, "svd", singular, [a], second=False)
        case(subject, "svdvals", L.svdvals, [a], second=a.numel() > 0)
    case(subject, "svdvals", L.svdvals, [s.uniform([33, 20])], **LARGE)
    case(subject, "svdvals", L.svdvals, [torch.ones(3, 3, dtype=F64)], gradient=False)


def solvers(subject):
    s = Samples("solvers")
    for a, b in [([3, 3], [3, 2]), ([3, 3], [3]), ([2, 3, 3], [2, 3]), ([2, 2, 2], [2, 1]), ([2, 2], [3, 2, 2]), ([1, 1], [1, 1])]:
        case(subject, "solve", L.solve, [regular(s, a), s.uniform(b)])
    case(subject, "solve", with_options(L.solve), [regular(s, [3, 3]), s.uniform([2, 3]), {"left": False}])
    case(subject, "solve", L.solve, [regular(s, [3, 3], F32), s.uniform([3, 1], dtype=F32)])
    case(subject, "solveEx", L.solve_ex, [regular(s, [2, 2]), s.uniform([2])])
    flat = torch.tensor([[1.0, 2], [2, 4]], dtype=F64)
    case(subject, "solve", L.solve, [flat, s.uniform([2])], error=True)
    case(subject, "solve", L.solve, [s.uniform([2, 3]), s.uniform([2])], error=True)
    case(subject, "inv", L.inv, [flat], error=True)
    for shape in [[1, 1], [3, 3], [2, 2, 2], [0, 0]]:
        a = regular(s, shape)
        second = a.numel() > 0
        case(subject, "inv", L.inv, [a], second=second)
        case(subject, "invEx", L.inv_ex, [a], second=second)
    for upper in [True, False]:
        for left in [True, False]:
            for unit in [True, False]:
                given = {"upper": upper, "left": left, "unitriangular": unit}
                case(subject, "solveTriangular", with_options(L.solve_triangular), [regular(s, [3, 3]), s.uniform([2, 3] if not left else [3, 2]), given])
    case(subject, "solveTriangular", with_options(L.solve_triangular), [regular(s, [40, 40]).tril() / 4, s.uniform([40, 2]), {"upper": False}], **LARGE)
    for shape in [[3, 3], [4, 2], [2, 2, 3]]:
        case(subject, "pinv", L.pinv, [s.uniform(shape)])
    case(subject, "pinv", with_options(L.pinv), [positive(s, [3, 3]), {"hermitian": True}], gradient=False)
    case(subject, "pinv", L.pinv, [torch.tensor([[1.0, 2], [2, 4], [0, 0]], dtype=F64)], gradient=False)
    case(subject, "pinv", with_options(L.pinv), [torch.diag(torch.tensor([3.0, 1, 0.1], dtype=F64)), {"atol": 0.5}], gradient=False)
    for a, b in [([4, 2], [4, 1]), ([2, 4], [2, 2]), ([2, 3, 3], [2, 3, 1])]:
        # The last digits of the default driver, gelsy, depend on where the matrices lie in memory.
        case(subject, "lstsq", least_squares, [s.uniform(a), s.uniform(b)], second=False)
    for driver in ["gels", "gelsd", "gelss"]:
        case(subject, "lstsq", with_options(L.lstsq), [s.uniform([4, 2]), s.uniform([4, 1]), {"driver": driver}], gradient=False)
    case(subject, "tensorinv", L.tensorinv, [s.uniform([2, 2, 4])])
    case(subject, "tensorinv", L.tensorinv, [s.uniform([4, 2, 2]), 1])
    case(subject, "tensorsolve", L.tensorsolve, [s.uniform([2, 3, 6]), s.uniform([2, 3])])
    case(subject, "tensorsolve", with_options(L.tensorsolve), [s.uniform([2, 6, 3]), s.uniform([2, 3]), {"dims": [1]}])


def least_squares(a, b):
    """What the default driver, gelsy, returns. Its own last digits depend on where the matrices lie in memory."""
    solution, _, rank, _ = L.lstsq(a, b, driver="gelsd")
    return solution, a.new_empty(0), rank, a.new_empty(0)


def others(subject):
    s = Samples("matrices")
    for shape in [[1, 1], [2, 2], [3, 3], [2, 3, 3]]:
        a = s.uniform(shape)
        case(subject, "det", L.det, [a])
        case(subject, "slogdet", L.slogdet, [a])
        case(subject, "logdet", torch.logdet, [positive(s, shape)])
    case(subject, "logdet", torch.logdet, [torch.diag(torch.tensor([1.0, -1], dtype=F64))], gradient=False)
    case(subject, "det", L.det, [torch.tensor([[1.0, 2], [2, 4]], dtype=F64)], gradient=False)
    case(subject, "slogdet", L.slogdet, [torch.tensor([[1.0, 2], [2, 4]], dtype=F64)], gradient=False)
    case(subject, "det", L.det, [torch.tensor([[1.0, NAN], [2, 4]], dtype=F64)], gradient=False)
    for shape in [[1, 1], [3, 3], [2, 2, 2]]:
        case(subject, "matrixExp", L.matrix_exp, [s.uniform(shape)])
    case(subject, "matrixExp", L.matrix_exp, [s.uniform([4, 4], -9, 9)], second=False)
    case(subject, "matrixExp", L.matrix_exp, [torch.stack([torch.zeros(2, 2), torch.eye(2) * 30, torch.eye(2) * -500]).double()], second=False)
    for n in [-2, -1, 0, 1, 2, 5]:
        case(subject, "matrixPower", L.matrix_power, [regular(s, [3, 3]), n], gradient=n != 0, second=n > 0)
    for shapes in [([2, 3], [3, 4]), ([3], [3, 2], [2, 4], [4]), ([2, 5], [5, 1], [1, 3], [3, 2])]:
        case(subject, "multiDot", lambda xs: L.multi_dot(xs), [[s.uniform(shape) for shape in shapes]])
    for ord in ["fro", "nuc", 1, -1, 2, -2, INF, -INF]:
        case(subject, "matrixNorm", L.matrix_norm, [s.uniform([2, 3, 2]), ord])
        case(subject, "norm", L.norm, [s.uniform([3, 2]), ord])
    case(subject, "matrixNorm", with_options(L.matrix_norm), [s.uniform([2, 3, 2]), {"dim": [2, 0], "keepdim": True}])
    for ord in [0, 1, 2, 3.5, INF, -INF]:
        case(subject, "vectorNorm", L.vector_norm, [s.uniform([2, 3]), ord])
        case(subject, "norm", L.norm, [s.uniform([3]), ord])
    case(subject, "vectorNorm", with_options(L.vector_norm), [s.uniform([2, 3]), {"dim": 1, "keepdim": True}])
    case(subject, "norm", L.norm, [s.uniform([2, 3, 2])])
    for zeros in [[0.0, 0], [0, 1]]:
        case(subject, "vectorNorm", L.vector_norm, [torch.tensor(zeros, dtype=F64), -2], gradient=False)
    for p in [None, 1, -1, 2, -2, "fro", "nuc", INF]:
        # PyTorch changes an inverse in place, so that other norms than 2 have no gradient.
        case(subject, "cond", L.cond, [regular(s, [3, 3])] if p is None else [regular(s, [3, 3]), p], gradient=p in [None, 2, -2])
    case(subject, "cond", L.cond, [torch.ones(2, 2, dtype=F64), 1], gradient=False)
    low = torch.tensor([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]], dtype=F64)
    case(subject, "matrixRank", L.matrix_rank, [torch.stack([low, torch.eye(3, dtype=F64), torch.zeros(3, 3, dtype=F64)])], gradient=False)
    case(subject, "matrixRank", with_options(L.matrix_rank), [torch.diag(torch.tensor([3.0, -1, 0.1], dtype=F64)), {"atol": 0.5, "hermitian": True}], gradient=False)
    case(subject, "vander", L.vander, [s.uniform([3])])
    case(subject, "vander", lambda x, given: L.vander(x, **given), [s.uniform([2, 2]), {"N": 4}])
    case(subject, "vecdot", L.vecdot, [s.uniform([2, 3]), s.uniform([3])])
    case(subject, "vecdot", with_options(L.vecdot), [s.uniform([2, 3]), s.uniform([2, 3]), {"dim": 0}])
    case(subject, "cross", L.cross, [s.uniform([3, 3]), s.uniform([1, 3])])
    case(subject, "cross", with_options(L.cross), [s.uniform([3, 2]), s.uniform([3, 2]), {"dim": 0}])
    case(subject, "diagonal", L.diagonal, [s.uniform([2, 3, 3])])
    case(subject, "diagonal", with_options(L.diagonal), [s.uniform([2, 3, 3]), {"offset": 1, "dim1": 0, "dim2": 2}])


def generate():
    subject = Subject("linalg")
    decompositions(subject)
    solvers(subject)
    others(subject)
    return subject.write()
