"""Optimizers that torch 1.13 lacks, or computes in another way than later versions, in plain tensor operations.

They are written from the papers and from the documentation of later versions of torch, for the fixtures alone.
"""
import math

import torch


class Reference(torch.optim.Optimizer):
    """An optimizer whose subclasses say how one parameter is updated."""

    def __init__(self, params, **options):
        unknown = set(options) - set(self.DEFAULTS)
        assert not unknown, unknown
        super().__init__(params, {**self.DEFAULTS, **options})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                self.update(p, -p.grad if group.get("maximize") else p.grad.clone(), group, state, state["step"])


def average(state, name, value, beta):
    """Updates a moving average that starts at zero, and returns it."""
    state[name] = beta * state.get(name, torch.zeros_like(value)) + (1 - beta) * value
    return state[name]


def decay(p, grad, group):
    """Applies weight decay to the parameter or to its gradient, and returns the gradient."""
    if group["decoupled_weight_decay"]:
        p.mul_(1 - group["lr"] * group["weight_decay"])
        return grad
    return grad + group["weight_decay"] * p


class NAdam(Reference):
    """NAdam as from torch 2.0 on. Torch 1.13 multiplies the momentum in twice, and keeps its product in float32."""

    DEFAULTS = {"lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "momentum_decay": 4e-3, "decoupled_weight_decay": False, "maximize": False}

    def update(self, p, grad, group, state, step):
        beta1, beta2 = group["betas"]
        mu = beta1 * (1 - 0.5 * 0.96 ** (step * group["momentum_decay"]))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * group["momentum_decay"]))
        state["product"] = state.get("product", 1.0) * mu
        grad = decay(p, grad, group)
        mean = average(state, "mean", grad, beta1)
        square = average(state, "square", grad * grad, beta2)
        denominator = (square / (1 - beta2**step)).sqrt() + group["eps"]
        p.sub_(group["lr"] * (1 - mu) / (1 - state["product"]) * grad / denominator)
        p.sub_(group["lr"] * mu_next / (1 - state["product"] * mu_next) * mean / denominator)


class RAdam(Reference):
    """RAdam with the options of torch 2.3: decoupled weight decay and maximize."""

    DEFAULTS = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "decoupled_weight_decay": False, "maximize": False}

    def update(self, p, grad, group, state, step):
        beta1, beta2 = group["betas"]
        grad = decay(p, grad, group)
        mean = average(state, "mean", grad, beta1) / (1 - beta1**step)
        square = average(state, "square", grad * grad, beta2)
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * beta2**step / (1 - beta2**step)
        if length > 5:
            rectified = math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
            mean = mean * rectified * math.sqrt(1 - beta2**step) / (square.sqrt() + group["eps"])
        p.sub_(group["lr"] * mean)


class ASGD(Reference):
    """ASGD. Torch keeps eta and mu in float32."""

    DEFAULTS = {"lr": 1e-2, "lambd": 1e-4, "alpha": 0.75, "t0": 1e6, "weight_decay": 0, "maximize": False}

    def update(self, p, grad, group, state, step):
        lr, lambd = group["lr"], group["lambd"]
        eta, mu = state.get("eta", lr), state.get("mu", 1)
        grad = grad + group["weight_decay"] * p
        p.mul_(1 - lambd * eta).sub_(eta * grad)
        before = state.get("ax", torch.zeros_like(p))
        state["ax"] = p.clone() if mu == 1 else before + mu * (p - before)
        state["eta"] = lr / (1 + lambd * lr * step) ** group["alpha"]
        state["mu"] = 1 / max(1, step - group["t0"])


class SparseAdam(torch.optim.SparseAdam):
    """Torch's, for dense gradients: a row that is zero is not a part of the sparse gradient."""

    def __init__(self, params, **options):
        super().__init__(params, **{key: tuple(value) if key == "betas" else value for key, value in options.items()})

    def step(self):
        parameters = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
        for p in parameters:
            rows = p.grad.flatten(1).ne(0).any(1) if p.grad.dim() > 1 else p.grad.ne(0)
            index = rows.nonzero().T
            p.grad = torch.sparse_coo_tensor(index, p.grad[rows], p.shape)
        super().step()
        for p in parameters:
            p.grad = None


class Lion(Reference):
    """Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, Algorithm 2."""

    DEFAULTS = {"lr": 1e-4, "betas": (0.9, 0.99), "weight_decay": 0, "maximize": False}

    def update(self, p, grad, group, state, step):
        beta1, beta2 = group["betas"]
        before = state.get("mean", torch.zeros_like(p))
        direction = torch.sign(beta1 * before + (1 - beta1) * grad)
        p.sub_(group["lr"] * (direction + group["weight_decay"] * p))
        average(state, "mean", grad, beta2)


class LAMB(Reference):
    """You et al. 2020, Large Batch Optimization for Deep Learning, Algorithm 2, with the identity as scaling function."""

    DEFAULTS = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-6, "weight_decay": 0, "maximize": False}

    def update(self, p, grad, group, state, step):
        beta1, beta2 = group["betas"]
        mean = average(state, "mean", grad, beta1) / (1 - beta1**step)
        square = average(state, "square", grad * grad, beta2) / (1 - beta2**step)
        direction = mean / (square.sqrt() + group["eps"]) + group["weight_decay"] * p
        norms = float(p.norm()), float(direction.norm())
        ratio = norms[0] / norms[1] if min(norms) > 0 else 1
        p.sub_(group["lr"] * ratio * direction)


class Muon(Reference):
    """Muon with the options of torch 2.9, in the parameter's element type instead of bfloat16."""

    DEFAULTS = {
        "lr": 1e-3,
        "weight_decay": 0.1,
        "momentum": 0.95,
        "nesterov": True,
        "ns_coefficients": (3.4445, -4.775, 2.0315),
        "eps": 1e-7,
        "ns_steps": 5,
        "adjust_lr_fn": None,
        "maximize": False,
    }

    def update(self, p, grad, group, state, step):
        momentum, (a, b, c) = group["momentum"], group["ns_coefficients"]
        buffer = average(state, "buffer", grad, momentum)
        x = (1 - momentum) * grad + momentum * buffer if group["nesterov"] else buffer.clone()
        rows, columns = p.shape
        if rows > columns:
            x = x.T
        x = x / max(float(x.norm()), group["eps"])
        for _ in range(group["ns_steps"]):
            product = x @ x.T
            x = a * x + (b * product + c * product @ product) @ x
        if rows > columns:
            x = x.T
        scale = 0.2 * math.sqrt(max(rows, columns)) if group["adjust_lr_fn"] == "match_rms_adamw" else math.sqrt(max(1, rows / columns))
        p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(group["lr"] * scale * x)


class Adafactor(Reference):
    """Shazeer and Stern 2018, Algorithms 4 and 5, as torch 2.5 puts them together."""

    DEFAULTS = {"lr": 1e-2, "beta2_decay": -0.8, "eps": (None, 1e-3), "d": 1.0, "weight_decay": 0, "maximize": False}

    def update(self, p, grad, group, state, step):
        eps1, eps2 = group["eps"]
        if eps1 is None:
            eps1 = torch.finfo(p.dtype).eps
        beta = 1 - step ** group["beta2_decay"]
        size = math.sqrt(p.numel())
        alpha = max(eps2, float(p.norm()) / size) * min(group["lr"], 1 / math.sqrt(step))
        p.mul_(1 - group["lr"] * group["weight_decay"])
        if p.dim() > 1:
            rows = average(state, "rows", (grad * grad).mean(-1, keepdim=True), beta)
            columns = average(state, "columns", (grad * grad).mean(-2, keepdim=True), beta)
            estimate = rows @ columns / rows.mean(-2, keepdim=True).clamp(min=eps1)
        else:
            estimate = average(state, "variance", grad * grad, beta)
        direction = grad / estimate.clamp(min=eps1 * eps1).sqrt()
        p.sub_(alpha / max(1, float(direction.norm()) / (size * group["d"])) * direction)


REFERENCES = {one.__name__: one for one in (NAdam, RAdam, ASGD, SparseAdam, Lion, LAMB, Muon, Adafactor)}
