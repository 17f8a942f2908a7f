"""Two recorded runs of the same cases: what was learned, kept and lost, and whether they can be compared at all."""

from pytest_ftbench.comparing.comparison import Comparison, Side, aliases_of, compare_runs, match_endpoints
from pytest_ftbench.comparing.deciding import decide_comparison
from pytest_ftbench.comparing.differences import ALLOWABLE, REASONS, Reason
from pytest_ftbench.comparing.measures import MEASURES, change_p
from pytest_ftbench.comparing.pairing import TURNS, Pair, Pairing, pair_results

__all__ = [
    "ALLOWABLE",
    "MEASURES",
    "REASONS",
    "TURNS",
    "Comparison",
    "Pair",
    "Pairing",
    "Reason",
    "Side",
    "aliases_of",
    "change_p",
    "compare_runs",
    "decide_comparison",
    "match_endpoints",
    "pair_results",
]
