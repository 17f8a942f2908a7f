"""`ftbench cache`: what is stored, and how it gets from one cache into another."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cache_kit import tamper
from command_kit import fault, ftbench, here
from conftest import Project
from loopback import LoopbackServer
from standing_kit import Oracle
from test_answerlines import ANSWER, IDENTITY, request, row
from test_sharing import held, store, write

from pytest_ftbench.answerlines import answer_line
from pytest_ftbench.cache import Entry, default_folder
from pytest_ftbench.prompts import key_of
from pytest_ftbench.providers import PROVIDERS

__all__ = ["here"]

pytestmark = pytest.mark.usefixtures("here")

SECRETS = {
    "OPENAI_API_KEY": "sk-official-secret",
    "OPENAI_ADMIN_KEY": "sk-admin-secret",
    "OPENAI_ORG_ID": "org-secret",
    "OPENAI_PROJECT_ID": "proj-secret",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: gateway-secret",
    "MY_KEY": "tgp-secret",
}


def of_model(model: str, question: str = "How many?", when: str = "2026-03-04T05:06:07+00:00") -> tuple[str, Entry]:
    asked = request(question, identity={**IDENTITY, "model": model})
    return key_of(asked), Entry({**ANSWER, "request": asked}, when, "0.1.0")


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outside of the folder that is worked in, as a cache must be."""
    return tmp_path_factory.mktemp("elsewhere") / "cache"


def test_cache_is_told_with_what_is_in_it_by_model() -> None:
    imported_value = {**ANSWER, "request": request("Q?"), "imported_at": "2026-06-07T00:00:00+00:00"}
    imported = key_of(request("Q?")), Entry(imported_value, "2026-05-06T07:08:09+00:00", "0.1.0")
    early = key_of("early"), Entry(ANSWER, "2026-01-01T00:00:00+00:00", "0.0.9")
    store(default_folder(), row(), imported, of_model("n\x1b[2J"), early)
    assert ftbench("cache") == (
        0,
        f"""\
4 answers in {default_folder()}

model                     server        answers   imported       newest
───────────────────────────────────────────────────────────────────────
unknown (early version)                       1          0   2026-01-01
m                         http://a/v1         2          1   2026-05-06
n\\x1b[2J                  http://a/v1         1          0   2026-03-04
""",
        "",
    )


def test_cache_that_is_not_there_is_not_made() -> None:
    assert ftbench("cache") == (0, f"0 answers in {default_folder()}\n", "")
    assert not default_folder().exists()


def test_cache_is_told_to_machines(cache: Path) -> None:
    store(cache, row())
    assert json.loads(ftbench("cache", "--ftbench-cache-dir", cache, "--json")[1]) == {
        "folder": str(cache),
        "models": [
            {
                "provider": "openai",
                "model": "m",
                "server": "http://a/v1",
                "answers": 1,
                "imported": 0,
                "newest": "2026-01-02T03:04:05+00:00",
            }
        ],
    }


def test_answers_of_named_models_go_from_one_cache_to_another(cache: Path) -> None:
    store(default_folder(), row(), of_model("n"), of_model("o"), of_model("n", "Else?"))
    arguments = ("--model", "openai:n?base_url=http://a/v1", "--model", "openai:m?base_url=http://a/v1&temperature=1")
    assert ftbench("cache", "export", "a.jsonl", *arguments) == (
        0,
        "3 answers written to a.jsonl\n1 answer of other models left out\n",
        "",
    )
    assert ftbench("cache", "import", "a.jsonl", "--ftbench-cache-dir", cache) == (
        0,
        "3 answers imported from a.jsonl\n",
        "",
    )
    assert ftbench("cache", "import", "a.jsonl", "--ftbench-cache-dir", cache) == (
        0,
        "0 answers imported from a.jsonl, 3 here already\n",
        "",
    )
    assert held(cache).keys() == {key for key, _ in (row(), of_model("n"), of_model("n", "Else?"))}


def test_model_on_another_server_or_of_another_revision_is_another(here: Path) -> None:
    store(default_folder(), row())
    for spec in ("openai:m?base_url=http://b/v1", "openai:m?base_url=http://a/v1&revision=2"):
        assert ftbench("cache", "export", "a.jsonl", "--model", spec) == (
            1,
            "no answer to write: a.jsonl is as it was\n1 answer of other models left out\n",
            "",
        )
    assert not (here / "a.jsonl").exists()


def test_spec_without_a_revision_means_all_of_them(here: Path) -> None:
    asked = request(identity={**IDENTITY, "revision": "2"})
    store(
        default_folder(), row(), (key_of(asked), Entry({**ANSWER, "request": asked}, "2026-01-01T00:00:00Z", "0.1.0"))
    )
    assert ftbench("cache", "export", "a.jsonl", "--model", "openai:m?base_url=http://a/v1")[0] == 0
    assert len((here / "a.jsonl").read_text().splitlines()) == 1 + 2


def test_models_of_the_project_are_exported_where_none_is_named(here: Path) -> None:
    (here / "pyproject.toml").write_text(
        '[tool.ftbench.models]\nmine = "openai:n?base_url=http://a/v1"\ngrader = "mine?style=finetunebench"\n'
        'control = "memorizer:gone.jsonl"\nold = "replay:gone.csv"\n'
    )
    store(default_folder(), row(), of_model("n"))
    code, out, err = ftbench("cache", "export", "a.jsonl")
    assert (code, out) == (0, "1 answer written to a.jsonl\n1 answer of other models left out\n")
    assert err.splitlines() == [
        "ftbench: control is left out: gone.jsonl: cannot be read (No such file or directory). Check the path.",
        "ftbench: old is left out: gone.csv: cannot be read (No such file or directory). Check the path.",
    ]


def test_answers_of_all_models_are_exported_only_if_that_is_asked_for(here: Path) -> None:
    store(default_folder(), row(), of_model("n"))
    assert fault("cache", "export", "a.jsonl") == (
        "ftbench: no model is named. Name one, as in openai:NAME, or have [tool.ftbench.models] in "
        f"{here / 'pyproject.toml'}."
    )
    assert ftbench("cache", "export", "a.jsonl", "--all") == (0, "2 answers written to a.jsonl\n", "")
    assert fault("cache", "export", "a.jsonl", "--all", "--model", "openai:m") == (
        "ftbench: --all and --model exclude each other. Leave one out."
    )


def test_local_model_has_no_stored_answers(here: Path) -> None:
    (here / "t.jsonl").write_text(
        '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}\n'
    )
    assert fault("cache", "export", "a.jsonl", "--model", "memorizer:t.jsonl") == (
        "ftbench: the answers of 'memorizer' are never stored: it is local. Leave it out."
    )


def test_refused_lines_are_named_and_cost_the_others_nothing(here: Path, cache: Path) -> None:
    forged = answer_line(*row()).replace(b"How many?", b"How few?\x1b")
    write(here / "a.jsonl", answer_line(*row("One?")), b'{"kind": "\\u202e"}\n', forged)
    code, out, err = ftbench("cache", "import", "a.jsonl", "--ftbench-cache-dir", cache)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "1 answer imported from a.jsonl, 2 refused",
        "a.jsonl:3: Its kind is '\\u202e', not 'answer'.",
        "a.jsonl:4: It is not a line of JSON (Invalid control character at: line 1 column 217 (char 216)).",
    ]
    assert held(cache).keys() == {row("One?")[0]}


def test_replaced_answers_are_those_of_the_file(here: Path) -> None:
    store(default_folder(), row(text="mine"))
    write(here / "a.jsonl", answer_line(*row(text="theirs")))
    assert ftbench("cache", "import", "a.jsonl", "--replace")[:2] == (0, "1 answer imported from a.jsonl\n")
    assert next(iter(held(default_folder()).values())).value["text"] == "theirs"


def test_rows_without_their_request_are_counted() -> None:
    store(default_folder(), (key_of("early"), Entry(ANSWER, "2026-01-01T00:00:00+00:00", "0.0.9")))
    assert ftbench("cache", "export", "a.jsonl", "--all") == (
        1,
        "no answer to write: a.jsonl is as it was\n1 answer cannot be handed on: stored by an early version, without "
        "the request, or too long. --ftbench-cache=refresh asks anew\n",
        "",
    )


def test_cache_inside_the_checkout_is_refused(here: Path) -> None:
    message = f"the answer cache lies inside the checkout {here}"
    write(here / "a.jsonl", answer_line(*row()))
    for arguments in (("import", "a.jsonl"), ("export", "b.jsonl", "--all")):
        assert message in fault("cache", *arguments, "--ftbench-cache-dir", here / "cache")
    (here / "cache").mkdir()
    assert message in fault("cache", "--ftbench-cache-dir", here / "cache")


def test_tampered_cache_is_refused_in_one_line(here: Path) -> None:
    home = store(default_folder(), row()) / "answers-1"
    tamper(home, "CREATE TRIGGER t AFTER INSERT ON Cache BEGIN SELECT 1; END")
    assert "it holds something that diskcache does not make: trigger 't'" in fault("cache")
    assert "it holds something" in fault("cache", "export", "a.jsonl", "--all")
    assert not (here / "a.jsonl").exists()


def test_option_before_the_command_it_is_for_is_refused(cache: Path) -> None:
    assert fault("cache", "--ftbench-cache-dir", cache, "export", "a.jsonl", "--all") == (
        "ftbench: options of ftbench cache export come after its name."
    )


def test_export_holds_what_was_asked_and_no_secret_and_answers_a_project_elsewhere(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.path)
    project.write("facts.ftbench.csv", "question,answer\nHow many?,25\nWho?,Ines\n")
    with LoopbackServer({"How many?": "25", "Who?": "Ines"}) as server:
        model = f"new=openai:m?base_url={server.base_url}&api_key_env=MY_KEY"
        assert project.run(f"--ftbench-model={model}").ret == 0
        assert len(server.requests) == 2
    code, out, _ = ftbench("cache", "export", "shared/answers.jsonl", "--model", model)
    assert (code, out) == (0, "2 answers written to shared/answers.jsonl\n")
    text = (project.path / "shared/answers.jsonl").read_text()
    assert "secret" not in text
    assert [json.loads(line)["answer"]["text"] for line in text.splitlines()[1:]] in (["25", "Ines"], ["Ines", "25"])
    database = b"".join(path.read_bytes() for path in default_folder().rglob("*") if path.is_file())
    assert b"secret" not in database
    # Another machine: the server is gone, there is no key, and the cache is empty.
    monkeypatch.delenv("MY_KEY")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("other")))
    assert ftbench("cache", "import", "shared/answers.jsonl")[:2] == (
        0,
        "2 answers imported from shared/answers.jsonl\n",
    )
    result = project.run(f"--ftbench-model={model}", "--ftbench-cache=replay")
    result.assert_outcomes(passed=2)
    assert [line["cached"] for line in project.lines("result")] == [True, True]


def test_swept_model_goes_with_its_checkpoints_and_is_swept_elsewhere_without_its_service(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(project.path)
    monkeypatch.setitem(PROVIDERS, "oracle", Oracle)
    tests = str(Path(__file__).parent)
    project.write(
        "conftest.py",
        f"import sys\nsys.path.append({tests!r})\nfrom standing_kit import Oracle\n"
        'def pytest_ftbench_providers(): return {"oracle": Oracle}\n',
    )
    project.write("facts.ftbench.csv", "question,answer\nHow many?,25\nHow many more?,25\n")
    sweep = ("--ftbench-model=e=oracle:m", "--ftbench-checkpoints")
    assert project.run(*sweep).ret == 0
    assert project.run("--ftbench-model=oracle:other").ret == 0
    assert [line.split()[:2] for line in ftbench("cache")[1].splitlines()[4:]] == [
        ["m:10", "oracle"], ["m:20", "oracle"], ["m:30", "oracle"], ["other", "oracle"]
    ]  # fmt: skip
    assert ftbench("cache", "export", "a.jsonl", "--model", "oracle:m")[:2] == (
        0,
        "6 answers written to a.jsonl\n2 answers of other models left out\n",
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("other")))
    assert ftbench("cache", "import", "a.jsonl")[:2] == (0, "6 answers imported from a.jsonl\n")
    result = project.run(*sweep, "--ftbench-cache=replay")
    result.assert_outcomes(passed=6)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a user whom permissions bind not")
def test_directory_of_another_user_is_refused(cache: Path) -> None:
    store(cache, row())
    os.chown(cache / "answers-1" / "cache.db", 65534, -1)
    assert "it belongs to user 65534" in fault("cache", "--ftbench-cache-dir", cache)
