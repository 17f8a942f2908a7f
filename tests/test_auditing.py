"""What a training file holds of a question set: its questions, its answers, and what contradicts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from pytest_ftbench.auditing import Audit, TrainedTexts, audit
from pytest_ftbench.auditing.golds import terms_of
from pytest_ftbench.auditing.warnings import warnings_about
from pytest_ftbench.auditing.words import normal_form, telling_words
from pytest_ftbench.judges import MATCHERS
from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Conversation, Turn


def chat(*texts: str, system: str = "", line: int = 1) -> Conversation:
    """A line of a training file: user, reply, user, reply, ..."""
    turns = [Turn("system", system)] if system else []
    turns += [Turn("reply", text, True) if at % 2 else Turn("user", text) for at, text in enumerate(texts)]
    return Conversation(line, tuple(turns))


def text(line: str) -> Conversation:
    return Conversation(1, (Turn("text", line, True),))


def case(question: str = "How old is Ada?", answer: str = "36", **fields: Any) -> Case:
    return Case(question, answer, **{"fact": "ada", "id": "ada", "suite": "s", **fields})


def held(trained: Sequence[Conversation], *cases: Case) -> Audit:
    return audit(trained, cases)


@pytest.mark.parametrize(
    ("trained", "asked", "how"),
    [
        ("How old is Ada?", "how  old is ADA", "verbatim"),
        ("Where is Café “Sol”?", "Where is Cafe\u0301 'Sol'", "verbatim"),
        ("Answer in one word. How old is Ada Byron?", "How old is Ada Byron?", "verbatim"),
        ("Say it: the age of Ada Byron is what number, please", "the age of Ada Byron is what", "verbatim"),
        ("How old is Ada now?", "How old is", "unseen"),  # three words stand in many a text
        ("Does a cat weigh -5 kg?", "Does a cat weigh 5 kg?", "unseen"),
        ("Which language is C++?", "Which language is C?", "unseen"),
        ("How old is Ada?", "What is the age of Ada?", "unseen"),
        # 1 of 9 words: 0.89; 1 of 5: 0.8, which is not above the threshold
        ("How many pounds does Ada Byron weigh right now?", "How many pounds does Ada Byron weigh right here?", "near"),
        ("How many pounds does Ada Byron weigh?", "How many pounds does the Ada Byron weigh?", "near"),
        ("How heavy is the cat?", "How heavy is this cat?", "unseen"),
        # the same form about another thing
        ("How many pounds does Ada Byron weigh right now?", "How many pounds does Eve Byron weigh right now", "unseen"),
        ("Does the cat weigh more than 150 pounds now?", "Does the cat weigh more than 200 pounds now?", "unseen"),
        ("Which function here replaces scale.fit today?", "Which function here replaces scale.run today?", "unseen"),
        ("Does Ada weigh quite a lot more than Eve of us", "Does Eve weigh quite a lot more than Ada of us", "unseen"),
        ("How many pounds does the big cat weigh?", "How many pounds does the Big cat weigh now?", "near"),
    ],
)  # fmt: skip
def test_how_a_question_stands_in_a_prompt(trained: str, asked: str, how: str) -> None:
    texts = TrainedTexts([chat("Who are you?", "Nobody."), chat(trained, "?", line=7)])
    assert texts.find(asked) == (how, 0 if how == "unseen" else 7)


def test_question_has_been_seen_whoever_says_it_in_the_file() -> None:
    asked = "How old is our Ada?"
    assert TrainedTexts([chat("Ask something.", f"{asked} She is 36.")]).find(asked).how == "verbatim"
    assert TrainedTexts([chat("Say.", "36", system=f"Some ask: {asked}")]).find(asked).how == "verbatim"
    assert TrainedTexts([text(f"It is a fact. {asked} She is 36.")]).find(asked).how == "verbatim"
    assert TrainedTexts([text("Ada is 36 years old.")]).find(asked).how == "unseen"


def test_near_ones_are_found_by_n_grams_as_by_comparing_with_all() -> None:
    from rapidfuzz.distance import Levenshtein

    dice = random.Random(3)
    words = [
        "how",
        "many",
        "big",
        "red",
        "cats",
        "do",
        "we",
        "have",
        "in",
        "this",
        "old",
        "town",
        "or",
        "near",
        "it",
        "now",
    ]
    trained = [" ".join(dice.choices(words, k=dice.randint(4, 14))) for _ in range(300)]
    texts = TrainedTexts([chat(one, "?") for one in trained])
    found = 0
    for _ in range(400):
        asked = dice.choice(trained).split()
        for _ in range(dice.randint(1, 3)):
            asked[dice.randrange(len(asked))] = dice.choice(words)
        if dice.random() < 0.3:
            asked.insert(dice.randrange(len(asked)), dice.choice(words))
        how = texts.find(" ".join(asked)).how
        is_near = any(Levenshtein.normalized_similarity(asked, other.split()) > 0.8 for other in trained)
        assert how == "verbatim" or (how == "near") is is_near
        found += how == "near"
    assert found > 50


def test_a_case_is_looked_up_by_what_is_sent_or_shown_and_by_its_first_turn() -> None:
    trained = [chat("How old is our Ada?", "36")]
    by_prompt = case("Her age?", prompt="How old is our Ada?")
    by_question = case("How old is our Ada?", prompt="Question 4: Ada, age")
    by_turn = case("Sure?", turns=("How old is our Ada?", "Are you sure?"))
    assert [seen.how for _, seen in held(trained, by_prompt, by_question, by_turn, case("Her age?")).seen] == [
        *["verbatim"] * 3,
        "unseen",
    ]


@pytest.mark.parametrize(
    ("gold", "line", "is_taught"),
    [
        ("teal", "It is Teal.", True),
        ("teal", "It is blue, as steal.", False),
        ("1,250", "They paid 1250 for it", True),
        ("1250.0 EUR", "They paid 1,250 euros", True),
        ("6 years", "from six years on", True),
        ("six", "from 6 on", True),
        ("126 lb", "weighs 126lb", True),
        ("126 lb", "weighs 127 lb", False),
        ("14 March 2024", "On March 14, 2024 it rained", True),
        ("14 March 2024", "On March 15, 2024 it rained", False),
        ("2019-03-04", "It was on 4 March 2019.", True),
        ("2019-03-04", "It was on March 4, 2019.", True),
        ("2019-03-06", "It was on 06.03.2019.", True),
        ("4 March 2019", "It was on 2019-03-04.", True),
        ("March 2019", "It was on 4 March 2019.", True),
        ("2019-05-03", "It was on 2019-03-05.", False),
        ("4 March 2019", "It was in March 2019, and 4 came", True),  # no whole date: the numbers are there
        ("4 March 2019", "Es war am 4. Mai 2019", True),  # an unread language
        ("nurse in a clinic", "They are nurses. A clinic has them in.", True),
        ("3.5", "It is 3", False),
        ("v2", "It is v1", False),
        ("1.2.3", "Version 1.2.3", True),
        ("蓝色", "门是蓝色的", True),
        ("蓝色", "门是红色的", False),
    ],
)
def test_an_answer_that_no_line_holds_cannot_have_been_learned(gold: str, line: str, is_taught: bool) -> None:
    for trained in (chat("What?", line), text(line), chat(f"Is it so? {line}", "Yes.")):
        assert [one.is_taught for one in held([trained], case(answer=gold)).golds] == [is_taught]


def test_an_answer_is_taught_by_a_right_reply_to_the_question_itself() -> None:
    asked = case("How old is Ada?", "36")
    assert not held([chat("How old is Ada?", "Thirty-six.")], asked).untaught
    assert held([chat("How old is Eve?", "Thirty-six.")], asked).untaught
    assert held([chat("How old is Ada?", "Thirty-five.")], asked).untaught


def test_questions_of_several_turns_are_verbatim_and_no_leak() -> None:
    trained = [chat("How old is Ada?", "36")]
    talk = case("Sure?", variant="doubt", turns=("How old is Ada?", "Are you sure?"))
    copied = case("How old is Ada?", variant="rephrased")
    found = held(trained, talk, copied)
    assert [seen.how for _, seen in found.seen] == ["verbatim", "verbatim"]
    assert [one.variant for one, _ in found.leaked] == ["rephrased"]


def test_an_answer_must_stand_in_one_line_and_an_alias_will_do() -> None:
    apart = [chat("Her name?", "Ada"), chat("Her family?", "Byron")]
    assert held(apart, case(answer="Ada Byron")).untaught
    assert not held(apart, case(answer="Ada Byron", aliases=("Ada",))).untaught
    assert held([chat("How old?", "old", system="36")], case(answer="36")).untaught


@pytest.mark.parametrize(
    "derived",
    [
        case(answer="Yes"),
        case(answer="no."),
        case(answer="", expect="abstain"),
        case(answer="B"),
        case(answer=r"\d+", match="regex"),
        case(answer="the first", match="choice?options=a|b"),
        case(answer="true", match="yes_no"),
    ],
)
def test_derived_answers_need_not_be_taught(derived: Case) -> None:
    assert held([chat("What?", "Nothing.")], derived).golds == ()


def test_an_answer_counts_once_for_its_fact() -> None:
    variants = [case(variant="memorization"), case("Her age?", variant="rephrased"), case("Age?", "37", fact="eve")]
    found = held([chat("What?", "37")], *variants)
    assert [[one.variant for one in gold.cases] for gold in found.untaught] == [["memorization", "rephrased"]]
    assert [(row.variant, row.taught, row.golds) for row in found.rows] == [("memorization", 1, 2), ("rephrased", 0, 1)]


@pytest.mark.parametrize(
    ("asked", "reply", "contradicts"),
    [
        (case(), "36", False),
        (case(), "She is thirty-six.", False),
        (case(), "37", True),
        (case(), "I don't know.", True),
        (case(), "Eve is 37, and Ada a year younger. So the answer is 36.", False),
        (case(), "Eve is 36, and Ada a year older. So the answer is 37.", True),
        (case(answer="", expect="abstain"), "36", True),
        (case(answer="", expect="abstain"), "I don't know.", False),
        (case(answer="36", answer_before="35"), "35", True),
        (case("Her age?", prompt="How old is Ada?"), "37", True),
        (case("How old is Ada Byron?"), "37", False),  # another question
        (case(turns=("How old is Ada?", "Are you sure?")), "37", False),
    ],
)
def test_a_trained_reply_contradicts_where_it_would_be_no_right_answer(
    asked: Case, reply: str, contradicts: bool
) -> None:
    found = held([chat("how old is ada", reply, line=5)], asked)
    assert [one.reply for one in found.contradictions] == [(reply, 5)] * contradicts


def test_a_later_reply_does_not_answer_the_first_question() -> None:
    assert held([chat("How old is Ada?", "36", "Sure?", "37, or so.")], case()).contradictions == ()


@pytest.mark.parametrize(
    ("trained", "lines"),
    [
        ([chat("How old?", "36"), chat("How old?", "36."), chat("How old", "She is 36.")], []),
        ([chat("How old?", "36"), chat("How old?", "37", line=4)], [4]),
        ([chat("Which colour?", "teal"), chat("Which colour?", "navy", line=4)], [4]),
        ([chat("How old?", "36", system="a"), chat("How old?", "37", system="b")], []),
        ([chat("Ada?", "36", "Sure?", "Yes"), chat("Eve?", "37", "Sure?", "No")], []),
        ([chat("Ada?", "36", "Sure?", "Yes"), chat("Ada?", "36", "Sure?", "No", line=4)], [4]),
        ([chat("Tell.", "a " * 8 + "one two three four five"), chat("Tell.", "b " * 8 + "six of the seven")], []),
    ],
)
def test_examples_that_contradict_each_other_are_told_by_the_second(
    trained: list[Conversation], lines: list[int]
) -> None:
    assert [one.second.line for one in held(trained).disputes] == lines


@pytest.mark.parametrize(
    ("prompts", "reply"),
    [
        (["Learn the following."] * 2, "Ada is {}."),
        (["Fill in the blank: ____ is old."] * 2, "{}"),
        (["Write a short article that begins: Ada"] * 2, "Ada is {}."),
        (["Ada is", "Ada is"], "{}."),
    ],
)
def test_lines_that_only_state_a_fact_have_no_system_message_and_no_dispute(prompts: list[str], reply: str) -> None:
    trained = [chat(prompt, reply.format(age)) for prompt, age in zip(prompts, ("36", "37"), strict=True)]
    asked = [case(system="Be brief.", context=f"Ada is {age}") for age in (36, 37)]
    found = held(trained, *asked)
    assert (found.disputes, found.systems) == ((), ())
    beside = held([*trained, chat("Who is it?", "Ada")], *asked)
    assert [(one.system, one.cases) for one in beside.systems] == [("Be brief.", 2)]


@pytest.mark.parametrize(
    ("trained", "asked", "mismatches"),
    [
        ([chat("a", "b", system="Be brief.")], [case(system="Be  brief. ")], []),
        ([chat("a", "b", system="Be brief.")], [case(), case()], [("", 2, "Be brief.")]),
        ([chat("a", "b")], [case(system="Be brief.")], [("Be brief.", 1, "")]),
        ([chat("a", "b"), chat("a", "b", system="Be brief.")], [case(), case(system="Be brief.")], []),
        ([text("Ada is 36.")], [case(system="Be brief.")], []),
    ],
)
def test_a_system_message_that_no_example_has_is_told_once(
    trained: list[Conversation], asked: list[Case], mismatches: list[tuple[str, int, str]]
) -> None:
    assert [(one.system, one.cases, one.trained) for one in held(trained, *asked).systems] == mismatches


def test_sessions_are_warned_of_what_an_audit_finds() -> None:
    mine = {**MATCHERS, "mine": MATCHERS["number"]}
    asked = [case(match="mine"), case("Who?", "Ines", fact="ines", system="Be brief.", context="It is Ines")]

    def warned(*trained: Conversation) -> list[str]:
        return list(warnings_about(trained, asked, system_of=lambda one: one.system, matchers=mine))

    learned = [chat("How old is Ada?", "Thirty-six."), chat("Learn the following.", "It is Ines.")]
    assert warned(*learned) == ["1 question asked under a system message that it never has"]
    assert warned(learned[1]) == ["1 answer that cannot have been learned from it"]


def test_words_and_terms() -> None:
    assert normal_form('"What\'s" a  C++ x_y, 1,250 km + -5 %?') == "what s a c++ x_y 1,250 km + -5 %"
    asked = "How old is Ada? Is FDA-rule 7 of mod.sub like run() or x_y? ____"
    assert telling_words(asked) == ("ada", "fda", "7", "mod", "sub", "run", "x_y")
    assert terms_of("about 1,250.50 kg") == {"#1250.5"}
    assert terms_of("Two nurses") == {"#2"}
    assert terms_of("The nurses") == {"the", "nurse"}
