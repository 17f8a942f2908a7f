"""Answers recorded earlier, from CSV files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_ftbench.errors import DataError, EndpointError, SpecError
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.records import Completion, Prompt
from pytest_ftbench.specs import parse_spec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("prompt,question,x_response\nSend me,Shown,25\n", encoding="utf-8")
    return tmp_path


def replay(folder: Path, name: str) -> Provider:
    return open_provider(parse_spec(f"replay:{name}", models={}, folder=folder, known_providers=PROVIDERS))


def ask(provider: Provider, text: str, *, sample: int = 1, system: str = "") -> str:
    return provider.complete(Prompt((("system", system), ("user", text))), sample=sample).text


def fault(folder: Path, name: str) -> str:
    with pytest.raises(DataError) as caught:
        replay(folder, name)
    return str(caught.value)


def no_answer(provider: Provider, text: str, sample: int = 1) -> str:
    with pytest.raises(EndpointError) as caught:
        ask(provider, text, sample=sample)
    return str(caught.value)


def test_cell_of_the_column_answers_the_prompt(folder: Path) -> None:
    provider = replay(folder, "a.csv#x_response")
    assert provider.complete(Prompt((("system", "any"), ("user", "Send me")))) == Completion(text="25")
    assert provider.is_local
    assert provider.sampling == {}
    assert provider.identity == {
        "provider": "replay",
        "base_url": None,
        "model": "a.csv#x_response",
        "revision": None,
    }
    provider.close()


def test_question_is_matched_where_there_is_no_prompt(folder: Path) -> None:
    (folder / "q.csv").write_text("question,response\nShown,26\n", encoding="utf-8")
    assert ask(replay(folder, "q.csv"), "Shown") == "26"
    assert no_answer(replay(folder, "a.csv"), "Shown") == "a.csv holds no answer to 'Shown'."


def test_exact_text_wins_over_the_same_text_without_outer_blanks(folder: Path) -> None:
    (folder / "b.csv").write_text(
        'prompt,response\n"Q? ",blank\nQ?,bare\n" R?\r\nS ",loose\n', encoding="utf-8", newline=""
    )
    provider = replay(folder, "b.csv")
    assert [ask(provider, text) for text in ("Q? ", "Q?", "R?\nS")] == ["blank", "bare", "loose"]


def test_cells_are_text_as_written(folder: Path) -> None:
    long = "y" * 2**20
    raw = f'\ufeffprompt,response\r\none,None\r\ntwo,"a\n\n ""b"" "\r\nthree,{long}\r\nfour,007\r\n'.encode()
    (folder / "c.csv").write_bytes(raw)
    provider = replay(folder, "c.csv")
    assert [ask(provider, text) for text in ("one", "two", "three", "four")] == ["None", 'a\n\n "b" ', long, "007"]


def test_repeated_prompts_serve_the_samples_in_order_and_identical_answers_collapse(folder: Path) -> None:
    (folder / "d.csv").write_text("prompt,response\nQ,1\nQ,1\nQ,2\nQ ,3\n", encoding="utf-8")
    provider = replay(folder, "d.csv")
    assert [ask(provider, "Q", sample=1), ask(provider, "Q", sample=2)] == ["1", "2"]
    assert (
        no_answer(provider, "Q", 3)
        == "d.csv holds no sample 3 of the answer to 'Q' (samples: 1, 2). Ask for no more than it holds."
    )


def test_prompt_without_an_answer_is_quoted_shortened(folder: Path) -> None:
    (folder / "e.csv").write_text("prompt,response\nasked,\n", encoding="utf-8")
    provider = replay(folder, "e.csv")
    assert no_answer(provider, "asked") == "e.csv holds no answer to 'asked'."
    assert no_answer(provider, "word\n" * 30) == f"e.csv holds no answer to '{'word ' * 11}wo...'."


def test_recorded_error_is_an_error(folder: Path) -> None:
    (folder / "f.csv").write_text("prompt,response\nQ,<error>\n", encoding="utf-8")
    assert no_answer(replay(folder, "f.csv"), "Q") == (
        "f.csv holds an error instead of an answer to 'Q': the call failed when it was recorded."
    )


def test_pattern_reads_matching_files_in_order_and_passes_over_those_without_the_column(folder: Path) -> None:
    for name, text in {
        "s/2.csv": "prompt,m\nQ,second\n",
        "s/1.csv": "prompt,m\nQ,first\n",
        "s/0.csv": "other\n1\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for pattern in ("**/*.csv", f"{folder}/s/*.csv"):
        provider = replay(folder, f"{pattern}#m")
        assert [ask(provider, "Q", sample=1), ask(provider, "Q", sample=2)] == ["first", "second"]
    assert fault(folder, "**/*.csv#n") == (
        "a.csv and 3 more: no column 'n'. Columns: prompt, question, x_response, other, m."
    )


def test_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    (folder / "[a].csv").write_text("prompt,response\nQ,brackets\n", encoding="utf-8")
    assert ask(replay(folder, "[a].csv"), "Q") == "brackets"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv#y", None, "a.csv: no column 'y'. Columns: prompt, question, x_response."),
        ("no.csv", None, "no.csv: cannot be read (No such file or directory). Check the path."),
        ("r.txt", "x", "r.txt: a recording is a .csv file or a .jsonl run file, got the ending .txt."),
        ("r.csv", "a,b\n1,2\n", "r.csv: no column 'response' or '..._response'. Choose one with #COLUMN: a, b."),
        (
            "r.csv",
            "prompt,a_response,b_response\n1,2,3\n",
            "r.csv: 2 columns of responses. Choose one with #COLUMN: prompt, a_response, b_response.",
        ),
        ("r.csv#b", "a,b\n1,2\n", "r.csv:1: no column 'prompt' or 'question'. Columns: a, b."),
        (
            "r.csv",
            'prompt,response\n"Q,1\n',
            "r.csv:2: not readable as CSV (unexpected end of data). Check the quotes.",
        ),
        ("r.csv", "", "r.csv: the file is empty. Give it at least one row."),
    ],
)
def test_what_is_no_recording_is_refused(name: str, text: str | None, message: str, folder: Path) -> None:
    if text is not None:
        (folder / name.partition("#")[0]).write_text(text, encoding="utf-8")
    assert fault(folder, name) == message


def test_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / "l.csv").write_bytes(b"prompt,response\ncaf\xe9,1\n")
    assert (
        fault(folder, "l.csv")
        == "l.csv:2: not UTF-8 (byte 0xe9). Save the file as UTF-8. Excel calls that 'CSV UTF-8'."
    )


def test_directory_and_pattern_without_files_are_refused(folder: Path) -> None:
    (folder / "sub").mkdir()
    assert fault(folder, "sub") == "sub: is a directory. Name a file, or a pattern such as DIR/*.csv."
    assert fault(folder, "sub/*.csv") == f"sub/*.csv: no file matches in {folder}. Check the pattern."


def test_path_may_hold_environment_variables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", str(folder))
    assert ask(replay(Path("/"), "${WHERE}/a.csv#x_response"), "Send me") == "25"
    monkeypatch.delenv("WHERE")
    with pytest.raises(SpecError) as caught:
        replay(Path("/"), "${WHERE}/a.csv#x_response")
    assert str(caught.value) == (
        "model 'replay:${WHERE}/a.csv#x_response': the environment variable WHERE is not set. "
        "Set it, or write the path out."
    )


def test_relative_path_in_a_variable_is_relative_to_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = tmp_path / "elsewhere" / "recorded.csv"
    recorded.parent.mkdir()
    recorded.write_text("prompt,response\nq,a\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHERE", "elsewhere")
    assert ask(replay(tmp_path / "a suite of its own", "${WHERE}/recorded.csv"), "q") == "a"
