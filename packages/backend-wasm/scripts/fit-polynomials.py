"""Minimax polynomials for src/math/transcendental/coefficients.ts, by the Remez exchange.

python3 scripts/fit-polynomials.py > src/math/transcendental/coefficients.ts     (needs python3-mpmath)

Each row: name, what the polynomial approximates, the interval, the weight that turns its error into a relative error
of the function, and how good it must be: `full` for float64, `narrow` for float32 computed in float64, `single` for
float32 computed in float32. The lowest degree that is good enough is taken.
"""
import struct
import sys
from mpmath import (mp, mpf, asin, atan, cos, erf, erfc, exp, expm1, findroot, fabs, lu_solve, log, log1p, matrix, pi,
                    sin, sinh, sqrt, tan, tanh)

mp.dps = 60
TINY = mpf(10) ** -12


def remez(f, weight, low, high, degree):
    """Coefficients, lowest power first, and the largest weighted error."""
    size = degree + 2
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle - half * cos(pi * i / (size - 1)) for i in range(size)]
    grid = [middle - half * cos(pi * i / (24 * size)) for i in range(24 * size + 1)]
    # Where the function's leading term alone is exact, no weight is left: keep a little, for the system to be regular.
    floor = max(weight(low), weight(high)) / 50
    values = [f(x) for x in grid]
    weights = [max(weight(x), floor) for x in grid]
    for _ in range(12):
        system = matrix(size, size)
        right = matrix(size, 1)
        for row, x in enumerate(points):
            for power in range(degree + 1):
                system[row, power] = x**power
            system[row, degree + 1] = (-1) ** row / max(weight(x), floor)
            right[row] = f(x)
        solution = lu_solve(system, right)
        coefficients = [solution[i] for i in range(degree + 1)]
        errors = [(value - polynomial(coefficients, x)) * w for x, value, w in zip(grid, values, weights)]
        extremes = []
        for i, error in enumerate(errors):
            if extremes and (errors[extremes[-1]] > 0) == (error > 0):
                if fabs(error) > fabs(errors[extremes[-1]]):
                    extremes[-1] = i
            else:
                extremes.append(i)
        while len(extremes) > size:
            extremes.pop(0 if fabs(errors[extremes[0]]) < fabs(errors[extremes[-1]]) else -1)
        largest = max(fabs(error) for error in errors)
        if len(extremes) < size or largest < fabs(solution[degree + 1]) * mpf("1.01"):
            break
        points = [grid[i] for i in extremes]
    return coefficients, largest


def polynomial(coefficients, x):
    result = mpf(0)
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def near_zero(f, limit):
    """f, with its limit near 0."""
    return lambda x: f(x) if fabs(x) > TINY else limit


H = log(2) / 2 * mpf("1.0002")
Q = (pi / 4) ** 2 * mpf("1.0005")
EIGHTH = tan(pi / 8) ** 2 * mpf("1.001")
SQUARE = (3 - 2 * sqrt(2)) ** 2 * mpf("1.001")

one = lambda x: mpf(1)
ROWS = [
    ("EXPONENTIAL", "(eʳ − 1 − r) / r²", near_zero(lambda r: (expm1(r) - r) / r**2, mpf(1) / 2), lambda r: fabs(r), -H, H,
     {"full": "2e-18", "narrow": "2e-11", "single": "2e-8"}),
    ("LOGARITHM", "(ln((1 + s) / (1 − s)) − 2s) / s³, in s²",
     near_zero(lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) - 2 * sqrt(z)) / sqrt(z) ** 3, mpf(2) / 3), lambda z: z / 2,
     mpf(0), SQUARE, {"full": "1e-18", "narrow": "1e-11", "single": "1e-8"}),
    ("LOGARITHM_FIFTH", "(ln((1 + s) / (1 − s)) − 2s − ⅔s³) / s⁵, in s²",
     near_zero(lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) - 2 * sqrt(z) - 2 * sqrt(z) ** 3 / 3) / sqrt(z) ** 5, mpf(2) / 5),
     lambda z: z * z / 2, mpf(0), SQUARE, {"full": "1e-21"}),
    ("SINE", "(sin r − r) / r³, in r²", near_zero(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 6), lambda z: z,
     mpf(0), Q, {"full": "2e-18", "narrow": "2e-11", "single": "1e-8"}),
    ("COSINE", "(cos r − 1 + r²/2) / r⁴, in r²",
     lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2 if z > mpf(10) ** -8 else mpf(1) / 24, lambda z: z * z,
     mpf(0), Q, {"full": "2e-18", "narrow": "2e-11", "single": "1e-8"}),
    ("ARCSINE", "(asin s / s − 1) / s², in s²", near_zero(lambda z: (asin(sqrt(z)) / sqrt(z) - 1) / z, mpf(1) / 6),
     lambda z: z, mpf(0), mpf("0.2501"), {"full": "4e-18", "narrow": "2e-11"}),
    ("ARCTANGENT", "(atan t / t − 1) / t², in t²", near_zero(lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 3),
     lambda z: z, mpf(0), EIGHTH, {"full": "4e-18", "narrow": "2e-11"}),
    ("HYPERBOLIC_SINE", "(sinh a / a − 1) / a², in a²", near_zero(lambda z: (sinh(sqrt(z)) / sqrt(z) - 1) / z, mpf(1) / 6),
     lambda z: z, mpf(0), mpf(1), {"full": "4e-18", "single": "1e-8"}),
    ("HYPERBOLIC_TANGENT", "(tanh a / a − 1) / a², in a² ≤ 0.36",
     near_zero(lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 3), lambda z: z, mpf(0), mpf("0.391"),
     {"single": "1.5e-8"}),
    ("ERROR", "erf a / a − 1, in a² ≤ 1", near_zero(lambda z: erf(sqrt(z)) / sqrt(z) - 1, 2 / sqrt(pi) - 1), one, mpf(0),
     mpf(1), {"full": "8e-18", "single": "1e-8"}),
    ("ERROR_REST", "(1 − erf a)·exp(a²), in (a − 3) / (a + 3), 1 ≤ a ≤ 6",
     lambda t: (lambda a: erfc(a) * exp(a * a))(3 * (1 + t) / (1 - t)),
     lambda t: (lambda a: exp(-a * a))(3 * (1 + t) / (1 - t)) , -mpf(1) / 2, mpf(1) / 3, {"full": "8e-18"}),
    ("ERROR_EXPONENT", "log₂(1 − erf a), for 0.95 ≤ a ≤ 4", lambda a: log(erfc(a)) / log(2),
     lambda a: erfc(a) * log(2), mpf("0.95"), mpf(4), {"single": "1.5e-8"}),
]


def single(x):
    return struct.unpack("<f", struct.pack("<f", float(x)))[0]


print("""/**
 * Coefficients of minimax polynomials, lowest power first; written by scripts/fit-polynomials.py.
 *
 * `full` is for float64, `narrow` for float32 computed in float64, `single` for float32 computed in float32.
 *
 * @module
 */
""")
for name, what, f, weight, low, high, goals in ROWS:
    for kind, goal in goals.items():
        for degree in range(1, 24):
            coefficients, error = remez(f, weight, low, high, degree)
            if error < mpf(goal):
                break
        numbers = [single(c) if kind == "single" else float(c) for c in coefficients]
        print(f"/** {what}; relative error {mp.nstr(error, 2)}. */")
        print(f"export const {name}_{kind.upper()}: readonly number[] = [")
        print("  " + ", ".join(repr(n) for n in numbers) + ",")
        print("];\n")
        print(name, kind, degree, mp.nstr(error, 2), file=sys.stderr)
