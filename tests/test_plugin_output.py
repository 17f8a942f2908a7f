"""What reaches the terminal and JUnit: the summary, and model text only where it can do no harm."""

from __future__ import annotations

import os
import select
import sys
import unicodedata
from xml.etree import ElementTree

import pytest
from conftest import Project

FACTS = """\
gates: ["accuracy >= 0.9", "accuracy[variant=rephrased] >= 0.5"]
facts:
  - {id: door, question: What colour is the office door?, answer: green}
  - {id: desks, question: How many desks are there?, answer: 12, rephrased: "How many desks are there, please?"}
  - {id: plants, question: Who waters the plants?, answer: Paul}
"""
SUMMARY = """\
variant                    memorizer
────────────────────────────────────
memorization    2/3  66.7 % [21, 94]
rephrased      1/1 100.0 % [21, 100]

FAIL  accuracy >= 0.9                     3/4 = 0.750 [0.062, 0.993] ~
PASS  accuracy[variant=rephrased] >= 0.5  1/1 = 1.000 [0.207, 1.000] ~

4 answers asked for, 0 from the cache, 1 left undecided by the matchers and counted as incorrect; \
intervals are 95 % Wilson limits
verdicts by exact 3, no_match 1
~ the bound lies inside the 95 % interval: another sample of facts could decide otherwise
run: out/run.jsonl
"""
MISS = """\
1 counts against it:

plants: memorization
  question  Who waters the plants?
  expected  Paul
  answer    Ines
  verdict   incorrect by no_match: expected 'Paul', got 'Ines' [undecided]
"""


@pytest.fixture
def office(project: Project) -> Project:
    project.write("office.ftbench.yaml", FACTS)
    project.train()
    return project


def ask(project: Project, *args: str) -> str:
    """All that the session writes to its standard output."""
    return project.run("--ftbench-model=memorizer:training.jsonl", *args).stdout.str() + "\n"


def section(output: str) -> str:
    """The summary, between its heading and the next."""
    return output.partition(" ftbench ===")[2].partition("\n")[2].partition("\n===")[0] + "\n"


def test_summary_is_a_matrix_and_a_line_a_gate_and_misses_stand_in_the_failures(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.train()
    output = ask(any_project)
    assert section(output) == SUMMARY
    assert output.count(MISS) == 1
    assert output.index(MISS) < output.index("= ftbench =")


def test_misses_stand_in_the_summary_where_failures_are_not_shown(office: Project) -> None:
    output = ask(office, "--tb=no")
    assert output.count(MISS) == 1
    assert f"\n\naccuracy >= 0.9:\n{MISS}\n4 answers asked for" in section(output)


@pytest.mark.parametrize("style", ["short", "line", "native"])
def test_misses_stand_there_once_in_every_style_of_traceback(office: Project, style: str) -> None:
    assert ask(office, f"--tb={style}").count("  question  Who waters the plants?") == 1


def test_quiet_leaves_out_the_matrix_and_quieter_the_summary(office: Project) -> None:
    quiet = ask(office, "-q")
    assert "memorizer=memorizer" not in quiet
    assert section(quiet) == SUMMARY.partition("\n\n")[2]
    quieter = ask(office, "-qq")
    assert "= ftbench =" not in quieter
    assert quieter.count(MISS) == 1


def test_progress_reaches_100_percent_with_the_gates(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.write("test_unit.py", "def test_one(): pass")
    any_project.train()
    percents = [int(line[-5:-2]) for line in ask(any_project).splitlines() if line.endswith("%]")]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_colour_follows_pytest(office: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("PY_COLORS")  # pytester's
    coloured = ask(office, "--color=yes")
    assert "\x1b[1;31mFAIL  \x1b[0maccuracy >= 0.9" in coloured
    assert "\x1b[32mPASS  \x1b[0maccuracy" in coloured
    assert "\x1b" not in ask(office)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31mFAIL  \x1b[0m" in ask(office)
    assert "\x1b" not in ask(office, "--color=no")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in ask(office)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_summary_keeps_to_the_width_of_the_terminal(
    office: Project, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = section(ask(office)).splitlines()
    blank = [number for number, line in enumerate(lines) if not line]
    # Prose below the gates is left to the terminal to wrap.
    assert max(map(len, lines[: blank[1]])) <= columns
    assert "memorization    2/3  66.7 % [21, 94]" in lines
    assert ("FAIL  accuracy >= 0.9                     3/4 = 0.750 [0.062, 0.993] ~" in lines) == (columns > 60)


def test_many_endpoints_fold_into_a_narrow_terminal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("office.ftbench.yaml", FACTS)
    model = project.train()
    monkeypatch.setenv("COLUMNS", "60")
    args = [f"--ftbench-model=candidate-{n}={model}" for n in range(4)]
    lines = section(project.run(*args, "--tb=no", "-q", "-v").stdout.str()).splitlines()
    table = lines[: lines.index("")]
    assert max(map(len, table)) <= 60
    assert all(any(part in line for line in table) for part in ("candi", "memor", "2/3"))


def test_ascii_terminal_gets_the_same_lines_in_ascii(office: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    office.train(("Who waters the plants?", "Zoë"))
    output = ask(office, "--tb=no")
    assert output.isascii()
    assert "-------------+-----------------" in output
    assert "  expected  Paul\n  answer    Zo\\xeb\n" in section(output)


def test_pseudo_terminal_shows_whole_lines_and_is_left_clean(office: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("PY_COLORS")  # pytester's
    monkeypatch.setenv("COLUMNS", "100")
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        os.chdir(office.path)
        os.execv(sys.executable, [sys.executable, "-m", "pytest", "--ftbench-model=memorizer:training.jsonl"])
    written = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            written += os.read(terminal, 65536)
        except OSError:  # the other side is gone
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    output = written.decode()
    assert "\x1b[1;31mFAIL  \x1b[0maccuracy >= 0.9                     3/4 = 0.750 [0.062, 0.993] ~\r\n" in output
    assert {part[:1] for part in output.split("\x1b")[1:]} == {"["}
    assert "\x1b[?25l" not in output.rpartition("\x1b[?25h")[2]
    assert output.endswith("\x1b[0m\r\n")


OPTIONS = (["-s"], ["-p", "no:cacheprovider"], ["-p", "no:randomly"], ["--assert=plain"], ["-p", "no:terminal"])


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_plugin_works_with_other_options_of_pytest(office: Project, options: list[str]) -> None:
    marker = "@pytest.mark.ftbench('office.ftbench.yaml', gate='accuracy >= 0.9')"
    office.write(
        "test_office.py", f"import pytest\n{marker}\ndef test_office(ftbench_verdict): assert ftbench_verdict\n"
    )
    result = office.run("--ftbench-model=memorizer:training.jsonl", *options)
    assert result.ret == 1
    assert [line["outcome"] for line in office.lines("gate")] == ["FAIL", "PASS", "FAIL"]
    assert result.errlines == []
    if "no:terminal" not in options:
        result.stdout.fnmatch_lines(["*= 2 failed, 7 passed, 2 missed in *"])


# Model text

NASTY = (
    "[/foo] [link=file:///etc/passwd]here[/link] \x1b]52;c;QUJD\x07 \x1b[2J\x1b[31m red \x9b32m \x85 \rover "
    "\u202egnp.exe\u2066 z\u200bero \x08\x7f \ufeff \u2028 end"
)
QUESTION = "What do you say?"
TESTS = f"""
import pytest
from pytest_ftbench import Case

CASE = Case({QUESTION!r}, "hello")

@pytest.mark.ftbench([CASE])
def test_verdict(ftbench_verdict):
    assert ftbench_verdict

@pytest.mark.ftbench([CASE])
def test_equal(ftbench_answer):
    print("said", ftbench_answer.text)
    assert ftbench_answer.text == "hello\\n" + ftbench_answer.text[:40]

@pytest.mark.ftbench([CASE])
def test_message(ftbench_answer, record_property):
    record_property("said", ftbench_answer.text)
    assert False, ftbench_answer.text

@pytest.mark.ftbench([CASE])
def test_raises(ftbench_answer):
    raise ValueError(ftbench_answer.text)

@pytest.mark.ftbench([CASE])
def test_fails(ftbench_answer):
    pytest.fail(ftbench_answer.text)

@pytest.mark.ftbench([CASE])
def test_skips(ftbench_answer):
    pytest.skip(ftbench_answer.text)

@pytest.mark.ftbench([CASE])
def test_xfails(ftbench_answer):
    pytest.xfail(ftbench_answer.text)

@pytest.mark.ftbench([CASE], gate="accuracy >= 0.5")
def test_missed(ftbench_answer):
    assert ftbench_answer.text.splitlines() == ["hello"], ftbench_answer.text

def test_on_demand(ftbench_model):
    answer = ftbench_model.ask({QUESTION!r})
    print("said", answer.text)
    assert answer.text == "hello\\n" + answer.text[:40]
"""


def harmful(text: str) -> set[str]:
    return {character for character in text if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")} - {
        "\n",
        "\t",
    }


@pytest.mark.parametrize(
    "args", [(), ("-vv", "--showlocals", "--tb=long"), ("--tb=short", "-n", "2"), ("--tb=no", "-q")]
)
def test_model_text_reaches_neither_terminal_nor_junit_raw(project: Project, args: tuple[str, ...]) -> None:
    model = project.train((QUESTION, NASTY))
    project.write(
        "say.ftbench.yaml", f"gates: [accuracy >= 0.5]\nfacts: [{{id: say, question: {QUESTION}, answer: hello}}]"
    )
    project.write("say2.ftbench.yaml", f"facts: [{{id: say, question: {QUESTION}, answer: hello}}]")
    project.write("test_say.py", TESTS)
    result = project.run("--ftbench-model", model, "-rA", "--junitxml=j.xml", *args)
    assert result.ret == 1
    output = (project.path / "stdout").read_bytes().decode()
    assert harmful(output) == set()
    assert "[/foo] [link=file:///etc/passwd]here[/link] \\x1b]52;c;QUJD\\x07" in output
    xml = ElementTree.parse(project.path / "j.xml")
    texts = [text for node in xml.iter() for text in (node.text, *node.attrib.values()) if text]
    assert [text for text in texts if harmful(text)] == []
    assert any("\\x1b]52;c;QUJD\\x07" in text for text in texts)
    assert {line["answer"] for line in project.lines("result") if line["status"] == "graded"} == {NASTY}
    project.run("--ftbench-model=again=replay:out/run.jsonl", "say.ftbench.yaml")
    assert [line["answer"] for line in project.lines("result")] == [NASTY]


def test_tag_and_file_content_in_a_gate_reach_the_terminal_clean(project: Project) -> None:
    project.write("a.ftbench.csv", "question,answer,topic\nHow many desks are there?,12,a\x1b[31mb\n")
    result = project.run(
        "--ftbench-model", project.train(), "--ftbench-gate=accuracy[by=topic] >= 0.9", "-v", "--junitxml=j.xml"
    )
    assert harmful((project.path / "stdout").read_bytes().decode()) == set()
    result.assert_outcomes(passed=2)


def test_answer_of_a_megabyte_is_shown_in_a_line(project: Project) -> None:
    project.write(
        "say.ftbench.yaml", f"gates: [accuracy >= 1]\nfacts: [{{id: say, question: {QUESTION}, answer: hello}}]"
    )
    model = project.train((QUESTION, "word " * 200_000))
    result = project.run("--ftbench-model", model, "--junitxml=j.xml")
    result.stdout.fnmatch_lines(["  answer    word word*…"])
    assert len(result.stdout.str()) < 5000
    assert (project.path / "j.xml").stat().st_size < 20_000
    assert len(project.lines("result")[0]["answer"]) == 1_000_000
