"""Writes src/reference/transcendental.ts: correctly rounded values of the transcendental operations, by mpmath.

    /usr/bin/python3 scripts/reference.py
"""

import pathlib
import struct
import subprocess

import mpmath

mpmath.mp.prec = 400


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def real(x):
    """The float64 nearest to an mpmath number; rounds once, subnormals included."""
    if mpmath.isnan(x):
        return float("nan")
    if x == 0:
        return 0.0
    fraction, exponent = mpmath.frexp(x)
    bits = min(53, 53 + 1021 + int(exponent))
    if bits < 53:
        scaled = mpmath.nint(mpmath.ldexp(x, 1074))
        return float(int(scaled)) * 2.0**-1074
    return float(x)


SMALL = [1e-7, -1e-7, 1e-3, -1e-3, 0.1, -0.1, 0.3, -0.3, 0.5, -0.5, 0.75, -0.75]
UNIT = SMALL + [0.9, -0.9, 0.99, -0.99, 0.99999, -0.99999]
ANGLES = SMALL + [1, -1, 1.5707964, -1.5707964, 2, 3, 3.1415927, -3.1415927, 4.712389, 6.2831855, 10, -22, 100, 355, 1000.5, 12345.678, -99999, 1e8]
POSITIVE = [1e-45, 1e-40, 1.17549435e-38, 1e-20, 1e-5, 0.1, 0.3, 0.5, 0.70710677, 0.75, 0.9, 0.99999, 1.00001, 1.1, 1.4142135, 1.5, 2, 2.7182817, 3, 7, 10, 100, 1000, 65536, 1e10, 1e30, 3.4028235e38]
WIDE = SMALL + [1, -1, 1.5, -2, 3, -5, 7, 10, -20, 100, -1000, 1e6, -1e10, 1e20, 3e38]

inputs = {
    "exp": SMALL + [1, -1, 0.6931472, 2, -2, 3.5, 10, -10, 20.25, -50.5, 50.5, 88, -87, -88, -100, -103],
    "exp2": SMALL + [1, -1, 1.5, 2, -2.5, 3, 10.1, -10.1, 31, 64, 100.7, 127.5, -126, -130.5, -148],
    "expm1": SMALL + [1e-20, -1e-20, 1e-40, 1, -1, 0.6931472, 2, -2, 10, -10, 17, -17.5, -40, 50.5, 88],
    "log": POSITIVE,
    "log1p": UNIT + [1e-20, -1e-20, 1e-40, 1, 1.5, 2, 7, 10, 100, 1000, 1e6, 1e10, 1e30, 3.4028235e38],
    "log2": POSITIVE,
    "log10": POSITIVE,
    "sin": ANGLES,
    "cos": ANGLES,
    "tan": ANGLES,
    "asin": UNIT + [1e-20, 1, -1],
    "acos": UNIT + [1e-20, -1],
    "atan": WIDE,
    "sinh": SMALL + [1e-20, 1, -1, 2, -3, 5, 10, -20, 50, -80, 88.5, 89],
    "cosh": SMALL + [1e-20, 1, -1, 2, -3, 5, 10, -20, 50, -80, 88.5, 89],
    "tanh": SMALL + [1e-20, 1e-40, 0.55, -0.6, 0.7, 1, -1, 2, -3, 5, 8, -9, 10, -20, 88, -1000],
    "asinh": WIDE + [1e-20, 1e-40],
    "acosh": [1.0000001, 1.00001, 1.001, 1.1, 1.5, 2, 3, 7, 10, 100, 1000, 65536, 1e10, 1e20, 3.4028235e38],
    "atanh": UNIT + [1e-20, 1e-40, 0.9999999, -0.9999999],
    "erf": SMALL + [1e-20, 1e-40, 0.85, -0.85, 1, -1, 1.2, 1.5, -1.75, 2, 2.5, -3, 3.5, 3.9, 5, -6, 20],
}
inputs64 = {
    "exp": [-745, -740.5, -708.4, 709.5, 1e-17, -1e-300],
    "exp2": [-1074, -1070.25, -1022.5, 1023.75, 1e-17],
    "expm1": [709.5, 1e-17, -1e-300, -37.5, -56],
    "log": [5e-324, 1e-310, 2.2250738585072014e-308, 1e-100, 0.9999999999999, 1.0000000000001, 1e100, 1.7976931348623157e308],
    "log1p": [1e-17, -1e-300, -0.9999999999999999, 1e100, 1.7976931348623157e308],
    "log2": [5e-324, 1e-310, 1e-100, 0.9999999999999, 1.0000000000001, 1e100, 1.7976931348623157e308],
    "log10": [5e-324, 1e-310, 1e-100, 0.9999999999999, 1.0000000000001, 1e100, 1.7976931348623157e308],
    "sin": [3.141592653589793, 6.283185307179586, 1e-17, 1e-300, 1e15, 1e22],
    "cos": [1.5707963267948966, 4.71238898038469, 1e-17, 1e15, 1e22],
    "tan": [1.5707963267948966, 3.141592653589793, 1e-17, 1e-300, 1e15, 1e22],
    "asin": [1e-300, 0.9999999999999999],
    "acos": [0.9999999999999999, -0.9999999999999999],
    "atan": [1e-300, 1e300],
    "sinh": [1e-300, 700.5, -710.4],
    "cosh": [1e-300, 700.5, -710.4],
    "tanh": [1e-300, 18.5, -22.5],
    "asinh": [1e-300, 1e300, -1e160],
    "acosh": [1.0000000000000002, 1e160, 1e300],
    "atanh": [1e-300, 0.9999999999999999, -0.9999999999999999],
    "erf": [1e-300, 5.5, 5.9, -5.8],
}
functions = {
    "exp": mpmath.exp,
    "exp2": lambda x: mpmath.power(2, x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "log10": lambda x: mpmath.log(x) / mpmath.log(10),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "erf": mpmath.erf,
}
# Tiny arguments need more digits than 400 bits where a 1 is added (1 + 1e−300).
mpmath.mp.prec = 2600


def power(a, b):
    if a < 0 and b != int(b):
        return mpmath.nan
    return mpmath.power(mpmath.mpf(a), mpmath.mpf(b))


pairs = {
    "pow": (
        power,
        [0.1, 0.3, 0.5, 0.99, 1.01, 1.5, 2, 3, 10, -0.5, -2, -3],
        [-10, -3, -2, -1, -0.5, -0.1, 0.1, 0.333, 0.5, 1, 1.5, 2, 2.5, 3, 10, 31, 37.7],
    ),
    "atan2": (
        lambda a, b: mpmath.atan2(mpmath.mpf(a), mpmath.mpf(b)),
        [1e-20, -1e-3, 0.1, -0.5, 1, -1, 2, -7, 1e10],
        [1e-20, -1e-3, 0.1, -0.5, 1, -1, 2, -7, 1e10],
    ),
}


def number(x):
    if x != x:
        return "NaN"
    return repr(int(x)) if x == int(x) and abs(x) < 2**53 else repr(x)


def table(name, xs):
    values = []
    for x in xs:
        values += [number(x), number(real(functions[name](mpmath.mpf(x))))]
    return "[" + ", ".join(values) + "]"


lines = [
    "/**",
    " * Values of the transcendental operations, rounded once from 2600 bits to float64. `scripts/reference.py` wrote this",
    " * file.",
    " *",
    " * @module",
    " */",
    "",
    "/** Arguments and results in turn. */",
    "export type Table = readonly number[];",
    "",
    "/** The operations of one argument. */",
    "export type TabledOperation = " + " | ".join(f'"{name}"' for name in functions) + ";",
    "",
    "/** Tables for arguments that are exact in float32, and so in float64, too. */",
    "export const tables: Readonly<Record<TabledOperation, Table>> = {",
]
for name in functions:
    lines.append(f"  {name}: {table(name, list(dict.fromkeys(f32(x) for x in inputs[name])))},")
lines += ["};", "", "/** Tables for arguments of float64 only. */", "export const tables64: Readonly<Record<TabledOperation, Table>> = {"]
for name in functions:
    lines.append(f"  {name}: {table(name, inputs64[name])},")
lines += [
    "};",
    "",
    "/**",
    " * A table of an operation of two arguments. `results[i · seconds.length + j]` belongs to `firsts[i]` and `seconds[j]`.",
    " */",
    "export interface PairTable {",
    "  readonly firsts: readonly number[];",
    "  readonly seconds: readonly number[];",
    "  readonly results: readonly number[];",
    "}",
    "",
    "/** Tables for arguments that are exact in float32. */",
    'export const pairTables: Readonly<Record<"pow" | "atan2", PairTable>> = {',
]
for name, (function, firsts, seconds) in pairs.items():
    firsts = [f32(x) for x in firsts]
    seconds = [f32(x) for x in seconds]
    results = [number(real(function(a, b))) for a in firsts for b in seconds]
    lines += [
        f"  {name}: {{",
        f"    firsts: [{', '.join(map(number, firsts))}],",
        f"    seconds: [{', '.join(map(number, seconds))}],",
        f"    results: [{', '.join(results)}],",
        "  },",
    ]
lines += ["};"]

target = pathlib.Path(__file__).parent.parent / "src" / "reference" / "transcendental.ts"
target.write_text("\n".join(lines) + "\n")
subprocess.run(["npx", "biome", "format", "--write", str(target)], check=True)
