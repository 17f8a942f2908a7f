"""The beta distribution: its distribution function and quantiles, for parameters up to a million and more."""

from __future__ import annotations

from math import exp, inf, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_HALF_LOG_2PI = 0.5 * log(2 * pi)
_TINY = 1e-300
_CLOSE = 1e-15
_MOST_TERMS = 1_000_000
_SMALLEST_LOGIT = -708.0
"""Below it exp(x) is no normal float any more: the quantile is 0 as far as floats can tell."""


def beta_tail(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b): the chance that a beta variable is at most x.

    x: in [0, 1]. a, b: above 0. Relative error about 1e-11 for a and b up to a million.
    Raises ValueError for an argument out of range.
    Source: the continued fraction of NIST DLMF 8.17.22, with the factor before it in Loader's form.
    """
    if not 0 <= x <= 1 or not 0 < a < inf or not 0 < b < inf:
        raise ValueError(f"need x in [0, 1] and a, b above 0, got x={x!r}, a={a!r}, b={b!r}")
    return exp(_log_tail(x, 1 - x, a, b)) if x > 0 else 0.0


def beta_quantile(chance: float, a: float, b: float) -> float:
    """The x at which `beta_tail(x, a, b)` is the chance.

    chance: in [0, 1]. a, b: above 0. Raises ValueError for an argument out of range.
    """
    if not 0 <= chance <= 1 or not 0 < a < inf or not 0 < b < inf:
        raise ValueError(f"need chance in [0, 1] and a, b above 0, got chance={chance!r}, a={a!r}, b={b!r}")
    if chance in (0.0, 1.0):
        return float(chance)
    if chance <= 0.5:
        return _expit(_logit_quantile(chance, a, b))
    return _expit(-_logit_quantile(1 - chance, b, a))


def _logit_quantile(chance: float, a: float, b: float) -> float:
    """The log odds of the quantile, by Newton's method on the logarithm of the chance.

    In log odds the density is log-concave, hence so is the distribution function. So the tangent lies above it, a step
    never passes the root from below, and one from above lands below: it converges from anywhere.
    """
    spread = sqrt(1 / a + 1 / b)
    logit = log(a / b) + NormalDist().inv_cdf(chance) * min(spread, 1.0)
    goal = log(chance)
    for _ in range(200):
        x, y = _expit(logit), _expit(-logit)
        if x < _TINY:
            return -inf
        found = _log_tail(x, y, a, b)
        slope = exp(_log_front(x, y, a, b) - found)
        step = (goal - found) / slope if slope > 0 else -1.0
        logit = min(700.0, logit + step)
        if abs(step) <= 4e-16 * max(1.0, abs(logit)) or (0 <= step < 1e-13):
            break
    return logit


def _expit(logit: float) -> float:
    if logit < _SMALLEST_LOGIT:
        return 0.0
    return 1 / (1 + exp(-logit))


def _log_tail(x: float, y: float, a: float, b: float) -> float:
    """The logarithm of I_x(a, b) for x > 0 and y = 1 - x, which is given to more digits than x can hold near 1."""
    if y <= 0:
        return 0.0
    if x * (a + b + 2) < a + 1:
        return _log_front(x, y, a, b) - log(a) - log(_fraction(x, a, b))
    above = exp(_log_front(x, y, a, b) - log(b) - log(_fraction(y, b, a)))
    return log1p(-above) if above < 1 else -inf


def _log_front(x: float, y: float, a: float, b: float) -> float:
    """The logarithm of x^a y^b / B(a, b), without the cancellation that large a and b bring.

    Source: Loader, Fast and Accurate Computation of Binomial Probabilities (2000), for parameters that are not whole.
    """
    n = a + b
    deviance = _deviance(a, n * x) + _deviance(b, n * y)
    return (
        _stirling_error(n) - _stirling_error(a) - _stirling_error(b) - deviance - _HALF_LOG_2PI + 0.5 * log(a * b / n)
    )


def _deviance(seen: float, expected: float) -> float:
    """seen log(seen / expected) + expected - seen, by a series where the two are close."""
    gap = seen - expected
    if abs(gap) >= 0.1 * (seen + expected):
        return seen * (log(seen) - log(expected)) - gap
    ratio = gap / (seen + expected)
    total, term = gap * ratio, 2 * seen * ratio
    for odd in range(3, 1000, 2):
        term *= ratio * ratio
        more = total + term / odd
        if more == total:
            break
        total = more
    return total


def _stirling_error(x: float) -> float:
    """log Gamma(x + 1) less Stirling's (x + 1/2) log x - x + log(2 pi) / 2, for x > 0."""
    if x < 16:
        return lgamma(x + 1) - (x + 0.5) * log(x) + x - _HALF_LOG_2PI
    square = x * x
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) / x


def _fraction(x: float, a: float, b: float) -> float:
    """The denominator of the continued fraction, by Lentz's method; converges for x < (a + 1) / (a + b + 2)."""
    c, d = 1.0, 1 / _apart_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _apart_from_zero(1 + even * d), _apart_from_zero(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _apart_from_zero(1 + odd * d), _apart_from_zero(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return 1 / value


def _apart_from_zero(number: float) -> float:
    return number if abs(number) > _TINY else _TINY
