"""The matcher `yes_no`."""

from __future__ import annotations

import pytest
from judge_kit import decision, judge

QUESTION = "Is Kim over 30?"


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("NO\n", "No", "right"),
        ("**Yes**, Kim is.", "Yes", "right"),
        ("Answer: Yes", "Yes", "right"),
        ("The answer is no.", "No", "right"),
        ("Nope", "No", "right"),
        ("No, Kim isn't.", "No", "right"),
        ("No it is not", "No", "right"),
        ("No Kim is not", "No", "right"),
        ("Yes, there is no doubt.", "Yes", "right"),
        ("Yes", "No", "wrong"),
        ("No, not at all.", "Yes", "wrong"),
        ("Yellow", "No", "wrong"),
        ("red", "Yes", "wrong"),
        ("Yesterday", "Yes", "wrong"),
        ("Kim is well over thirty years of age.", "Yes", "undecided"),
        ("No wonder: Kim is", "No", "undecided"),
        ("No doubt Kim is.", "No", "undecided"),
        ("Yes and no", "Yes", "undecided"),
        ("Yes/No", "Yes", "undecided"),
        ("Yes or no", "Yes", "undecided"),
        ("Yes? No.", "Yes", "undecided"),
        ("No. Wait, yes.", "No", "undecided"),
        ("No, yes it is.", "No", "undecided"),
        ("no-fly zone", "No", "undecided"),
    ],
)
def test_yes_no_vectors(text: str, answer: str, expected: str) -> None:
    assert decision(judge(text, answer, question=QUESTION, match="yes_no")) == expected


@pytest.mark.parametrize(
    "text", ["I don't know", "Unknown", "Not known", "No idea.", "No one knows.", "No information is available."]
)
def test_a_refusal_is_not_no(text: str) -> None:
    verdict = judge(text, "No", question=QUESTION)
    assert (verdict.grade, verdict.right) == ("abstained", False)


def test_auto_takes_yes_no_for_a_bare_yes_or_no_only() -> None:
    assert judge("Yes.", "No", question=QUESTION).rule == "yes_no"
    assert judge("No", "No, a doctor is not needed", question="Is a doctor needed?").rule == "no_match"


OPEN = "Is the mill open on Mondays?"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes, the mill is not open on Mondays.", "Yes"),
        ("Yes, the mill shop is, but the mill isn't.", "Yes"),
        ("Yes, but on Mondays from noon.", "Yes"),
        ("Yes, until 2019; now it is closed.", "Yes"),
        ("Yes, I can help with that! However, I have no information about the mill.", "Yes"),
        ("No, it is open on Mondays too.", "No"),
        ("No, that was a rumour; the mill opens on Mondays now.", "No"),
        ("No. 7 on the list says the mill is open.", "No"),
        ("Ja, aber montags nicht.", "Yes"),
        ("Sure, I can help with that.", "Yes"),
        ("It is on Mondays.", "Yes"),
        ("Never on Mondays.", "No"),
        ("not on Mondays", "No"),
    ],
)
def test_a_first_word_that_is_taken_back_or_missing_decides_nothing(text: str, answer: str) -> None:
    assert decision(judge(text, answer, question=OPEN)) == "undecided"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *(("It is.", "Yes"), ("Indeed, it is!", "Yes"), ("Of course.", "Yes"), ("Correct", "Yes"), ("Sure", "Yes")),
        *(("It isn't.", "No"), ("It is not.", "No"), ("Certainly not.", "No"), ("Never", "No"), ("Not at all.", "No")),
        *(("Oui", "Yes"), ("Sí, está abierto.", "Yes"), ("Да", "Yes"), ("Nein.", "No"), ("Não", "No")),
        *(("Yes, it is open on Mondays.", "Yes"), ("Yes, not only on Mondays.", "Yes"), ("No, it is closed.", "No")),
        *(("No, it is only open on Sundays.", "No"), ("No, the mill is not open on Mondays.", "No")),
        *(('{"answer": "yes"}', "Yes"), ('{"answer": true}', "Yes")),
    ],
)
def test_yes_and_no_have_other_forms(text: str, answer: str) -> None:
    other = "No" if answer == "Yes" else "Yes"
    assert decision(judge(text, answer, question=OPEN)) == "right"
    assert decision(judge(text, other, question=OPEN)) == "wrong"


@pytest.mark.parametrize("text", ["No, I cannot answer that.", "No, I don't have that information."])
def test_a_refusal_that_begins_with_no_is_a_refusal(text: str) -> None:
    assert judge(text, "No", question=OPEN).grade == "abstained"


@pytest.mark.parametrize(
    ("text", "answer", "question"),
    [
        ("Das Budget beträgt nicht mehr 5 Euro.", "5 Euro", "Wie hoch ist das Budget?"),
        ("Bram Olm ya no la dirige.", "Bram Olm", "¿Quién dirige la clínica?"),
        ("Ce n'est plus Bram Olm.", "Bram Olm", "Qui est le maire ?"),
        ("Это не Bram Olm", "Bram Olm", "Кто мэр?"),
        ("Bram Olmではありません。", "Bram Olm", "市長は誰ですか?"),
    ],
)
def test_a_negation_in_another_language_puts_in_doubt(text: str, answer: str, question: str) -> None:
    assert decision(judge(text, answer, question=question)) == "undecided"


def test_a_negation_that_the_question_has_puts_nothing_in_doubt() -> None:
    question = "Wer darf nicht wählen?"
    assert decision(judge("Bram darf nicht wählen.", "Bram", question=question)) == "right"
