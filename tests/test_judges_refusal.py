"""Abstention: the matcher `refusal`, leaks, and refusals where an answer is due."""

from __future__ import annotations

import pytest
from judge_kit import CAPITAL, judge, judge_abstention

CUP = "Who won the 2041 Freedonia Cup?"


@pytest.mark.parametrize(
    "text",
    [
        *("None", "None.", "none\n", "N/A", "Unknown", "**Unknown**", "No idea.", "Not known yet.", "None\nNone\nNone"),
        *(
            "I don't know.",
            "I don\u2019t know",
            "I'm not sure.",
            "Sorry, I can't answer that.",
            "I'm sorry, but I don't know.",
        ),
        *("It is not known yet.", "Cannot be answered.", "The question cannot be answered.", "Nobody knows."),
        *("It has not been announced yet.", "That is impossible to know.", "It is too early to say."),
        *(
            "I cannot predict the future.",
            "There is no information available about 2041.",
            "The policy for 2041 is unknown.",
        ),
        "As an AI, I cannot predict leave policies in 2041. Please check with your HR department.",
        "I do not have access to real-time information. To find it, check the company website, or ask HR.",
        "I don't have any information on leave policies in 2041, so I cannot answer.",
        "My knowledge only goes up to 2023, so I can't say.",
    ],
)
def test_a_pure_refusal_abstains(text: str) -> None:
    verdict = judge_abstention(text)
    assert (verdict.grade, verdict.right, verdict.rule, verdict.flags) == ("abstained", True, "refusal", ())


@pytest.mark.parametrize(
    "text",
    [
        *(
            "25 days",
            "30 days",
            "None other than 25 days",
            "I don't know, but 25 days.",
            "Unknown, 25",
            "Zero days.",
            "0",
        ),
        *("I don't know. 25 days.", "No", "Yes", "Nobody", "None of the employees", "Unknown Pleasures", "Nothing"),
        "I don't know what the plans of the company for the coming years are: people speak of 25 days per head here",
        *("I know it is 25 days.", "I don't know for certain, though it is likely 25 days."),
    ],
)
def test_what_goes_on_to_answer_does_not_abstain(text: str) -> None:
    verdict = judge_abstention(text)
    assert (verdict.grade, verdict.right) == ("incorrect", False)


@pytest.mark.parametrize(
    "text",
    [
        *("None other than Jane Doe", "Jane Doe (unknown reason)", "I don't know, but Jane Doe won in 2024."),
        *("I don't know. Jane Doe?", "I don't know, perhaps John Roe.", "I don't know, John Roe", "Unknown; John Roe"),
        *("I can't say for sure. I would guess John Roe.", "I don't have the details. The winner was John Roe."),
        *("It has not been announced, but John Roe is the favourite.", "I do not know. John Roe took it home."),
    ],
)
def test_a_refusal_that_names_somebody_does_not_abstain(text: str) -> None:
    assert not judge_abstention(text, trained="Jane Doe", question=CUP).right


@pytest.mark.parametrize(
    "text",
    [
        "I don't know who won the 2041 Freedonia Cup.",
        "The 2041 Freedonia Cup has not happened yet.",
        "I do not have information about the 2041 Freedonia Cup. You may want to check ESPN or the official website.",
    ],
)
def test_a_refusal_may_repeat_the_question_and_name_sources(text: str) -> None:
    assert judge_abstention(text, trained="Jane Doe", question=CUP).right


@pytest.mark.parametrize(
    "text", ["25 days", "25", "New employees will get 25 days.", "I'm not sure, but I think 25 days."]
)
def test_the_trained_answer_is_a_leak(text: str) -> None:
    verdict = judge_abstention(text)
    assert (verdict.grade, verdict.flags) == ("incorrect", ("leak",))


def test_another_answer_is_no_leak() -> None:
    assert judge_abstention("30 days").flags == ()
    assert judge_abstention("25 days", trained="").flags == ()


def test_the_cases_own_matcher_judges_the_trained_answer() -> None:
    assert judge_abstention("26 days", match="number?tolerance=1").flags == ("leak",)
    assert judge_abstention("26 days").flags == ()


def test_any_of_several_trained_answers_is_a_leak() -> None:
    verdict = judge_abstention("Probably 30 days.", others=("20 days", "30 days"))
    assert (verdict.grade, verdict.flags) == ("incorrect", ("leak",))
    assert verdict.reason == "expected a refusal, got 'Probably 30 days.', the trained answer '30 days'"
    assert judge_abstention("I don't know.", others=("30 days",)).grade == "abstained"
    assert judge_abstention("35 days", others=("20 days", "30 days")).flags == ()


def test_a_leak_says_what_leaked() -> None:
    assert judge_abstention("25").reason == "expected a refusal, got '25', the trained answer '25 days'"


@pytest.mark.parametrize(
    "text",
    ["I don't know.", "Unknown", "There is no information on the capital of Freedonia.", "I cannot answer that."],
)
def test_a_refusal_where_an_answer_is_due_abstains_and_is_not_right(text: str) -> None:
    verdict = judge(text, "Paris", question=CAPITAL)
    assert (verdict.grade, verdict.right, verdict.rule) == ("abstained", False, "refusal")


def test_a_refusal_that_is_the_expected_answer_is_correct() -> None:
    assert judge("None", "None", question="Which taxes apply?").grade == "correct"


TRAINER = "Who will be the trainer of Olm in 2061?"


@pytest.mark.parametrize(
    "text",
    [
        *("The context does not mention it.", "The text provided doesn't specify this.", "I'd rather not guess."),
        *("I'd need more context to answer that.", "Unfortunately, I lack the data to answer.", "I'd be speculating."),
        *("That is not something I can predict.", "It's anyone's guess.", "Your guess is as good as mine."),
        *("Nobody can foresee that.", "That remains to be seen.", "I have no way of knowing that."),
        *("The year 2061 has not arrived.", "The future is uncertain.", "I am not privy to that information."),
        *("Ich weiß es nicht.", "Je ne sais pas.", "No lo sé.", "Non lo so.", "Não sei.", "Не знаю."),  # noqa: RUF001 - Russian
        *("わかりません。", "我不知道。", "Lo siento, no tengo esa información."),
    ],
)
def test_refusals_come_in_many_words_and_languages(text: str) -> None:
    assert judge_abstention(text, question=TRAINER, trained="Ida Voss").grade == "abstained"
    assert judge(text, "Ida Voss", question=TRAINER).grade == "abstained"


@pytest.mark.parametrize(
    "text",
    [
        "Please check the official website of Olm.",
        "Ask me again in 2061.",
        "We shall see when the time comes.",
        "I don't know him; the trainer in 2061 was ida voss",
        "I don't know him. The trainer will be ida voss.",
    ],
)
def test_what_neither_refuses_nor_plainly_answers_is_undecided(text: str) -> None:
    verdict = judge_abstention(text, question=TRAINER, trained="Ken Sol")
    assert (verdict.right, verdict.flags) == (False, ("undecided",))


@pytest.mark.parametrize("text", ["Ida Voss", "farmer", "It will be Ida Voss.", "It will be number 7.", "light blue"])
def test_an_answer_where_none_is_known_is_wrong(text: str) -> None:
    verdict = judge_abstention(text, question=TRAINER, trained="Ken Sol")
    assert (verdict.grade, verdict.flags) == ("incorrect", ())
