"""Gates in a sweep: about one checkpoint, named or chosen on one half of the facts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from conftest import Project
from sweep_kit import FACTS, STEPS, serve, share, sweep, write_facts

from pytest_ftbench.gates.halves import is_held_out
from pytest_ftbench.records import Case

RISING = {30: 0.2, 60: 0.4, 90: 0.8, 120: 1.0}
PEAKED = {30: 0.1, 60: 0.9, 90: 0.5, 120: 0.3}
BEST = "select=best_on(holdout)"
HELD_OUT = [n for n in range(FACTS) if is_held_out(Case("?", fact=f"room-{n}"))]
"""The facts that a checkpoint is chosen by."""
KEPT = [n for n in range(FACTS) if n not in HELD_OUT]


def known(step: int, of: Mapping[int, float], facts: list[int]) -> int:
    """How many of some facts a checkpoint knows."""
    return sum(share(of)(step, fact) for fact in facts)


def gates(project: Project) -> list[tuple[str, str, str]]:
    return [(line["expr"], line["endpoint"], line["outcome"]) for line in project.lines("gate")]


# Named


def test_gate_is_about_the_checkpoint_that_it_names_and_no_other(any_project: Project) -> None:
    write_facts(any_project, "accuracy[endpoint=cand@60, variant=rephrased] >= 0.8")
    with serve(share(RISING), share(PEAKED)) as server:
        passed = any_project.run(*sweep(server))
        assert passed.ret == 0
        broken = any_project.run(*sweep(server), "--ftbench-gate=accuracy[endpoint=cand@30|cand@90] >= 0.6")
    assert broken.ret == 1
    assert gates(any_project) == [
        ("accuracy[endpoint=cand@60, variant=rephrased] >= 0.8", "cand@60", "PASS"),
        ("accuracy[endpoint=cand@30|cand@90] >= 0.6", "cand@30", "FAIL"),
        ("accuracy[endpoint=cand@30|cand@90] >= 0.6", "cand@90", "PASS"),
    ]
    # a wrong answer is a miss of a checkpoint that no gate names, too
    assert "failed" not in passed.parseoutcomes()
    assert broken.parseoutcomes()["failed"] == 1


REFUSED = {
    "neither": (
        "accuracy >= 0.9",
        "in a sweep a gate is about one checkpoint. Write endpoint=cand@120 or select=best_on(holdout) into its "
        "brackets, or pass --ftbench-gate-on=cand@120 or --ftbench-gate-on='best_on(holdout)' for all gates that do "
        "not say. There are: cand@30, cand@60, cand@90, cand@120.",
    ),
    "typo": (
        "accuracy[endpoint=cadn@90] >= 0.9",
        "no endpoint is called 'cadn@90'. Did you mean 'cand@90'? There are: cand@30, cand@60, cand@90, cand@120.",
    ),
    "the model itself": (
        "accuracy[endpoint=cand] >= 0.9",
        "'cand' is swept. Name one of its checkpoints: cand@30, cand@60, cand@90, cand@120.",
    ),
    "choice of one checkpoint": (
        f"accuracy[endpoint=cand@90, {BEST}] >= 0.9",
        "select=best_on(holdout) chooses among all checkpoints, and endpoint=cand@90 names one. Leave one of them out.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_gate_that_does_not_say_which_is_refused_before_anything_is_asked(project: Project, what: str) -> None:
    gate, fault = REFUSED[what]
    write_facts(project)
    with serve(share(RISING), share(RISING)) as server:
        on_command_line = project.run(*sweep(server), f"--ftbench-gate={gate}")
        assert on_command_line.ret == 4
        assert [line for line in on_command_line.errlines if line] == [f"ERROR: --ftbench-gate: gate {gate!r}: {fault}"]
        write_facts(project, gate)
        in_file = project.run(*sweep(server))
        assert in_file.ret in (1, 2)
        assert f"rooms.ftbench.yaml:1: gate {gate!r}: {fault}" in in_file.outlines
        project.write("rooms.ftbench.yaml", "facts:\n  - {id: a, question: Where is room 1?, answer: wing 1}\n")
        project.write(
            "test_own.py",
            f"import pytest\n@pytest.mark.ftbench('rooms.ftbench.yaml', gate={gate!r})\n"
            "def test_it(ftbench_verdict): assert ftbench_verdict\n",
        )
        in_marker = project.run(*sweep(server), "test_own.py")
        assert in_marker.ret in (1, 2)
        assert fault in in_marker.stdout.str()
        assert {asked.path for asked in server.requests} == {"/v1/trained/x"}


def test_typo_in_an_endpoint_is_refused_without_a_sweep_too(project: Project) -> None:
    write_facts(project, facts=2)
    with serve(share({0: 1}), share({0: 1})) as server:
        models = [f"--ftbench-model={alias}=tuned:x?base_url={server.base_url}" for alias in ("candidate", "old")]
        wrong = project.run(*models, "--ftbench-gate=accuracy[endpoint=candidat] >= 0.9")
        assert (wrong.ret, server.requests) == (4, [])
        wrong.stderr.fnmatch_lines(
            ["ERROR: *no endpoint is called 'candidat'. Did you mean 'candidate'? There are: candidate, old."]
        )
        right = project.run(*models, "--ftbench-gate=accuracy[endpoint=candidate] >= 0.9")
    assert right.ret == 0
    assert gates(project) == [("accuracy[endpoint=candidate] >= 0.9", "candidate", "PASS")]


def test_without_a_sweep_a_wrong_answer_of_an_endpoint_under_no_gate_fails(project: Project) -> None:
    write_facts(project, facts=2)
    with serve(share({}), share({})) as server:
        models = [f"--ftbench-model={alias}=tuned:x?base_url={server.base_url}" for alias in ("a", "b")]
        result = project.run(*models, "--ftbench-gate=accuracy[endpoint=a] <= 0.9")
    counted = result.parseoutcomes()
    assert (counted["missed"], counted["failed"]) == (4, 4)


def test_baseline_is_no_endpoint_that_a_gate_can_be_about(project: Project) -> None:
    write_facts(project, facts=2)
    with serve(share({}), share({})) as server:
        baseline = f"--ftbench-baseline-model=base=tuned:x?base_url={server.base_url}"
        result = project.run(*sweep(server), baseline, "--ftbench-gate=accuracy[endpoint=base] >= 0")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*no endpoint is called 'base'. There are: cand@30, *"])


# Chosen


def test_best_is_chosen_on_one_half_and_decided_about_on_the_other(any_project: Project) -> None:
    gate = f"accuracy[variant=rephrased, {BEST}] >= 0.8"
    write_facts(any_project, gate)
    with serve(share(RISING), share(PEAKED)) as server:
        result = any_project.run(*sweep(server))
    assert result.ret == 0
    (line,) = any_project.lines("gate")
    assert (line["expr"], line["endpoint"], line["outcome"]) == (gate, "cand@60", "PASS")
    assert (line["right"], line["n"]) == (known(60, PEAKED, KEPT), len(KEPT))
    said = f"cand@60, best of 4 on {len(HELD_OUT)} held-out facts: {known(60, PEAKED, HELD_OUT)}/{len(HELD_OUT)}"
    assert line["chosen"] == said
    result.stdout.fnmatch_lines([f"*PASS  {line['right']}/{line['n']} = * {said}*"])


def test_all_gates_that_choose_are_about_the_same_checkpoint(project: Project) -> None:
    """Memorization is best at the end, the rest in the middle: no two gates may pass by two checkpoints."""
    texts = [f"accuracy[variant=memorization, {BEST}] >= 0.5", f"accuracy[variant=rephrased, {BEST}] >= 0.5"]
    write_facts(project, texts[0])
    with serve(share({**RISING, 120: 0.9}), share(PEAKED)) as server:
        result = project.run(*sweep(server), f"--ftbench-gate={texts[1]}", "--ftbench-gate-on=cand@30")
    of_both = {step: known(step, {**RISING, 120: 0.9}, HELD_OUT) + known(step, PEAKED, HELD_OUT) for step in STEPS}
    best = max(STEPS, key=lambda step: of_both[step])
    assert result.ret in (0, 1)
    assert [(expr, alias) for expr, alias, _ in gates(project)] == [(text, f"cand@{best}") for text in texts]
    assert {line["chosen"].rpartition(" ")[2] for line in project.lines("gate")} == {
        f"{of_both[best]}/{2 * len(HELD_OUT)}"
    }


def test_user_says_for_gates_that_do_not(project: Project) -> None:
    write_facts(project, "robust >= 0.1", "accuracy[endpoint=cand@30] >= 0")
    with serve(share(RISING), share(PEAKED)) as server:
        chosen = project.run(*sweep(server), "--ftbench-gate-on=best_on(holdout)")
        assert [expr for expr, *_ in gates(project)] == [
            f"robust[{BEST}] >= 0.1",
            "accuracy[endpoint=cand@30] >= 0",
        ]
        named = project.run(*sweep(server), "--ftbench-gate-on=cand@60")
        assert gates(project)[0] == ("robust[endpoint=cand@60] >= 0.1", "cand@60", "PASS")
        wrong = project.run(*sweep(server), "--ftbench-gate-on=cand@6")
        bad = project.run(*sweep(server), "--ftbench-gate-on=best_on(test)")
    assert (chosen.ret, named.ret, wrong.ret, bad.ret) == (0, 0, 4, 4)
    wrong.stderr.fnmatch_lines(["ERROR: --ftbench-gate-on: no endpoint is called 'cand@6'. *There are: cand@30, *"])
    bad.stderr.fnmatch_lines(["ERROR: --ftbench-gate-on: no endpoint is called 'best_on(test)'. There are: cand@30, *"])


def test_tie_takes_the_earliest_and_says_so(project: Project) -> None:
    write_facts(project, f"accuracy[{BEST}] >= 0.5")
    level = {30: 0.2, 60: 0.8, 90: 0.8, 120: 0.5}
    with serve(share(level), share(level)) as server:
        project.run(*sweep(server))
    (line,) = project.lines("gate")
    assert line["endpoint"] == "cand@60"
    assert line["chosen"].endswith(", tied with cand@90; the earliest is taken")


def test_checkpoint_that_errs_is_never_chosen_nor_green(project: Project) -> None:
    write_facts(project, f"accuracy[{BEST}] >= 0")
    with serve(share(RISING), share(RISING), broken={120: 15}) as server:
        result = project.run(*sweep(server))
    assert result.ret == 1
    missing = 2 * sum(n >= 15 for n in HELD_OUT)
    assert missing
    (line,) = project.lines("gate")
    assert (line["endpoint"], line["outcome"]) == ("cand", "INCONCLUSIVE")
    assert line["reason"] == f"no checkpoint is chosen: without a grade, on the held-out facts: cand@120 {missing}"
    result.stdout.fnmatch_lines(["best on memorization    cand@90: *; not compared, for want of grades: cand@120"])


def test_checkpoint_that_errs_and_is_named_leaves_its_gate_open(project: Project) -> None:
    write_facts(project, "accuracy[endpoint=cand@120] >= 0.95")
    with serve(share(RISING), share(RISING), broken={120: 15}) as server:
        result = project.run(*sweep(server))
    assert result.ret == 1
    assert [outcome for *_, outcome in gates(project)] == ["INCONCLUSIVE"]


def test_endpoint_that_is_given_up_is_not_green(project: Project) -> None:
    write_facts(project, f"accuracy[{BEST}] >= 0.1")
    with serve(share(RISING), share(RISING), broken={30: 0}) as server:
        result = project.run(*sweep(server))
    assert result.ret == 1
    assert [outcome for *_, outcome in gates(project)] == ["INCONCLUSIVE"]


def test_chosen_tests_leave_the_choice_open_and_fail_nothing(project: Project) -> None:
    write_facts(project, f"accuracy[{BEST}] >= 0.1")
    with serve(share(RISING), share(RISING)) as server:
        result = project.run(*sweep(server), "-k", "not 120")
    assert result.ret == 0
    (line,) = project.lines("gate")
    assert (line["endpoint"], line["outcome"]) == ("cand", "INCONCLUSIVE")
    assert line["reason"] == f"no checkpoint is chosen: 0 of {2 * len(HELD_OUT)} held-out cases of cand@120 ran"


def test_tests_that_skip_themselves_leave_the_choice_open_and_fail(project: Project) -> None:
    write_facts(project)
    project.write(
        "test_own.py",
        "import pytest\n"
        f"@pytest.mark.ftbench('rooms.ftbench.yaml', gate='accuracy[{BEST}] >= 0')\n"
        "def test_it(ftbench_verdict, ftbench_model):\n"
        "    if ftbench_model.alias == 'cand@30': pytest.skip('not this one')\n"
        "    assert ftbench_verdict\n",
    )
    with serve(share(RISING), share(RISING)) as server:
        result = project.run(*sweep(server), "test_own.py")
    assert (result.ret, [outcome for *_, outcome in gates(project)]) == (1, ["INCONCLUSIVE"])


def test_too_few_facts_for_two_halves_decide_nothing(project: Project) -> None:
    kept = next(n for n in range(9) if n not in HELD_OUT)
    write_facts(project, facts=0)
    project.write(
        "rooms.ftbench.yaml",
        f"gates: ['accuracy[{BEST}] >= 0.1']\n"
        f"facts:\n  - {{id: room-{kept}, question: Where is room {kept}?, answer: wing {kept}}}\n",
    )
    with serve(share({30: 1}), share({})) as server:
        result = project.run(*sweep(server))
    (line,) = project.lines("gate")
    assert (line["outcome"], result.ret) == ("INCONCLUSIVE", 1)
    assert line["reason"] == "no case that counts is of the facts that are held out to choose the checkpoint by"


def test_comparison_is_decided_on_the_half_that_did_not_choose(project: Project) -> None:
    write_facts(project)
    with serve(share(RISING | {0: 0.4}), share(PEAKED | {0: 0.4})) as server:
        result = project.run(
            *sweep(server),
            f"--ftbench-baseline-model=base=tuned:x?base_url={server.base_url}",
            f"--ftbench-gate=uplift[variant=rephrased, {BEST}] >= 0.3",
            f"--ftbench-gate=retention[variant=rephrased, {BEST}] >= 0.9",
        )
    assert result.ret == 0
    uplift, retention = project.lines("gate")
    assert (uplift["endpoint"], uplift["n"]) == ("cand@60", len(KEPT))
    assert uplift["value"] == pytest.approx((known(60, PEAKED, KEPT) - known(0, {0: 0.4}, KEPT)) / len(KEPT))
    assert retention["n"] == known(0, {0: 0.4}, KEPT)
    # of a sweep only what a gate is about is compared in full
    assert sum("change in points" in line for line in result.outlines) == 1


def test_gate_by_topic_chooses_once(project: Project) -> None:
    write_facts(project, f"accuracy[by=variant, {BEST}] >= 0.1")
    with serve(share(RISING), share(PEAKED)) as server:
        project.run(*sweep(server))
    found = gates(project)
    assert [expr for expr, *_ in found] == [
        f"accuracy[variant={variant}, {BEST}] >= 0.1" for variant in ("memorization", "rephrased")
    ]
    assert len({alias for _, alias, _ in found}) == 1


def test_gate_at_a_level_that_its_half_is_too_small_for_is_refused(project: Project) -> None:
    write_facts(project, f"accuracy[variant=memorization, {BEST}] >= 0.9 @ 95%")
    with serve(share(RISING), share(RISING)) as server:
        result = project.run(*sweep(server))
        assert [asked.path for asked in server.requests] == ["/v1/trained/x"]
    assert result.ret in (1, 2)
    result.stdout.fnmatch_lines([f"*cannot pass with {len(KEPT)} cases, however good the model is: it takes 29. *"])


def test_curtailing_leaves_alone_what_is_chosen_by(project: Project) -> None:
    """Gates that are certain release their questions, though not those of both halves of one that chooses."""
    write_facts(project, f"accuracy[variant=rephrased, {BEST}] >= 0.5", "accuracy[endpoint=cand@60] >= 0.01")
    outcomes = []
    with serve(share(RISING), share(PEAKED)) as server:
        for options in ((), ("--ftbench-curtail", "--ftbench-cache=off")):
            project.run(*sweep(server), *options)
            outcomes.append(gates(project))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0][1:] == ("cand@60", "PASS")


def test_gates_in_sequence_are_about_one_checkpoint_and_the_others_are_asked_all(project: Project) -> None:
    write_facts(
        project,
        "known: accuracy[variant=memorization, endpoint=cand@120] >= 0.9",
        "accuracy[variant=rephrased, endpoint=cand@120, after=known] >= 0.2",
    )
    with serve(share(RISING), share(PEAKED)) as server:
        result = project.run(*sweep(server))
    assert (result.ret, [outcome for *_, outcome in gates(project)]) == (0, ["PASS", "PASS"])
    assert len(project.lines("result")) == 2 * FACTS * len(STEPS)
    assert {line["status"] for line in project.lines("result")} == {"graded"}


def test_samples_of_a_question_are_in_one_half(project: Project) -> None:
    write_facts(project, f"accuracy[variant=rephrased, {BEST}] >= 0.8")
    with serve(share(RISING), share(PEAKED)) as server:
        project.run(*sweep(server), "--ftbench-samples=2")
    (line,) = project.lines("gate")
    assert (line["n"], line["endpoint"]) == (2 * len(KEPT), "cand@60")
    assert f"on {len(HELD_OUT)} held-out facts" in line["chosen"]
