"""What `ftbench lint` finds: for each code what trips it, and what comes near and does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pytest_ftbench.linting import Linted, lint
from pytest_ftbench.linting.findings import CODES

TODAY = date(2026, 5, 17)
STORE = """\
entities:
  ana: {name: Ana Rok, aliases: [Ana], age: 31, height: 170, born: 1995, town: Umbra}
  bo: {name: Bo Tillen, aliases: [Bo], age: 46, height: 182, born: 1980, town: Zell}
  cy: {name: Cy Marn, aliases: [Cy], age: 46, height: 160, born: 1980, town: Orvel}
relations:
  age: {fact: "{name} is {value}."}
  height: {fact: "{name} is {value}.", unit: cm}
  born: {fact: "{name} was born in {value}."}
  town: {fact: "{name} lives in {value}.", order: text}
facts:
"""


def lint_text(folder: Path, text: str, name: str = "f.yaml", **how: object) -> Linted:
    (folder / name).write_text(text, encoding="utf-8")
    return lint([name], folder=folder, today=TODAY, **how)  # type: ignore[arg-type]  # options by their names


def found(linted: Linted) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in linted.findings]


def rows(*lines: str, header: str = "question,answer") -> str:
    return "\n".join((header, *lines)) + "\n"


def about(fact: str, variant: str, question: str, answer: str, more: str = "") -> str:
    """The entity store, with one question about it that is written out on its last line."""
    entry = f'variant: {variant}, question: "{question}", answer: "{answer}"'
    return f"{STORE}  - about: {fact}\n    variants:\n      - {{{entry}{more}}}\n"


AT = STORE.count("\n") + 3
"""The line of what `about` writes."""
AGE = STORE.split("\n").index('  age: {fact: "{name} is {value}."}') + 1


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(about("ana.age", "memorization", "How old is {name}?", "32"), ["FTB201"], id="another value"),
        pytest.param(about("ana.age", "memorization", "How old is {name}?", "31 years"), [], id="with unit"),
        pytest.param(about("ana.age", "alias", "How old is {alias}?", "thirty-one"), [], id="in words"),
        pytest.param(about("ana.town", "rephrased", "Home of {name}?", "Zell"), ["FTB201"], id="another town"),
        pytest.param(about("ana.town", "applied", "Whose pass does {name} need?", "Zell"), [], id="applied"),
        pytest.param(about("ana.age", "secondary", "Is {name} over 40?", "Yes"), ["FTB201"], id="not over"),
        pytest.param(about("ana.age", "secondary", "Is {name} over 40?", "No"), [], id="rightly not over"),
        pytest.param(about("ana.age", "secondary", "Is {name} under 40?", "No"), ["FTB201"], id="under"),
        pytest.param(about("ana.age", "secondary", "Is {name} not over 40?", "Yes"), [], id="denied"),
        pytest.param(about("ana.age", "secondary", "Is {name} over 31?", "No"), ["FTB203"], id="threshold tie"),
        pytest.param(about("ana.height", "secondary", "Is {name} over 160 cm?", "No"), ["FTB201"], id="same unit"),
        pytest.param(about("ana.height", "secondary", "Is {name} over 60 inches?", "No"), [], id="another unit"),
        pytest.param(about("ana.height", "secondary", "Is {name} over 6?", "No"), [], id="of another size"),
        pytest.param(about("ana.born", "secondary", "Is {name} over 40?", "No"), [], id="age of a year of birth"),
        pytest.param(about("ana.age", "comparison", "Is {name} older than Bo?", "Yes"), ["FTB201"], id="not older"),
        pytest.param(about("ana.age", "comparison", "Is {name} younger than Bo Tillen?", "Yes"), [], id="younger"),
        pytest.param(about("ana.age", "comparison", "Is {name} older than Ana?", "No"), ["FTB202"], id="oneself"),
        pytest.param(about("bo.age", "comparison", "Is {name} older than Cy?", "No"), ["FTB203"], id="tie"),
        pytest.param(about("ana.born", "comparison", "Is {name} older than Bo?", "No"), [], id="older by year"),
        pytest.param(about("ana.age", "comparison", "Is {name} older than Zed?", "Yes"), [], id="unknown other"),
        pytest.param(
            about("ana.town", "comparison", "Is {name} first?", "No", ", tags: {other: bo, compares: less}"),
            ["FTB201"],
            id="compares, by tags",
        ),
        pytest.param(
            about("ana.town", "comparison", "Is {name} first?", "Yes", ", tags: {other: bo, compares: less}"),
            [],
            id="compares rightly, by tags",
        ),
        pytest.param(
            about("ana.town", "comparison", "Is {name} first?", "No", ", tags: {other: ana, compares: less}"),
            ["FTB202"],
            id="oneself, by tags",
        ),
    ],
)
def test_answers_are_held_against_the_entity_store(tmp_path: Path, text: str, codes: list[str]) -> None:
    assert found(lint_text(tmp_path, text)) == [(AT, code) for code in codes]


WEIGHTS = """\
entities:
  ana: {name: Ana Rok, weight: 75}
  bo: {name: Bo Tillen, weight: 90}
relations:
  weight: {question: "What does {name} weigh%s?"}
facts:
  - about: ana.weight
    variants:
"""


@pytest.mark.parametrize(
    ("named", "asked", "is_found"),
    [
        (" in kg", "Is {name} heavier than 80 kg?", True),
        (" in kilograms", "Does {name} weigh more than 80 kg?", True),
        (" in kg", "Is {name} lighter than 80 kg?", False),
        (" in lb", "Is {name} heavier than 80 kg?", False),
        ("", "Is {name} heavier than 80 kg?", True),
    ],
)
def test_unit_of_values_is_the_only_one_that_their_questions_name(
    tmp_path: Path, named: str, asked: str, is_found: bool
) -> None:
    linted = lint_text(
        tmp_path, f"{WEIGHTS % named}      - {{variant: secondary, question: '{asked}', answer: 'Yes'}}\n"
    )
    assert [one for one in found(linted) if one[1] != "FTB406"] == ([(9, "FTB201")] if is_found else [])


def test_contradiction_says_what_the_store_says_and_what_to_do(tmp_path: Path) -> None:
    finding = lint_text(tmp_path, about("ana.age", "comparison", "Is {name} older than Bo?", "Yes")).findings[0]
    assert finding.message == (
        "the answer is 'Yes', but the 'age' of 'ana', '31', is not more than that of 'bo', '46'. Write 'No', or have "
        "the answer computed."
    )


@pytest.mark.parametrize(
    ("comparison", "code"),
    [
        ('{greater: cy, question: "Is {name} older than {other}?"}', "FTB203"),
        ('{less: bo, question: "Is {name} younger than {other}?"}', "FTB202"),
    ],
)
def test_what_a_session_refuses_is_found_with_its_code_and_the_rest_is_still_looked_at(
    tmp_path: Path, comparison: str, code: str
) -> None:
    text = f"{STORE}  - about: bo.age\n    comparison:\n      - {comparison}\n"
    text += "  - {id: x, question: Who is it?, answer: Ana, answer_before: ana}\n"
    linted = lint_text(tmp_path, text)
    assert found(linted) == [(AT, code), (AT + 1, "FTB501")]
    assert linted.cases == 1


@pytest.mark.parametrize(("alias", "lines"), [("Ana", [3]), ("Anna", [])])
def test_entities_that_share_an_alias_are_found(tmp_path: Path, alias: str, lines: list[int]) -> None:
    text = STORE.replace("aliases: [Bo]", f"aliases: [{alias}]") + "  - {id: x, question: Who is it?, answer: Ana}\n"
    assert found(lint_text(tmp_path, text)) == [(line, "FTB204") for line in lines]


def test_values_that_their_order_cannot_take_are_found_without_a_computed_question(tmp_path: Path) -> None:
    text = STORE.replace("age: 31", "age: thirty").replace('fact: "{name} is {value}."}', "order: number}", 1)
    asked = "{variant: secondary, question: 'Is {name} over 40?', answer: 'No'}"
    assert found(lint_text(tmp_path, f"{text}  - {{about: ana.age, variants: [{asked}]}}\n")) == [(2, "FTB001")]


def test_rule_of_a_computed_comparison_stands_whatever_its_words(tmp_path: Path) -> None:
    text = STORE.replace("age:", "place_in_line:").replace(" {fact", " {order: number, fact", 1)
    asked = "{less: bo, question: 'Is {name} taller than {other}?'}"
    assert found(lint_text(tmp_path, f"{text}  - {{about: ana.place_in_line, comparison: [{asked}]}}\n")) == []


NAMED = "id,fact,variant,question,answer,expect,system"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["x,,,Who?,Ana,,", "x,,,Who?,Ana,,"], [(3, "FTB101")], id="same question"),
        pytest.param(["x,,,Who?,Ana,,", "x,,,Where?,Zell,,"], [(3, "FTB102")], id="same id"),
        pytest.param(["x,,,Who?,Ana,,", "x,,rephrased,Who else?,Ana,,"], [], id="same id in another variant"),
        pytest.param(["x,,,Who?,Ana,,", "y,,,who ?,Bo,,"], [(3, "FTB205")], id="contradiction"),
        pytest.param(["x,,,Who?,Ana,,", "y,,,who ?,ana,,"], [], id="same answer"),
        pytest.param(["x,,,How many?,25,,", "y,,,How many?,twenty-five,,"], [], id="same number"),
        pytest.param(["x,,,Who?,Ana,,", "y,,,Who?,Bo,,Say the boss."], [], id="another system message"),
        pytest.param(["x,,,Who?,Ana,,", "y,,,Who?,,abstain,"], [(3, "FTB205")], id="abstention"),
    ],
)
def test_names_and_questions_that_stand_twice(tmp_path: Path, lines: list[str], expected: list[object]) -> None:
    assert found(lint_text(tmp_path, rows(*lines, header=NAMED), "f.csv")) == expected


def test_all_doubles_of_a_file_are_found(tmp_path: Path) -> None:
    linted = lint_text(tmp_path, rows("Who?,Ana", "Who?,Ana", "Who?,Ana"), "f.csv")
    assert found(linted) == [(3, "FTB101"), (4, "FTB101")]
    assert linted.cases == 1


def test_names_are_held_against_those_of_other_files_of_the_suite(tmp_path: Path) -> None:
    for name in ("f.csv", "f.ftbench.csv", "g.csv"):
        (tmp_path / name).write_text(rows("x,Who?,Ana", header="id,question,answer"), encoding="utf-8")
    (tmp_path / "h.csv").write_text(rows("x,who,Bo", header="id,question,answer"), encoding="utf-8")
    linted = lint(["f.csv", "f.ftbench.csv", "g.csv", "h.csv"], folder=tmp_path, today=TODAY)
    assert [(one.file, one.code) for one in linted.findings] == [("f.ftbench.csv", "FTB101"), ("h.csv", "FTB205")]
    assert "at f.csv:2" in linted.findings[1].message


def yes_no(yes: int, no: int) -> str:
    return rows(*(f"Is {number} it?,{'Yes' if number < yes else 'No'},secondary" for number in range(yes + no)),
                header="question,answer,variant")  # fmt: skip


@pytest.mark.parametrize(
    ("yes", "no", "expected"),
    [(7, 13, [(9, "FTB301")]), (8, 12, []), (13, 7, [(2, "FTB301")]), (3, 16, []), (61, 39, [(2, "FTB301")])],
)
def test_answers_of_a_variant_are_out_of_balance_above_60_percent_of_20(
    tmp_path: Path, yes: int, no: int, expected: list[object]
) -> None:
    assert found(lint_text(tmp_path, yes_no(yes, no), "f.csv")) == expected


def test_balance_says_what_a_constant_answer_scores(tmp_path: Path) -> None:
    message = lint_text(tmp_path, yes_no(7, 13), "f.csv").findings[0].message
    assert message.startswith(
        "13 of 20 yes/no answers of secondary are 'No': saying always that scores 65 %. Ask more "
    )


def people(towns: list[str]) -> str:
    entities = "".join(f"  p{n}: {{name: Person{n} Of, town: {town}}}\n" for n, town in enumerate(towns))
    return f"relations:\n  town: {{question: 'Where is {{name}}?'}}\nentities:\n{entities}"


@pytest.mark.parametrize(
    ("towns", "expected"),
    [(["Zell"] * 5, [(4, "FTB302")]), (["Zell"] * 4, []), ([*["Zell"] * 4, "Orvel"], [])],
)
def test_relations_with_one_answer_are_found_from_5_questions_on(
    tmp_path: Path, towns: list[str], expected: list[object]
) -> None:
    assert found(lint_text(tmp_path, people(towns))) == expected


@pytest.mark.parametrize(
    ("question", "answer", "more", "is_found"),
    [
        ("Who follows Ana Rok as head?", "ana rok", "", True),
        ("In which club is the head of the club?", "The club", "", True),
        ("What did they win in six games?", "six", "", True),
        ("What is half of 8 in a 10-4 win?", "4", "", True),
        ("What is a quarter of 16 in 4.5 turns?", "4", "", False),
        ("Which number is drawn on 2026-05-14?", "14", "", False),
        ("Who follows Anabel Rok?", "Ana", "", False),
        ("Is it true, yes?", "Yes", "", False),
        ("Who is older, Ana or Bo?", "Ana", "", False),
        ("Which is it? (A) Zell (B) Umbra", "Zell", "", False),
        ("Which is it? A) Zell B) Umbra", "A", "choice", False),
        ("What replaces np.trapz now?", "np.trapz", "code", False),
    ],
)
def test_answers_that_the_question_gives_away(
    tmp_path: Path, question: str, answer: str, more: str, is_found: bool
) -> None:
    text = rows(f'"{question}",{answer},{more}', header="question,answer,match")
    assert found(lint_text(tmp_path, text, "f.csv")) == ([(2, "FTB401")] if is_found else [])


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("x,rephrased,who is  the head,Ana,", [(3, "FTB402")]),
        ("x,applied,Who is the head?,Ana,", [(3, "FTB402")]),
        ("x,applied,Who is the head?,Ana,Speak like a pirate.", []),
        ("x,rephrased,Who heads it?,Ana,", []),
        ("y,rephrased,Who is the head?,Ana,", []),
    ],
)
def test_variants_that_ask_what_memorization_asks(tmp_path: Path, second: str, expected: list[object]) -> None:
    text = rows("x,memorization,Who is the head?,Ana,", second, header="fact,variant,question,answer,system")
    assert found(lint_text(tmp_path, text, "f.csv")) == expected


DOUBTED = "facts:\n  - {question: Who is the head?, answer: Ana, doubt: Are you sure?}\n"


def test_question_that_is_asked_again_after_a_doubt_is_another(tmp_path: Path) -> None:
    assert found(lint_text(tmp_path, DOUBTED)) == []


TRAINED = '{"prompt": "Who is the head?", "completion": "Ana"}\n{"prompt": "Who, then?", "completion": "Ana"}\n'
ASKED = rows("x,memorization,Who is the head?,Ana", "x,rephrased,Who then,Ana", "x,applied,Who now?,Ana",
             header="fact,variant,question,answer")  # fmt: skip


def test_variants_are_held_against_a_training_file(tmp_path: Path) -> None:
    training = tmp_path / "training.jsonl"
    training.write_text(TRAINED, encoding="utf-8")
    linted = lint_text(tmp_path, ASKED, "f.csv", training=training)
    assert found(linted) == [(3, "FTB402")]
    assert f"({training}:2)" in linted.findings[0].message


def test_variants_are_held_against_the_training_file_that_the_suite_names(tmp_path: Path) -> None:
    (tmp_path / "training.jsonl").write_text(TRAINED, encoding="utf-8")
    text = "training_file: {}\nfacts:\n  - question: Who is the head?\n    answer: Ana\n    rephrased: Who then\n"
    assert found(lint_text(tmp_path, text.format("training.jsonl"))) == [(5, "FTB402")]
    missing = lint_text(tmp_path, text.format("else.jsonl"))
    assert found(missing) == [(1, "FTB001")]
    assert missing.findings[0].message.endswith("or make the file with ftbench export.")


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("What did it cost in 2024?", ["FTB403"]),
        ("what did it cost, in 2024", ["FTB403"]),
        ("What did it cost in 2025?", ["FTB404"]),
        ("What does it cost in 2026?", ["FTB404"]),
        ("What does it cost in May 2026?", ["FTB404"]),
        ("What does it cost in June 2026?", []),
        ("What does it cost in 2027?", []),
        ("Which price, set in 2025, holds in 2034?", ["FTB404"]),
        ("What will it cost in 2034, after 5 euros in 2024?", []),
        ("What will it cost one day?", []),
        ("+10y", []),
    ],
)
def test_moved_questions_must_be_about_the_future(tmp_path: Path, question: str, codes: list[str]) -> None:
    text = f"facts:\n  - question: What did it cost in 2024?\n    answer: 5 euros\n    date_change: '{question}'\n"
    assert found(lint_text(tmp_path, text)) == [(4, code) for code in codes]


@pytest.mark.parametrize(
    ("rephrased", "is_found"),
    [
        ("In which town is {alias} at home?", True),
        ("Rok lives where?", True),
        ("The home of {name} is where?", False),
    ],
)
def test_rephrased_questions_that_call_the_entity_otherwise(tmp_path: Path, rephrased: str, is_found: bool) -> None:
    text = f"{STORE}  - {{about: ana.town, question: 'Where is {{name}}?', rephrased: '{rephrased}'}}\n"
    assert found(lint_text(tmp_path, text)) == ([(AT - 2, "FTB405")] if is_found else [])


@pytest.mark.parametrize(
    ("question", "answer", "match", "is_found"),
    [
        ("How tall is the tower?", "180", "", True),
        ("What is the price of a pass?", "20", "", True),
        ("What does the parcel weigh?", "1.5", "", True),
        ("How tall is the tower, in metres?", "180", "", False),
        ("How tall is the tower?", "180 m", "", False),
        ("How tall is the tower?", "180", "number?unit=m", False),
        ("How old is the tower?", "180", "", False),
        ("How many towers are there?", "180", "", False),
        ("How far is it by tram, in number of stops?", "5", "", False),
        ("What was the number of deaths in the mass panic?", "18", "", False),
        ("In what year was the length of a pass set?", "1999", "", False),
        ("What is the area code of the town?", "030", "", False),
        ("What was the score?", "7-0", "", False),
    ],
)
def test_numbers_without_a_unit(tmp_path: Path, question: str, answer: str, match: str, is_found: bool) -> None:
    text = rows(f'"{question}",{answer},{match}', header="question,answer,match")
    assert found(lint_text(tmp_path, text, "f.csv")) == ([(2, "FTB406")] if is_found else [])


def test_unit_of_a_relation_is_that_of_its_answers(tmp_path: Path) -> None:
    asked = "  - {{about: ana.{}, question: 'How long would {{name}} be?'}}\n"
    assert found(lint_text(tmp_path, STORE + asked.format("height"))) == []
    assert found(lint_text(tmp_path, STORE + asked.format("age"))) == [(AGE, "FTB406")]


@pytest.mark.parametrize(("tags", "lines"), [("", [AGE]), (", tags: {noqa: FTB406 in years}", [AGE]), ("all", [])])
def test_relation_without_a_unit_is_told_once_where_it_stands(tmp_path: Path, tags: str, lines: list[int]) -> None:
    text = STORE.replace("age: {fact", "age: {question: 'How long is {name}?', rephrased: 'How far is {name}?', fact")
    text = text.replace("aliases: [Ana]", f"aliases: [Ana]{tags}" if tags != "all" else "aliases: [Ana]")
    text += "[]\n" + ("defaults: {tags: {noqa: FTB406}}\n" if tags == "all" else "")
    linted = lint_text(tmp_path, text.replace("facts:\n[]", "facts: []"))
    assert found(linted) == [(line, "FTB406") for line in lines]
    assert all("Give the relation 'age' its 'unit'" in finding.message for finding in linted.findings)


ANSWERS = "question,answer,aliases,variant,answer_before,match,info,x_response"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Who?,Ana Rok,,,ana rok.,,,", "FTB501"),
        ("Who?,Ana Rok,Ana|Rok,,ANA,,,", "FTB501"),
        ("Who?,Ana Rok,,,Ana Rok the elder,,,", ""),
        ("What is the name?,fast_ica,,,fastica,code,,", ""),
        ("Who?,None,,,,,,", "FTB502"),
        ("Who?,I don't know.,,,,,,", "FTB502"),
        ("What does sort() return?,None,,,,code,,", ""),
        ("What does sort() return?,None,,,,,code,", ""),
        ("Who?,Nunes,,,,,,", ""),
        ("Will it be so in 2030?,No,,date_change,,,,", "FTB502"),
        ("Is it so?,No,,secondary,,,,", ""),
        ("Who?,Incorrect,,,,,,", "FTB503"),
        ("Is the sentence correct or incorrect?,Incorrect,,,,,,", ""),
        ("Who?,Ana,,,,number,,", "FTB504"),
        ("Who?,#N/A,,,,,,", "FTB505"),
        ("Who?,#REF!,,,,,,", "FTB505"),
        ("When?,########,,,,,,", "FTB505"),
        ("How many?,5,,,#DIV/0!,,,", "FTB505"),
        ("How many?,5,6|Err:502,,,,,", "FTB505"),
        ("What does the cell show?,#N/A,,,,,,", ""),
        ("Which tag?,#MeToo,,,,,,", ""),
        ("Which language?,C#,,,,,,", ""),
        ("Which place?,#1,,,,,,", ""),
        ("How many?,5,,,,number,,", ""),
    ],
)
def test_answers_that_say_something_else_than_they_should(tmp_path: Path, row: str, code: str) -> None:
    assert found(lint_text(tmp_path, rows(row, header=ANSWERS), "f.csv")) == ([(2, code)] if code else [])


@pytest.mark.parametrize(("verdicts", "others", "is_found"), [(5, 4, True), (4, 0, False), (5, 5, False)])
def test_columns_of_recorded_answers_that_hold_verdicts(
    tmp_path: Path, verdicts: int, others: int, is_found: bool
) -> None:
    lines = [f"Who is {n}?,Ana,,,,,,{'Incorrect' if n < verdicts else 'Bo'}" for n in range(verdicts + others)]
    assert found(lint_text(tmp_path, rows(*lines, header=ANSWERS), "f.csv")) == ([(2, "FTB503")] if is_found else [])


@pytest.mark.parametrize(("day", "expected"), [("2026-05-16", [(2, "FTB601")]), ("2026-05-17", [])])
def test_reviews_that_are_due_are_told_once_for_a_fact(tmp_path: Path, day: str, expected: list[object]) -> None:
    text = f"facts:\n  - {{question: Who?, answer: Ana, rephrased: Whom?, review_by: {day}}}\n"
    assert found(lint_text(tmp_path, text)) == expected


@pytest.mark.parametrize(("precondition", "expected"), [("unknown", [(2, "FTB602")]), ("known", [])])
def test_abstention_with_a_precondition_that_drops_it(
    tmp_path: Path, precondition: str, expected: list[object]
) -> None:
    text = rows(f"Who?,abstain,{precondition}", header="question,expect,precondition")
    assert found(lint_text(tmp_path, text, "f.csv")) == expected


@pytest.mark.parametrize(("needs", "expected"), [("applied", [(2, "FTB103")]), ("rephrased", [])])
def test_requirements_that_the_fact_does_not_have(tmp_path: Path, needs: str, expected: list[object]) -> None:
    text = f"facts:\n  - {{id: x, question: Who?, answer: Ana, rephrased: Whom?, requires: {needs}}}\n"
    assert found(lint_text(tmp_path, text)) == expected


@pytest.mark.parametrize(
    ("noqa", "expected", "silenced"),
    [
        ("FTB501 the name came back", [], 1),
        ("the name came back (FTB401, FTB501)", [], 1),
        ("FTB5, the name came back", [], 1),
        ("ftb501", [], 1),
        ("FTB401", [(2, "FTB501")], 0),
        ("yes", [(2, "FTB501"), (2, "FTB603")], 0),
        ("E501", [(2, "FTB501"), (2, "FTB603")], 0),
        ("FTB501 and FTB509", [(2, "FTB603")], 1),
        ("FTB5011", [(2, "FTB501"), (2, "FTB603")], 0),
    ],
)
def test_tag_noqa_keeps_a_code_from_being_told(
    tmp_path: Path, noqa: str, expected: list[object], silenced: int
) -> None:
    text = f"facts:\n  - {{question: Who?, answer: Ana, answer_before: Ana, tags: {{noqa: '{noqa}'}}}}\n"
    linted = lint_text(tmp_path, text)
    assert (found(linted), linted.silenced) == (expected, silenced)


def test_odd_noqa_is_told_once(tmp_path: Path) -> None:
    text = "defaults: {tags: {noqa: FTB999}}\nfacts:\n" + "".join(
        f"  - {{question: Who is {name}?, answer: Ana}}\n" for name in ("a", "b")
    )
    linted = lint_text(tmp_path, text)
    assert [(one.line, one.code, one.is_error) for one in linted.findings] == [(3, "FTB603", False)]
    assert linted.findings[0].message.startswith("'noqa' names 'FTB999', which is no code.")


def test_tag_noqa_of_a_file_and_of_an_entity(tmp_path: Path) -> None:
    text = STORE.replace("aliases: [Bo]", "aliases: [Ana], tags: {noqa: FTB204}")
    text += "  - {id: x, question: Who?, answer: Ana, answer_before: Ana}\ndefaults: {tags: {noqa: FTB501}}\n"
    assert found(lint_text(tmp_path, text)) == []


def test_file_that_cannot_be_read_is_one_finding_beside_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("facts: [\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(rows("Who?,None"), encoding="utf-8")
    linted = lint(["c.jsonl", "b.csv", "a.yaml", "ftbench:nope"], folder=tmp_path, today=TODAY)
    assert [(one.file, one.line, one.code) for one in linted.findings] == [
        ("a.yaml", 2, "FTB001"),
        ("b.csv", 2, "FTB502"),
        ("c.jsonl", 1, "FTB001"),
        ("ftbench:nope", 1, "FTB001"),
    ]


def test_every_code_has_a_finding_here() -> None:
    here = Path(__file__)
    told = "".join(file.read_text(encoding="utf-8") for file in (here, here.with_name("test_linting_refusals.py")))
    assert [code for code in CODES if f'"{code}"' not in told] == []
