"""The arithmetic behind gates and comparisons: small pure functions, no state, no dependencies.

Only what every session with a gate needs is here; the rest is imported from its own module by what uses it.
"""

from pytest_ftbench.stats.means import mean_rate_interval
from pytest_ftbench.stats.rates import wilson_interval

__all__ = ["mean_rate_interval", "wilson_interval"]
