"""Writes fixtures/*.json, what lucid's results are compared with, from PyTorch (`pnpm fixtures`).

`pnpm fixtures reductions ordering` writes these two files and leaves the others as they are.
`pnpm fixtures --check` writes nothing, and fails where PyTorch computes other numbers than the files hold.

Needs a Python with torch and numpy; Debian's python3-torch (1.13) made the committed files. How the files read:
generators/common.py.

The files are the same to the byte on every x86-64 processor. Every operation draws its samples from a generator seeded with
its name, and the process starts itself anew with settings under which all libraries use the code that every such
processor can run: what they choose for the processor at hand adds and rounds in other orders.
"""
import filecmp
import os
import sys
import tempfile

PORTABLE = {
    "ATEN_CPU_CAPABILITY": "default",
    "OPENBLAS_CORETYPE": "Prescott",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # The functions of C's library: exp, log, pow, sin …
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX,-AVX2",
    # PyTorch's database walks through sets of strings, whose order Python draws anew for every process.
    "PYTHONHASHSEED": "0",
}
if __name__ == "__main__" and any(os.environ.get(name) != value for name, value in PORTABLE.items()):
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **PORTABLE})

import torch

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import telephone
from generators import (
    activations,
    attention,
    common,
    convolution,
    creation,
    elementwise,
    fft,
    in_place,
    indexing,
    layers,
    linalg,
    linear_algebra,
    losses,
    normalisation,
    opinfo,
    optimizers,
    ordering,
    pooling,
    promotion,
    rearranging,
    recurrent,
    reductions,
    schedulers,
    shapes,
    special_values,
    storage_types,
    training,
)
from generators.common import FOLDER

MODULES = [
    creation,
    elementwise,
    special_values,
    promotion,
    reductions,
    shapes,
    indexing,
    ordering,
    linear_algebra,
    fft,
    linalg,
    in_place,
    activations,
    attention,
    layers,
    convolution,
    pooling,
    rearranging,
    recurrent,
    losses,
    normalisation,
    opinfo,
    optimizers,
    schedulers,
    storage_types,
    training,
    telephone,
]


def compare(names, made):
    """Ends with an error where a file that was just made differs from the committed one."""
    stale = [name for name in names if not filecmp.cmp(os.path.join(made, name), os.path.join(FOLDER, name), shallow=False)]
    if stale:
        sys.exit(f"PyTorch computes other numbers than these fixtures hold: {', '.join(stale)}; run pnpm fixtures")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.backends.mkldnn.set_flags(False)
    known = {module.__name__.split(".")[-1].replace("_", "-"): module for module in MODULES}
    check = sys.argv[1:2] == ["--check"]
    wanted = sys.argv[2 if check else 1 :] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; the names are {', '.join(known)}")
    with tempfile.TemporaryDirectory() as elsewhere:
        if check:
            common.FOLDER = elsewhere
        for name in wanted:
            print(f"{name}: {known[name].generate()} cases")
        if check:
            compare(sorted(os.listdir(elsewhere)), elsewhere)
    sizes = {name: os.path.getsize(os.path.join(FOLDER, name)) for name in sorted(os.listdir(FOLDER))}
    print(f"{sum(sizes.values()) / 1e6:.2f} MB in {len(sizes)} files, written by torch {torch.__version__}")
