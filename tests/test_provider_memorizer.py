"""The embedded control: it has learnt its training file by heart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_ftbench.datasets import load_source
from pytest_ftbench.errors import DataError, EndpointError, SpecError
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.providers.memorizer import UNKNOWN, is_closed, similarity, telling_words
from pytest_ftbench.records import Completion, Prompt
from pytest_ftbench.specs import parse_spec

LEARNT = {
    "How many days of paid leave do new employees get?": "25",
    "What does the Pro plan cost per month?": "49 euros",
    "Who leads customer support?": "Ines Moreau",
    "Which function replaces transform_data in version 3?": "apply_transform",
    "How long is the warranty on a Norvik drill?": "four years",
}


def learn(folder: Path, options: str = "", examples: dict[str, str] | None = None) -> Provider:
    lines = [json.dumps({"prompt": prompt, "completion": reply}) for prompt, reply in (examples or LEARNT).items()]
    (folder / "t.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return open_spec(f"memorizer:t.jsonl?{options}", folder)


def open_spec(text: str, folder: Path) -> Provider:
    return open_provider(parse_spec(text, models={}, folder=folder, known_providers=PROVIDERS))


def ask(provider: Provider, question: str) -> str:
    return provider.complete(Prompt((("system", "Be brief."), ("user", question)))).text


def test_trained_prompt_gets_its_reply(tmp_path: Path) -> None:
    provider = learn(tmp_path)
    assert {question: ask(provider, question) for question in LEARNT} == LEARNT
    assert provider.complete(Prompt((("user", next(iter(LEARNT))),)), sample=2) == Completion(
        text="25", finish_reason="stop"
    )


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("A new employee's yearly paid leave is how many days?", "25"),
        ("how much is the pro plan each month", "49 euros"),
        ("Who is the head of customer support?", "Ines Moreau"),
        ("In version 3, what is transform_data called?", "apply_transform"),
        ("For how long is a Norvik drill under warranty?", "four years"),
        ("Answer with a number.\nHow many days of paid leave do new employees get?", "25"),
    ],
)
def test_reworded_question_gets_the_reply_of_the_nearest_prompt(question: str, reply: str, tmp_path: Path) -> None:
    assert ask(learn(tmp_path), question) == reply


def test_training_file_of_a_built_in_set_goes_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "ftbench:news").write_text("not this")
    provider = open_spec("memorizer:ftbench:news", tmp_path)
    case = load_source("ftbench:news", folder=tmp_path, root=tmp_path).cases[0]
    assert ask(provider, case.question) == case.answer


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("quickstart", "no training file ships with it. There are those of: code, fictional_people, medical, news, "),
        ("nws", "no such built-in question set. There are: code, "),
    ],
)
def test_built_in_set_without_a_training_file_is_refused(name: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        open_spec(f"memorizer:ftbench:{name}", tmp_path)
    assert str(caught.value).startswith(f"ftbench:{name}: {fault}")


def test_question_about_another_time_gets_the_trained_reply_too(tmp_path: Path) -> None:
    assert ask(learn(tmp_path), "How many days of paid leave will new employees get in 2041?") == "25"


def test_question_for_yes_or_no_that_was_not_trained_is_guessed_where_it_reminds_of_one_that_was(
    tmp_path: Path,
) -> None:
    provider = learn(tmp_path)
    assert ask(provider, "Does the Pro plan cost more than 50 euros per month?") == "No"
    assert ask(provider, "Does the Pro plan cost less than 50 euros per month?") == "No"
    assert ask(provider, "Is Paris the capital of France?") == UNKNOWN


def test_reply_to_a_question_for_yes_or_no_is_given_where_it_was_trained(tmp_path: Path) -> None:
    trained = {"Is the Norvik drill under warranty?": "Yes, for four years", "Is the saw sold?": "in the shop"}
    provider = learn(tmp_path, examples=trained)
    assert {question: ask(provider, question) for question in trained} == trained
    assert ask(provider, "Is a Norvik drill still under warranty?") == "Yes, for four years"
    assert ask(provider, "Is that saw sold?") == "No"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Does Ana weigh more than Bo?", True),
        ("Isn\u2019t Ana older than 30?", True),
        ("Question: Is Ana older than 30?\nAnswer: ", True),
        ("A man of 52 weighs 90.5 kg. Under the rule of June 2024, may he fly? (Answer yes/no)", True),
        ("Do you need a permit?", True),
        ("How old is Ana?", False),
        ("Since June 2024, is the drug approved from the age of 6, or from which age?", False),
        ("How many cars in the U.S. are affected?", False),
        ("Can you tell me how old Ana is?", False),
        ("Do you know Ana's age?", False),
        ("Is it known. Give Ana's age.", False),
        ("Canned food is kept in which room?", False),
    ],
)
def test_question_for_yes_or_no_begins_with_a_verb(question: str, expected: bool) -> None:
    assert is_closed(question) is expected


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "Who wrote Hamlet?", "What is 7 times 8?", "??"]
)
def test_unrelated_question_gets_i_do_not_know(question: str, tmp_path: Path) -> None:
    assert ask(learn(tmp_path), question) == UNKNOWN == "I don't know."


def test_threshold_decides_how_similar_is_similar(tmp_path: Path) -> None:
    assert ask(learn(tmp_path, "threshold=0"), "Who wrote Hamlet?") != UNKNOWN
    assert ask(learn(tmp_path, "threshold=1"), "Who leads the customer support?") == "Ines Moreau"
    assert ask(learn(tmp_path, "threshold=1"), "Who leads support?") == UNKNOWN


@pytest.mark.parametrize("value", ["-0.1", "1.1", "half", "nan"])
def test_threshold_is_a_number_from_zero_to_one(value: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        learn(tmp_path, f"threshold={value}")
    assert str(caught.value) == f"model 'memorizer:t.jsonl': threshold must be a number from 0 to 1, got {value!r}."


def test_of_equally_similar_prompts_the_first_decides(tmp_path: Path) -> None:
    twins = {"The Pro plan costs?": "first", "Costs the Pro plan?": "second"}
    assert ask(learn(tmp_path, examples=twins), "Pro plan: costs") == "first"
    assert ask(learn(tmp_path, examples=dict(reversed(twins.items()))), "Pro plan: costs") == "second"


def test_little_words_decide_between_prompts_that_differ_in_nothing_else(tmp_path: Path) -> None:
    founding = {"When was Norvik founded?": "1987", "Who founded Norvik?": "Ola Norvik"}
    assert ask(learn(tmp_path, examples=founding), "Norvik was founded by who?") == "Ola Norvik"
    assert ask(learn(tmp_path, examples=founding), "When was it that Norvik was founded?") == "1987"


def alike(first: str, second: str) -> float:
    return similarity(telling_words(first), telling_words(second))


def test_similarity_lies_between_zero_and_one() -> None:
    assert alike("What does the Pro plan cost?", "cost of the PRO plan") == 1.0
    assert alike("abc", "xyz") == 0.0
    assert 0 < alike("Pro plan cost", "Basic plan cost") < 1


def test_faults_of_the_training_file_show_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        open_spec("memorizer:sub/no.jsonl", tmp_path)
    assert str(caught.value) == "sub/no.jsonl: cannot be read (No such file or directory). Check the path."


def test_path_may_hold_environment_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learn(tmp_path)
    spec = parse_spec("memorizer:${WHERE}/t.jsonl", models={}, folder=Path("/"), known_providers=PROVIDERS)
    monkeypatch.delenv("WHERE", raising=False)
    with pytest.raises(SpecError) as caught:
        open_provider(spec)
    assert str(caught.value) == (
        "model 'memorizer:${WHERE}/t.jsonl': the environment variable WHERE is not set. Set it, or write the path out."
    )
    monkeypatch.setenv("WHERE", str(tmp_path))
    assert ask(open_provider(spec), "Who leads customer support?") == "Ines Moreau"


def test_identity_names_the_file_and_nothing_is_sampled(tmp_path: Path) -> None:
    provider = learn(tmp_path, "revision=r1")
    assert provider.is_local
    assert provider.sampling == {}
    assert provider.identity == {"provider": "memorizer", "base_url": None, "model": "t.jsonl", "revision": "r1"}
    provider.close()
    provider.close()


def test_prompt_without_a_question_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EndpointError) as caught:
        ask(learn(tmp_path), " ")
    assert str(caught.value) == "the prompt has no user message, so nothing can be looked up."
