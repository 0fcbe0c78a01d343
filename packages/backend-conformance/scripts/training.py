"""Writes src/reference/training.ts: losses of two small training runs, by PyTorch in float64.

    python3 scripts/training.py > src/reference/training.ts

All numbers that a run starts from are multiples of 1/16, so that every element type holds them exactly.
"""

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def grid(rows, columns, a, b, modulus, scale):
    """Element [i, j] is ((a·i + b·j) mod modulus − modulus // 2) / scale."""
    return torch.tensor(
        [[((a * i + b * j) % modulus - modulus // 2) / scale for j in range(columns)] for i in range(rows)]
    )


def network(sizes, activation):
    layers = []
    for k, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layer = torch.nn.Linear(inputs, outputs)
        with torch.no_grad():
            layer.weight.copy_(grid(outputs, inputs, 5 + k, 3, 11, 16))
            layer.bias.copy_(grid(1, outputs, 0, 7, 5, 16)[0])
        layers += [layer, activation()]
    return torch.nn.Sequential(*layers[:-1])


def regression():
    x = grid(12, 3, 7, 13, 17, 8)
    y = grid(12, 2, 5, 3, 13, 4)
    model = network([3, 8, 2], torch.nn.Tanh)
    criterion = torch.nn.HuberLoss(delta=1.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.125, momentum=0.75)
    losses = []
    for _ in range(30):
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def classification():
    x = grid(20, 4, 3, 11, 19, 8)
    classes = torch.tensor([(i * i + 1) % 3 for i in range(20)])
    model = network([4, 10, 3], torch.nn.GELU)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.03125, weight_decay=0.125)
    losses = []
    for step in range(40):
        rows = torch.tensor([(step * 5 + k * 3) % 20 for k in range(8)])
        loss = criterion(model(x[rows]), classes[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


print(
    """/**
 * The losses of the training runs, computed by PyTorch in float64. `scripts/training.py` wrote this file.
 *
 * @module
 */

/** The loss before every step. */
export const trainingLosses: Readonly<Record<"regression" | "classification", readonly number[]>> = {"""
)
for name, losses in (("regression", regression()), ("classification", classification())):
    print(f"  {name}: [")
    for loss in losses:
        print(f"    {loss!r},")
    print("  ],")
print("};")
