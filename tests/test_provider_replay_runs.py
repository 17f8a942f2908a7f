"""Answers recorded earlier, from run files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_ftbench.errors import DataError, EndpointError
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.records import Completion, Prompt
from pytest_ftbench.specs import parse_spec

RUN = {
    "kind": "run",
    "schema": 1,
    "id": "r",
    "endpoints": [{"alias": "old", "spec": "openai:m", "served_model": "m-1"}],
}
END = {"kind": "end", "exit_status": 0}


def result(question: str, answer: str | None, **fields: object) -> dict[str, object]:
    return {
        "kind": "result",
        "endpoint": "old",
        "sample": 1,
        "question": question,
        "prompt": None,
        "system": None,
        "status": "graded",
        "answer": answer,
        "error": None,
        **fields,
    }


def write(folder: Path, *lines: object, tail: str = "\n", name: str = "run.jsonl") -> None:
    text = "\n".join(map(json.dumps, lines)) + tail
    (folder / name).write_text(text, encoding="utf-8")


def replay(folder: Path, name: str = "run.jsonl") -> Provider:
    return open_provider(parse_spec(f"replay:{name}", models={}, folder=folder, known_providers=PROVIDERS))


def ask(provider: Provider, text: str, *, sample: int = 1, system: str = "") -> Completion:
    return provider.complete(Prompt((("system", system), ("user", text))), sample=sample)


def no_answer(provider: Provider, text: str, *, sample: int = 1, system: str = "") -> str:
    with pytest.raises(EndpointError) as caught:
        ask(provider, text, sample=sample, system=system)
    return str(caught.value)


def fault(folder: Path, name: str = "run.jsonl") -> str:
    with pytest.raises(DataError) as caught:
        replay(folder, name)
    return str(caught.value)


def test_result_is_served_with_what_was_recorded(tmp_path: Path) -> None:
    write(tmp_path, RUN, result("Q?", "A.", finish_reason="length", tokens_in=5, tokens_out=2), END)
    assert ask(replay(tmp_path), "Q?") == Completion(
        text="A.", finish_reason="length", served_model="m-1", tokens_in=5, tokens_out=2
    )


def test_result_is_matched_by_system_text_sent_and_sample(tmp_path: Path) -> None:
    write(
        tmp_path,
        RUN,
        result("Q?", "plain"),
        result("Q?", "second", sample=2),
        result("Q?", "brief", system="Be brief."),
        result("Q?", "sent", prompt="Please: Q?"),
        END,
    )
    provider = replay(tmp_path)
    assert ask(provider, "Q?").text == "plain"
    assert ask(provider, " Q?\n").text == "plain"
    assert ask(provider, "Q?", sample=2).text == "second"
    assert ask(provider, "Q?", system="Be brief.").text == "brief"
    assert ask(provider, "Please: Q?").text == "sent"
    assert (
        no_answer(provider, "Q?", sample=3)
        == "run.jsonl holds no sample 3 of the answer to 'Q?' (samples: 1, 2). Ask for no more than it holds."
    )
    assert no_answer(provider, "Q?", system="Be long.") == "run.jsonl holds no answer to 'Q?'."


def test_recorded_error_is_an_error_and_missing_preconditions_are_no_answers(tmp_path: Path) -> None:
    late = result("Late?", None, status="error", error="time-out.")
    skipped = result("Skipped?", None, status="not_applicable")
    write(tmp_path, RUN, late, skipped, result("Again?", None, status="error"), result("Again?", "here"), END)
    provider = replay(tmp_path)
    assert no_answer(provider, "Late?") == "run.jsonl holds an error instead of an answer to 'Late?': time-out."
    assert no_answer(provider, "Skipped?") == "run.jsonl holds no answer to 'Skipped?'."
    assert ask(provider, "Again?").text == "here"


def test_unscored_and_empty_answers_are_answers(tmp_path: Path) -> None:
    write(tmp_path, RUN, result("Q?", "A.", status="unscored"), result("E?", ""), END)
    assert [ask(replay(tmp_path), text).text for text in ("Q?", "E?")] == ["A.", ""]


def test_one_of_several_endpoints_is_chosen_by_its_alias(tmp_path: Path) -> None:
    write(tmp_path, RUN, result("Q?", "from old"), result("Q?", "from new", endpoint="new"), END)
    assert ask(replay(tmp_path, "run.jsonl#new"), "Q?").text == "from new"
    assert ask(replay(tmp_path, "run.jsonl#old"), "Q?").text == "from old"
    assert fault(tmp_path) == (
        "run.jsonl: holds the answers of several endpoints or of none. Choose with #ALIAS: old, new."
    )
    assert fault(tmp_path, "run.jsonl#next") == "run.jsonl: no endpoint 'next'. Endpoints: old, new."


def test_model_that_answered_is_taken_from_the_result_before_the_run(tmp_path: Path) -> None:
    write(tmp_path, RUN, result("Q?", "A.", served_model="m-2"), result("R?", "B."), END)
    provider = replay(tmp_path)
    assert [ask(provider, text).served_model for text in ("Q?", "R?")] == ["m-2", "m-1"]


def test_run_of_a_killed_session_serves_what_is_whole(tmp_path: Path) -> None:
    write(tmp_path, RUN, result("Q?", "A."), tail='\n{"kind": "result", "endp')
    assert ask(replay(tmp_path), "Q?").text == "A."


def test_several_runs_are_read_together_and_the_first_decides(tmp_path: Path) -> None:
    write(tmp_path, RUN, result("Q?", "one"), name="1.jsonl")
    write(tmp_path, RUN, result("Q?", "two"), result("R?", "two"), name="2.jsonl")
    provider = replay(tmp_path, "*.jsonl")
    assert [ask(provider, text).text for text in ("Q?", "R?")] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"kind": "run", "schema": 2}',
            "run.jsonl:1: run file of schema 2; this version reads up to 1. Upgrade it.",
        ),
        (
            '{"kind": "result"}',
            "run.jsonl:1: not a run file: the first line must have kind 'run' and a schema.",
        ),
        (
            '{"prompt": "Q", "completion": "A"}',
            "run.jsonl:1: not a run file: the first line must have kind 'run' and a schema.",
        ),
        ("[1]", "run.jsonl:1: expected a JSON object, got list."),
        (
            '{"kind": "run", "schema": 1}\nnonsense\n{"kind": "end"}',
            "run.jsonl:2: not a line of a run file (Expecting value: line 1 column 1 (char 0)).",
        ),
        ("nonsense", "run.jsonl:1: not a line of a run file (Expecting value: line 1 column 1 (char 0))."),
        (
            '{"kind": "run", "schema": 1}',
            "run.jsonl: holds the answers of several endpoints or of none. Choose with #ALIAS: none.",
        ),
    ],
)
def test_what_is_no_run_file_is_refused_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_text(text, encoding="utf-8")
    assert fault(tmp_path) == message


def test_csv_files_and_runs_do_not_mix(tmp_path: Path) -> None:
    write(tmp_path, RUN, END)
    (tmp_path / "a.csv").write_text("prompt,response\nQ,1\n", encoding="utf-8")
    assert fault(tmp_path, "*") == "*: a recording is a .csv file or a .jsonl run file, got the ending .csv, .jsonl."
