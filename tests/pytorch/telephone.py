"""International telephone calls from Belgium, 1950 to 1973, in tens of millions (Rousseeuw and Leroy, 1987, after the
Belgian Statistical Survey): from 1964 to 1969 minutes were written down instead of calls. Least squares follows these six
values, Huber's loss much less.

Computes both lines without a deep-learning framework: least squares in closed form with exact fractions, the minimiser
of the mean Huber loss (delta = 1, calls against year, nothing rescaled) by iteratively reweighted least squares, then
Newton's method. Run it to see the numbers; `pnpm fixtures` writes them to fixtures/telephone.json.
"""
import json
from fractions import Fraction

CALLS = """0.44 0.47 0.47 0.59 0.66 0.73 0.81 0.88 1.06 1.20 1.35 1.49 1.61 2.12 11.90 12.40 14.20 15.90 18.20 21.20 4.30
2.40 2.70 2.90""".split()
YEARS = list(range(1950, 1974))
DELTA = 1
CENTRE = Fraction(sum(YEARS), len(YEARS))


def line(weights, x, y):
    """Intercept and slope of the weighted least-squares line."""
    total = sum(weights)
    x_mean = sum(w * a for w, a in zip(weights, x)) / total
    y_mean = sum(w * b for w, b in zip(weights, y)) / total
    slope = sum(w * (a - x_mean) * (b - y_mean) for w, a, b in zip(weights, x, y))
    slope /= sum(w * (a - x_mean) ** 2 for w, a in zip(weights, x))
    return y_mean - slope * x_mean, slope


def huber_loss(x, y, intercept, slope):
    """Mean of r²/2 where |r| ≤ delta, delta·(|r| − delta/2) elsewhere."""
    total = 0.0
    for a, b in zip(x, y):
        r = abs(intercept + slope * a - b)
        total += 0.5 * r * r if r <= DELTA else DELTA * (r - 0.5 * DELTA)
    return total / len(x)


def huber_gradient(x, y, intercept, slope):
    """Derivatives of the sum: Σ clamp(r), Σ clamp(r)·x."""
    clamped = [max(-DELTA, min(DELTA, intercept + slope * a - b)) for a, b in zip(x, y)]
    return sum(clamped), sum(c * a for c, a in zip(clamped, x))


def huber_line(x, y):
    """The loss is convex: reweighting comes close, Newton's method with the fixed set of small residuals finishes."""
    intercept, slope = line([1.0] * len(x), x, y)
    for _ in range(2000):
        residuals = [abs(intercept + slope * a - b) for a, b in zip(x, y)]
        intercept, slope = line([1.0 if r <= DELTA else DELTA / r for r in residuals], x, y)
    for _ in range(50):
        first, second = huber_gradient(x, y, intercept, slope)
        inside = [a for a, b in zip(x, y) if abs(intercept + slope * a - b) <= DELTA]
        n, sx, sxx = len(inside), sum(inside), sum(a * a for a in inside)
        determinant = n * sxx - sx * sx
        step = ((sxx * first - sx * second) / determinant, (n * second - sx * first) / determinant)
        intercept, slope = intercept - step[0], slope - step[1]
        if max(map(abs, step)) < 1e-15:
            break
    assert max(map(abs, huber_gradient(x, y, intercept, slope))) < 1e-12
    return intercept, slope


def compute():
    """All computed against year − mean year, where the numbers are small, and given both ways."""
    years = [float(year - CENTRE) for year in YEARS]
    calls = [float(value) for value in CALLS]
    exact = line([Fraction(1)] * len(YEARS), [year - CENTRE for year in YEARS], [Fraction(value) for value in CALLS])
    squares = tuple(float(value) for value in exact)
    huber = huber_line(years, calls)
    clean = [i for i, year in enumerate(YEARS) if not 1964 <= year <= 1970]
    undisturbed = line([1.0] * len(clean), [years[i] for i in clean], [calls[i] for i in clean])
    centre = float(CENTRE)

    def described(fit):
        return {"slope": fit[1], "interceptAtMeanYear": fit[0], "interceptAtYearZero": fit[0] - fit[1] * centre}

    mean_square = sum((squares[0] + squares[1] * a - b) ** 2 for a, b in zip(years, calls)) / len(years)
    return {
        "years": YEARS,
        "calls": calls,
        "meanYear": centre,
        "leastSquares": {**described(squares), "loss": mean_square},
        "huber": {**described(huber), "delta": DELTA, "loss": huber_loss(years, calls, *huber)},
        "leastSquaresWithout1964To1970": described(undisturbed),
    }


def generate():
    from generators.common import save

    save("telephone", json.dumps(compute(), indent=2) + "\n")
    return 3


if __name__ == "__main__":
    result = compute()
    for name in ["leastSquares", "huber", "leastSquaresWithout1964To1970"]:
        print(name, {key: round(value, 10) for key, value in result[name].items()})
