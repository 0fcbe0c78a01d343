"""True values of the transcendental functions at float64 points, for src/math/transcendental/accuracy.test.ts.

python3 scripts/reference-tables.py 384 src/math/transcendental/accuracy.float64.bin     (needs python3-mpmath)

Little-endian, function after function in the order of NAMES: the arguments (float64; for pow and atan2 the second ones
follow the first), the values rounded to float64, and what rounding lost, in 1/200 ulp (int8). The number of points is a
multiple of 8.
"""
import math
import random
import sys
from array import array
from mpmath import mp, mpf
import mpmath

mp.dps = 50
NAMES = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
         "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "pow", "atan2"]


def function(name):
    special = {
        "exp2": lambda x: mpf(2) ** x,
        "log1p": lambda x: mpmath.log1p(x) if abs(x) < 0.1 else mpmath.log(1 + x),
        "log2": lambda x: mpmath.log(x) / mpmath.log(2),
        "log10": lambda x: mpmath.log(x) / mpmath.log(10),
        "pow": lambda x, y: x**y,
        "tanh": lambda x: mpmath.tanh(x) if abs(x) < 40 else mpmath.sign(x),
        "erf": lambda x: mpmath.erf(x) if abs(x) < 8 else mpmath.sign(x),
    }
    return special.get(name) or getattr(mpmath, name)


def binade(low, high, signed, draw):
    x = math.ldexp(1 + draw.random(), draw.randint(low, high))
    kind = draw.randint(0, 7)
    if kind == 0:
        x = math.ldexp(1.0, math.frexp(x)[1])
    elif kind == 1:
        x = math.nextafter(math.ldexp(1.0, math.frexp(x)[1]), 0)
    return -x if signed and draw.random() < 0.5 else x


def argument(name, i, draw):
    """Every binade where the function does something, half of the points where it does most."""
    wide = i % 2 == 0
    if name in ("exp", "expm1", "sinh", "cosh"):
        return binade(-1073, 9, True, draw) if wide else draw.uniform(-745 if name == "exp" else -710, 710.4)
    if name == "exp2":
        return binade(-1073, 9, True, draw) if wide else draw.uniform(-1074, 1023.9)
    if name in ("log", "log2", "log10"):
        return binade(-1074, 1022, False, draw) if wide else draw.uniform(0.4, 3)
    if name == "log1p":
        return binade(-1073, 1022, False, draw) if wide else draw.uniform(-0.9999999, 3)
    if name in ("sin", "cos", "tan"):
        if i % 8 == 1:
            return float(draw.randint(-10**6, 10**6) * mpmath.pi / 2)
        return binade(-1073, 1022, True, draw) if i % 8 == 0 else binade(-20, 20, True, draw) if wide else draw.uniform(-7, 7)
    if name in ("asin", "acos", "atanh"):
        if i % 4 == 1:
            return math.copysign(1 - draw.random() * 10.0 ** -draw.randint(1, 16), draw.random() - 0.5)
        return binade(-1073, -1, True, draw) if wide else draw.uniform(-1, 1)
    if name in ("atan", "asinh"):
        return binade(-1073, 1022, True, draw) if wide else draw.uniform(-4, 4)
    if name == "acosh":
        return binade(0, 1022, False, draw) if i % 4 == 0 else 1 + binade(-51, -1, False, draw) if wide else draw.uniform(1, 5)
    if name in ("tanh", "erf"):
        return binade(-1073, 5, True, draw) if wide else draw.uniform(-6, 6)
    raise ValueError(name)


def pair(name, i, draw):
    if name == "atan2":
        y = binade(-1073, 1022, True, draw)
        if i % 4 == 0:
            return y, binade(-1073, 1022, True, draw)
        x = y * math.ldexp(1 + draw.random(), draw.randint(-8, 8)) * draw.choice([1, -1])
        return y, x if x != 0 and math.isfinite(x) else 1.0
    if i % 8 == 0:
        return float(-draw.randint(1, 50)), float(draw.randint(-150, 150))
    x = binade(-1074, 1022, False, draw) if i % 2 else draw.uniform(0.3, 3)
    if i % 8 == 2:
        x = 1 + binade(-52, -8, True, draw)
    logarithm = mpmath.log(mpf(x)) / mpmath.log(2)
    if logarithm == 0:
        return x, 3.5
    y = float(draw.uniform(-1074, 1023.99) / logarithm)
    return x, y if math.isfinite(y) else 2.0


def true_value(name, arguments):
    x = mpf(arguments[0])
    mp.dps = 400 if name in ("sin", "cos", "tan") and abs(x) > 1e15 else 60
    if abs(x) < 1e-12:
        # mpmath loses digits of these: the first terms of the series are exact enough.
        series = {"asinh": x - x**3 / 6, "atanh": x + x**3 / 3, "log1p": x - x * x / 2 + x**3 / 3, "sinh": x + x**3 / 6,
                  "tanh": x - x**3 / 3, "expm1": x + x * x / 2 + x**3 / 6}
        if name in series:
            return series[name]
    return function(name)(*(mpf(a) for a in arguments))


def rounded(value):
    try:
        near = float(value)
    except OverflowError:
        near = math.inf
    if math.isinf(near):
        return near, 0
    return near, max(-127, min(127, round(200 * float((value - mpf(near)) / mpf(math.ulp(near))))))


def write(count, path):
    with open(path, "wb") as file:
        for name in NAMES:
            draw = random.Random(name)
            points = [pair(name, i, draw) if name in ("pow", "atan2") else (argument(name, i, draw),) for i in range(count)]
            values = [rounded(true_value(name, point)) for point in points]
            for column in zip(*points):
                array("d", column).tofile(file)
            array("d", [value for value, _ in values]).tofile(file)
            array("b", [lost for _, lost in values]).tofile(file)


write(int(sys.argv[1]), sys.argv[2])
