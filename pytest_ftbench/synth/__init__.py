"""Question sets that are made up, from a seed: the same for everybody, and known to no model."""

from pytest_ftbench.synth.files import SCHEMA, case_file, count_facts, count_questions, readme, training_lines
from pytest_ftbench.synth.people import FEWEST, MOST, People, make_people

__all__ = [
    "FEWEST",
    "MOST",
    "SCHEMA",
    "People",
    "case_file",
    "count_facts",
    "count_questions",
    "make_people",
    "readme",
    "training_lines",
]
