"""Several samples of a case, and groups of cases that count alike."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from makers import make_result
from test_gates_metrics import gate

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import parse_gate
from pytest_ftbench.gates.samples import reduce_samples
from pytest_ftbench.records import Result

TABLE_2 = Path(__file__).parents[2] / "shared" / "finetunebench" / "table2.csv"


def samples(*cases: str) -> list[Result]:
    """A text of letters for each case, one a sample; each case is of its own fact."""
    return [
        make_result(fact=f"f{index}", sample=number, outcome=letter)
        for index, letters in enumerate(cases)
        for number, letter in enumerate(letters, start=1)
    ]


@pytest.mark.parametrize(
    ("reducer", "letters", "expected"),
    [
        ("majority", ["rrw", "rww", "rrww", "rre", "rwe", "wwe", "eee"], [True, False, False, True, None, False, None]),
        ("any", ["www", "wwr", "wwe", "rwe"], [False, True, None, True]),
        ("all", ["rrr", "rrw", "rre", "rwe"], [True, False, None, False]),
        ("at_least_2", ["rrw", "rww", "rwe", "rre", "wwe", "r"], [True, False, None, True, False, False]),
    ],
)
def test_reducer_makes_one_result_of_the_samples_of_a_case(
    reducer: str, letters: list[str], expected: list[bool | None]
) -> None:
    reduced = reduce_samples(samples(*letters), reducer)
    assert [one.right if one.status == "graded" else None for one in reduced] == expected


def test_mean_counts_each_sample_and_takes_those_of_a_fact_for_a_cluster() -> None:
    made = samples(*["rrr"] * 20, *["www"] * 5)
    assert reduce_samples(made, "mean") == made
    result = gate("accuracy >= 0.5", made).result
    assert (result.right, result.n) == (60, 75)
    assert gate("accuracy >= 0.68 @ 95%", made).result.outcome == "INCONCLUSIVE"
    assert gate("accuracy >= 0.68 @ 95%", [*samples("r" * 60 + "w" * 15)]).result.outcome == "INCONCLUSIVE"


def test_gate_names_its_reducer() -> None:
    made = samples("rrw", "rww", "rrr")
    for reducer, right in {"majority": 2, "any": 3, "all": 1, "at_least_3": 1}.items():
        result = gate(f"accuracy[reduce={reducer}] >= 0.1", made, planned=9).result
        assert (result.right, result.n) == (right, 3), reducer


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("accuracy[reduce=most] >= 0.5", "unknown reducer 'most'. There are: mean, majority, any, all, at_least_2, "),
        ("leak[reduce=all] <= 0.5", "'reduce' is about right and wrong, which leak does not count. Leave it out."),
        ("macro >= 0.5", "macro needs the key of its groups, as in macro[by=dataset] >= 0.5."),
    ],
)
def test_what_cannot_be_reduced_or_grouped_is_one_line(text: str, fault: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_gate(text)
    assert str(caught.value).startswith(f"gate {text!r}: {fault}")


def test_macro_counts_each_group_alike() -> None:
    made = [make_result(fact=f"a{n}", tags={"topic": "a"}, outcome="r") for n in range(9)]
    made += [make_result(fact="b", tags={"topic": "b"}, outcome="w"), make_result(fact="c", outcome="r")]
    decision = gate("macro[by=topic] >= 0.5", made, planned=10)
    assert (decision.result.value, decision.result.outcome) == (0.5, "PASS")
    assert [miss.fact for miss in decision.misses] == ["b"]
    open_ = gate("macro[by=topic] >= 0.5", [*made, make_result(fact="d", tags={"topic": "d"}, outcome="e")], planned=11)
    assert (open_.result.outcome, open_.result.reason) == (
        "INCONCLUSIVE",
        "nothing was measured of topic=d: 1 without a grade",
    )


@pytest.mark.skipif(not TABLE_2.exists(), reason="FineTuneBench's table is not here")
@pytest.mark.parametrize(
    ("model", "memorization", "generalization"),
    [("gpt-4o-mini-2024-07-18", 0.99, 0.6475), ("gpt-3.5-turbo-0125", 0.8975, 0.3575)],
)
def test_macro_gives_the_averages_by_which_the_benchmark_ranks_models(
    model: str, memorization: float, generalization: float
) -> None:
    tasks = {
        ("latest_news", "rephrased"), ("fictional_people", "rephrased"), ("coding", "rephrased"),
        ("medical", "clinical_vignette"),
    }  # fmt: skip
    made: list[Result] = []
    with TABLE_2.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["model"] != model or (row["task"] != "memorization" and (row["dataset"], row["task"]) not in tasks):
                continue
            right, n = round(float(row["accuracy"]) * 100), 100  # the table gives hundredths, whatever the number
            variant = "memorization" if row["task"] == "memorization" else "generalization"
            made += [
                make_result(suite=row["dataset"], variant=variant, fact=f"f{k}", outcome="r" if k < right else "w")
                for k in range(n)
            ]
    for variant, expected in {"memorization": memorization, "generalization": generalization}.items():
        result = gate(f"macro[by=dataset, variant={variant}] >= 0", made, planned=400).result
        assert result.value == pytest.approx(expected, abs=1e-9)
