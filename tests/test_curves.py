"""Training curves: which checkpoint is the best on what, and what a reader is told of it."""

from __future__ import annotations

import pytest
from makers import make_result

from pytest_ftbench.checkpoints import Step, Sweep
from pytest_ftbench.comparing import compare_runs
from pytest_ftbench.curves import NO_BASELINE, Curve, measure_curves
from pytest_ftbench.records import Result
from pytest_ftbench.reports.console import render
from pytest_ftbench.reports.curve import curve_blocks
from pytest_ftbench.runs import Run
from pytest_ftbench.stats.selection import best_of_bias


def make_results(alias: str, **variants: str) -> list[Result]:
    """By variant a letter for each fact: see `make_result`."""
    return [
        make_result(
            outcome=letter,
            fact=f"f{place}",
            variant=variant,
            case=variant,
            content=f"{variant}{place}",
            endpoint=alias,
            expect="abstain" if variant == "date_change" else "answer",
        )
        for variant, letters in variants.items()
        for place, letter in enumerate(letters)
    ]


def make_curve(*steps: dict[str, str], baseline: dict[str, str] | None = None) -> Curve:
    sweep = Sweep("cand", tuple(Step(f"cand@{10 * n}", 10 * n, n) for n in range(1, len(steps) + 1)))
    results = [
        one for step, letters in zip(sweep.steps, steps, strict=True) for one in make_results(step.alias, **letters)
    ]
    comparisons = []
    if baseline is not None:
        results += make_results("base", **baseline)
        run = Run("now", {}, tuple(results), (), {"planned": len(results)})
        comparisons = [compare_runs(run, run, before_endpoint="base", now_endpoint=alias) for alias in sweep.aliases]
    (curve,) = measure_curves([sweep], results, comparisons)
    return curve


def best(curve: Curve) -> dict[str, list[str]]:
    return {one.criterion: [point.step.alias for point in one.points] for one in curve.best}


def show(curve: Curve, *, width: int = 80, unicode: bool = True) -> str:
    return render(curve_blocks(curve, unicode=unicode, width=width), width=width, color=False, unicode=unicode)


def test_overfitted_end_is_best_on_memorization_and_the_middle_on_generalization() -> None:
    curve = make_curve(
        {"memorization": "rwww", "rephrased": "wwww"},
        {"memorization": "rrww", "rephrased": "rrrw"},
        {"memorization": "rrrr", "rephrased": "rwww"},
    )
    assert best(curve) == {"memorization": ["cand@30"], "generalization": ["cand@20"], "retention": []}
    assert [point.step.alias for point in curve.pareto] == ["cand@20", "cand@30"]
    assert curve.best[2].why == NO_BASELINE


def test_abstentions_are_neither_memory_nor_generalization() -> None:
    curve = make_curve({"memorization": "rw", "date_change": "rr"}, {"memorization": "rr", "date_change": "ww"})
    assert best(curve) == {"memorization": ["cand@20"], "generalization": [], "retention": []}
    assert curve.best[1].why == "no case of another variant expects an answer"
    assert curve.pareto == ()


def test_retention_is_of_what_the_baseline_knew() -> None:
    curve = make_curve({"memorization": "rrww"}, {"memorization": "wrrr"}, baseline={"memorization": "rrww"})
    assert best(curve) == {"memorization": ["cand@20"], "generalization": [], "retention": ["cand@10"]}
    score = curve.points[1].scores["retention"]
    assert (score.right, score.n) == (1, 2)
    assert [point.step.alias for point in curve.pareto] == ["cand@10", "cand@20"]
    assert make_curve({"memorization": "rr"}, baseline={"memorization": "ww"}).best[2].why == (
        "the baseline knew none of the cases"
    )


def test_ties_are_told_in_the_order_of_training() -> None:
    curve = make_curve({"memorization": "rwr"}, {"memorization": "rrw"}, {"memorization": "rww"})
    assert best(curve)["memorization"] == ["cand@10", "cand@20"]
    assert "best on memorization    cand@10, cand@20, which tie: 2/3 = 0.667 [" in show(curve)


@pytest.mark.parametrize("letter", ["e", "u"])
def test_checkpoint_that_lacks_a_grade_is_never_the_best_nor_in_the_pareto_set(letter: str) -> None:
    curve = make_curve(
        {"memorization": "rww", "rephrased": "rww"},
        {"memorization": f"rr{letter}", "rephrased": "rrr"},
    )
    assert best(curve)["memorization"] == ["cand@10"]
    assert best(curve)["generalization"] == ["cand@20"]
    assert [point.step.alias for point in curve.pareto] == ["cand@10"]
    assert "cand@10: 1/3 = 0.333" in show(curve)
    assert "; not compared, for want of grades: cand@20" in show(curve)


def test_checkpoints_without_any_grade_have_no_best() -> None:
    curve = make_curve({"memorization": "ee"}, {"memorization": "eu"})
    assert best(curve)["memorization"] == []
    assert "best on memorization    not known: none has all of its answers graded" in show(curve)
    assert not curve.has_bias


def test_what_does_not_apply_is_not_counted() -> None:
    curve = make_curve({"memorization": "rnn"}, {"memorization": "wnn"})
    assert best(curve)["memorization"] == ["cand@10"]
    assert "1/1 100.0 % [21, 100] 2 n/a" in show(curve)


def test_bias_is_that_of_the_best_of_so_many_by_the_rule_of_succession() -> None:
    letters = {"memorization": "r" * 43 + "w" * 7}
    curve = make_curve(letters, letters, letters, {"memorization": "w" * 50})
    assert curve.best[0].bias == best_of_bias(50, 44 / 52, 4) == pytest.approx(0.0508, abs=1e-4)
    told = show(curve)
    assert (
        "scores of the best of 4 are biased upwards, since they chose it: by 5.1 points on memorization if all 4 are "
        "equally good; gates with select=best_on(holdout) are not"
    ) in told
    assert "biased" not in show(make_curve(letters))


def test_cases_of_one_fact_count_for_fewer_in_the_bias() -> None:
    alike = [
        make_result(outcome=outcome, fact=f"f{fact}", variant="rephrased", case=f"c{n}", endpoint=alias)
        for alias in ("cand@1", "cand@2")
        for fact, outcome in enumerate("rrrrrrwwww")
        for n in range(3)
    ]
    sweep = Sweep("cand", (Step("cand@1", 1), Step("cand@2", 2)))
    (curve,) = measure_curves([sweep], alike)
    assert curve.best[1].bias > 1.4 * best_of_bias(30, 19 / 32, 2)


def test_sweep_without_results_has_no_curve() -> None:
    assert measure_curves([Sweep("cand", (Step("cand@1", 1),))], [make_result(endpoint="other")]) == []


CURVE = {
    "memorization": ("rrwwwwwwww", "rrrrrwwwww", "rrrrrrrrrr"),
    "rephrased": ("rwwwwwwwww", "rrrrrrwwww", "rrrwwwwwww"),
    "date_change": ("rrrrrrrrrr", "rrrrrrwwww", "wwwwwwwwww"),
}


def overfitted() -> Curve:
    return make_curve(*({variant: letters[n] for variant, letters in CURVE.items()} for n in range(3)))


def test_wide_terminal_shows_counts_limits_and_bars() -> None:
    lines = [line.rstrip() for line in show(overfitted(), width=130).splitlines()]
    assert lines[0] == "training curve of cand"
    assert lines[1].split() == ["step", "epoch", "memorization", "rephrased", "date_change"]
    assert [cell.strip() for cell in lines[3].split("   ")[-3:]] == [
        "2/10  20.0 % [6, 51] ██░░░░░░░░",
        "1/10  10.0 % [2, 40] █░░░░░░░░░",
        "10/10 100.0 % [72, 100] ██████████",
    ]


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [60, 66, 80, 90, 120, 130])
def test_table_fits_the_terminal_and_the_encoding(width: int, unicode: bool) -> None:
    text = show(overfitted(), width=width, unicode=unicode)
    assert unicode or text.isascii()
    table = text.split("best on")[0].splitlines()
    assert max(map(len, table)) <= width
    assert "100.0 %" in text


def test_text_of_a_case_file_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in show(make_curve({"\x1b[2Jrephrased": "r"}))
