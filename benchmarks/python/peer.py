"""PyTorch's side of the benchmarks: answers one line of JSON for each on its standard input.

Arrays pass as files of float32. A work is a function of its inputs that returns (run, result): run() does the work once,
result() gives the numbers so far as one tensor.
"""

import json
import os
import sys
import time


def answer(**values):
    print(json.dumps(values), flush=True)


try:
    import torch
except ImportError as error:
    answer(error=str(error))
    sys.exit(0)

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def operation(compute):
    """A work that evaluates `compute` without recording it."""

    def make(*inputs):
        output = [None]

        def run():
            with torch.no_grad():
                output[0] = compute(*inputs)

        return run, lambda: output[0]

    return make


def inference(x, w1, b1, w2, b2):
    linear = torch.nn.functional.linear
    return linear(torch.relu(linear(x, w1, b1)), w2, b2)


def training(x, target, *weights):
    """A step of Linear, ReLU, Linear, Huber, Adam; the result is the losses of the first steps."""
    first, second = (
        torch.nn.Linear(weight.shape[1], weight.shape[0]) for weight in weights[::2]
    )
    model = torch.nn.Sequential(first, torch.nn.ReLU(), second)
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights):
            parameter.copy_(weight)
    criterion = torch.nn.HuberLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []

    def run():
        optimizer.zero_grad()
        loss = criterion(model(x), target)
        loss.backward()
        optimizer.step()
        value = loss.item()
        if len(losses) < 8:
            losses.append(value)

    return run, lambda: torch.tensor(losses)


def huber(x, target):
    """The gradient of the loss; forward and backward."""
    x = x.requires_grad_()
    criterion = torch.nn.HuberLoss()

    def run():
        x.grad = None
        criterion(x, target).backward()

    return run, lambda: x.grad


works = {
    "matmul": operation(torch.matmul),
    "add": operation(torch.add),
    "exp": operation(torch.exp),
    "softmax": operation(lambda x: torch.softmax(x, -1)),
    "sum": operation(lambda x: torch.sum(x)),
    "layer norm": operation(
        lambda x, weight, bias: torch.nn.functional.layer_norm(
            x, weight.shape, weight, bias
        )
    ),
    "inference": operation(inference),
    "training": training,
    "huber": huber,
}


def read(path, shape):
    count = 1
    for size in shape:
        count *= size
    return torch.from_file(path, shared=False, size=count).reshape(shape).clone()


def main():
    made = []
    answer(torch=torch.__version__, threads=torch.get_num_threads())
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if question["ask"] == "make":
                inputs = [read(**described) for described in question["inputs"]]
                made.append(works[question["work"]](*inputs))
                answer(id=len(made) - 1)
            elif question["ask"] == "time":
                run, _ = made[question["id"]]
                repetitions = question["repetitions"]
                start = time.perf_counter()
                for _ in range(repetitions):
                    run()
                answer(milliseconds=(time.perf_counter() - start) * 1e3)
            elif question["ask"] == "close":
                made[question["id"]] = None
                answer()
            else:
                _, result = made[question["id"]]
                result().detach().contiguous().numpy().tofile(question["path"])
                answer()
        except Exception as error:
            answer(error=f"{type(error).__name__}: {error}")


main()
