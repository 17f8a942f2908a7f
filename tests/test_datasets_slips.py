"""What people write who know the subject and not the format: each slip is told with its line and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets_kit import fault_of, load

from pytest_ftbench.datasets import load_cases
from pytest_ftbench.errors import DataError

LAMPS = """\
relations:
  price:
    question: What does the {name} cost?
    secondary: [{over: balanced, question: "Is the {name} dear at {threshold}?"}]
    comparison: [{greater: balanced, question: "Is the {name} dearer than the {other}?"}]
  colour:
    question: Which colour is the {name}?
    secondary: [{in_class: [red, yellow], question: "Is the {name} warm?"}]
entities:
  firefly: {name: Firefly 3, aliases: [Firefly], price: 49, colour: red}
  moth: {name: Moth XL, price: 129, colour: black}
  bee: {name: Bee, price: 19, colour: yellow}
unseen: [{name: Wasp}]
"""
NO_ORDER = "greater: not all values of 'price' are numbers, so none is more or less than another."


def test_file_without_slips_is_read(tmp_path: Path) -> None:
    assert len(load(tmp_path, LAMPS).cases) == 17


@pytest.mark.parametrize(
    ("right", "slip", "fault"),
    [
        # values
        ("price: 129", "price: €129",
         f"f.yaml:11: {NO_ORDER} '€129' is none. Write a number, or give the relation an 'order'."),
        ("price: 129", 'price: "129,50"',
         f"f.yaml:11: {NO_ORDER} '129,50' is none. Write a number, or give the relation an 'order'."),
        # names
        ("moth: {name: Moth XL", "moth: {nmae: Moth XL", "f.yaml:11: unknown key 'nmae'. Did you mean 'name'?"),
        ("aliases: [Firefly]", "alias: [Firefly]", "f.yaml:10: unknown attribute 'alias'. Did you mean 'aliases'?"),
        ("aliases: [Firefly]", "alias: Firefly",
         "f.yaml:10: unknown attribute 'alias'. Did you mean 'aliases'? If not, rename it."),
        ("XL, price", "XL, Price", "f.yaml:11: unknown attribute 'Price'. Did you mean 'price'? If not, rename it."),
        ("over: balanced", "over: ballanced",
         "f.yaml:4: over: 'ballanced' is not a number, which values of 'price' are. Did you mean 'balanced'?"),
        ("greater: balanced", "greater: Balanced",
         "f.yaml:5: unknown entity 'Balanced' (did you mean 'balanced'?). Give it under 'entities'."),
        ("greater: balanced", "greater: Bee",
         "f.yaml:5: unknown entity 'Bee' (did you mean 'bee'?). Give it under 'entities'."),
        # placeholders
        ("What does the {name} cost", "What does the {lamp} cost",
         "f.yaml:3: unknown placeholder {lamp}. Known here: {alias}, {name}, {value}."),
        ("What does the {name} cost", "What does the {Name} cost",
         "f.yaml:3: unknown placeholder {Name}. Did you mean {name}? Known here: {alias}, {name}, {value}."),
        ("What does the {name} cost", "What does the {{name}} cost",
         "f.yaml:3: 'What does the {{name}} cost?' would be asked of every entity. Write {name} where it belongs."),
        ("What does the {name} cost", "Does the {name} cost {value}",
         "f.yaml:3: nobody knows the {value} of 'Wasp', which is unseen. Leave {value} out, or write what is asked "
         "about unseen entities under 'unseen_entity'."),
        # lists
        ("[red, yellow], question", '"red, yellow", question',
         "f.yaml:8: relations.colour.secondary.0.in_class: must be a list, such as [red, orange], got 'red, yellow'."),
        # facts about the store
        ("unseen:", "facts: [{about: Bee.price, rephrased: R?}]\nunseen:",
         "f.yaml:13: unknown entity 'Bee' (did you mean 'bee'?). Give it under 'entities'."),
        ("unseen:", "facts:\n  - about: bee.price\n    requires: memorisation\nunseen:",
         "f.yaml:15: requires 'memorisation', but 'bee.price' has no question of that variant. Did you mean "
         "'memorization'? It has: memorization, secondary, comparison."),
        ("Which colour is the {name}?", "Which colour is the {name}?\n    date_change: 10y",
         "f.yaml:8: '10y' does not lead into the future. Write +10y, or anything from +1y to +500y."),
        # two that cannot be told apart
        ("question: Which colour is the {name}?", "question: What does the {name} cost?",
         "f.yaml:7: the relation 'price' asks 'What does the {name} cost?' already, and expects another answer. Ask "
         "for 'colour'."),
        ("[{name: Wasp}]", "[{name: Firefly}]",
         "f.yaml:13: 'Firefly' is named before. Name an entity that is in no training file."),
        ("[{name: Wasp}]", "[{name: Wasp, aliases: [bee]}]",
         "f.yaml:13: 'bee' is named before. Name an entity that is in no training file."),
        # what is no YAML
        ("    question: Which", "\tquestion: Which",
         "f.yaml:7: not readable as YAML (found character that cannot start any token). A line is indented by a tab. "
         "Indent by spaces."),
        ("    question: Which", "\u00a0\u00a0\u00a0\u00a0question: Which",
         "f.yaml:8: not readable as YAML (mapping values are not allowed in this context). A line is indented by a "
         "non-breaking space. Indent by plain spaces."),
        ("Which colour is", "Colour: which is",
         "f.yaml:7: not readable as YAML (mapping values are not allowed in this context). A text with a colon and a "
         'blank in it needs quotes: "..."'),
        ("question: Which colour is the {name}?", "question: {name} has which colour?",
         "f.yaml:7: not readable as YAML (did not find expected key). A text that begins with a brace needs quotes: "
         '"{name} ..."'),
        ('"Is the {name} warm?"', "Is the {name} warm?",
         "f.yaml:8: not readable as YAML (did not find expected ',' or '}'). A text with braces needs quotes where it "
         'stands between braces: "..."'),
        ('"Is the {name} warm?"', "\u201cIs the {name} warm?\u201d",
         "f.yaml:8: not readable as YAML (did not find expected ',' or '}'). Quotes must be straight ones: \"...\""),
        ('"Is the {name} warm?"', '"Is the {name} warm?',
         "f.yaml:8: a quote begins here that does not end. Close it."),
        ("Which colour is the {name}?", "'What's the colour of {name}?'",
         "f.yaml:7: not readable as YAML (did not find expected key). An apostrophe ends what single quotes began. Use "
         "double quotes."),
        ("Which colour is the {name}?", "@{name} has which colour?",
         "f.yaml:7: not readable as YAML (found character that cannot start any token). A text that does not begin "
         "with a letter or a digit needs quotes: '...'"),
        ("unseen:", "facts:\n  -question: Q?\n   answer: A\nunseen:",
         "f.yaml:15: not readable as YAML (mapping values are not allowed in this context). A dash needs a blank after "
         "it: '- question: ...'"),
        ('"Is the {name} warm?"', '"Is the {name} w\\arm\\?"',
         "f.yaml:8: not readable as YAML (found unknown escape character). A backslash stays one between single "
         "quotes: '...'"),
    ],
)  # fmt: skip
def test_slip_is_told_with_its_line_and_a_way_out(tmp_path: Path, right: str, slip: str, fault: str) -> None:
    assert right in LAMPS
    assert fault_of(tmp_path, LAMPS.replace(right, slip, 1)) == fault


@pytest.mark.parametrize("alias", ["Moth XL", "moth xl", "Luna"])
def test_alias_that_two_entities_have_is_refused_where_it_is_asked(tmp_path: Path, alias: str) -> None:
    shared = LAMPS.replace("[Firefly]", f"[{alias}]").replace("Moth XL,", "Moth XL, aliases: [Luna],")
    assert len(load(tmp_path, shared).cases) == 17
    fault = f"f.yaml:11: 'firefly' and 'moth' are both called {alias!r}, so that alias questions mean either. "
    told = fault_of(tmp_path, shared.replace("question: Which", "alias: Is a {alias} red?\n    question: Which"))
    assert told == fault + "Give them different aliases."


def test_relations_may_ask_the_same_of_different_entities(tmp_path: Path) -> None:
    content = LAMPS.replace("question: Which colour is the {name}?", "question: What does the {name} cost?")
    content = content.replace(", colour: red", "").replace(", colour: black", "").replace("price: 19, ", "")
    assert len(load(tmp_path, content).cases) == 10


def test_dates_without_an_order_are_told_to_have_one(tmp_path: Path) -> None:
    content = LAMPS.replace("49", "2019-04-01").replace("129", "2020-05-01").replace("price: 19", "price: 2021-06-01")
    assert fault_of(tmp_path, content) == f"f.yaml:5: {NO_ORDER} Give the relation the 'order' date."


def test_entities_without_relations_are_told_what_is_missing(tmp_path: Path) -> None:
    assert fault_of(tmp_path, LAMPS[LAMPS.index("entities:") :]) == "f.yaml:1: no key 'relations'. Add it."


@pytest.mark.parametrize(
    ("column", "remedy"),
    [
        ("rephrased", "Give each such question a row of its own, with 'rephrased' in the column 'variant'"),
        ("Date_Change", "Give each such question a row of its own, with 'date_change' in the column 'variant'"),
        ("samples", "Write the facts as YAML"),
    ],
)
def test_column_that_only_yaml_knows_is_no_silent_tag(tmp_path: Path, column: str, remedy: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"question,answer,{column}\nQ?,A,R?\n")
    with pytest.raises(DataError) as error:
        load_cases(path, suite="f", shown_as="f.csv")
    fault = f"f.csv:1: column {column!r} has a meaning in YAML case files only. {remedy}, or rename it if it is a tag."
    assert str(error.value) == fault
