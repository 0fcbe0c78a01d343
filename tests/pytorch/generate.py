"""Writes fixtures/*.json, what lucid's results are compared with, from PyTorch (`pnpm fixtures`).

Needs a Python with torch and numpy; Debian's python3-torch (1.13) made the committed files. The values are reproducible:
every operation draws its samples from a generator seeded with its name. How the files read: generators/common.py.
"""
import os
import sys

import torch

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import telephone
from generators import (
    creation,
    elementwise,
    in_place,
    indexing,
    layers,
    linear_algebra,
    losses,
    optimizers,
    ordering,
    promotion,
    reductions,
    shapes,
    special_values,
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
    in_place,
    layers,
    losses,
    optimizers,
    telephone,
]

if __name__ == "__main__":
    torch.set_num_threads(1)
    for module in MODULES:
        count = module.generate()
        print(f"{module.__name__.split('.')[-1]}: {count} cases")
    sizes = {name: os.path.getsize(os.path.join(FOLDER, name)) for name in sorted(os.listdir(FOLDER))}
    print(f"{sum(sizes.values()) / 1e6:.2f} MB in {len(sizes)} files, written by torch {torch.__version__}")
